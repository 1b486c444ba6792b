/**
 * An attempt may give rise to messages, and remembers what is not to be done twice; what is known of a message travels with
 * its entry.
 */
import type { Connection } from '../connection.ts';

export function addFollowingMessages(connection: Connection): void {
  connection.execute(`
    ALTER TABLE queue_entry ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
    ALTER TABLE queue_entry ADD COLUMN verdict TEXT;
    CREATE TABLE delivery_mark (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, kind, key)
    ) WITHOUT ROWID;
    CREATE INDEX delivery_mark_expires_at ON delivery_mark (expires_at);
  `);
}
