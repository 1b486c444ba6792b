/** What was done with messages in mailboxes, for their timelines: a row for each order, however many messages it was about. */
import type { Connection } from '../connection.ts';

export function addMailboxDeeds(connection: Connection): void {
  connection.execute(`
    CREATE TABLE mailbox_deed (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      -- whose mailbox it was done in
      account_id INTEGER NOT NULL,
      at INTEGER NOT NULL,
      deed ANY NOT NULL,
      -- the messages, by their timelines
      trace_ids ANY NOT NULL
    ) STRICT;
    CREATE INDEX mailbox_deed_of_account ON mailbox_deed (account_id, at);
    CREATE INDEX mailbox_deed_at ON mailbox_deed (at);
  `);
}
