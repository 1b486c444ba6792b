/**
 * Annotations of mailboxes and of the server (RFC 5464). `mailbox_id` 0 is the server, `account_id` 0 is what is shared; names
 * are in lower case.
 */
import type { Connection } from '../connection.ts';

export function addMetadata(connection: Connection): void {
  connection.execute(`
    CREATE TABLE metadata (
      mailbox_id INTEGER NOT NULL,
      account_id INTEGER NOT NULL,
      name TEXT NOT NULL,
      value BLOB NOT NULL,
      PRIMARY KEY (mailbox_id, account_id, name)
    ) STRICT, WITHOUT ROWID;
  `);
}
