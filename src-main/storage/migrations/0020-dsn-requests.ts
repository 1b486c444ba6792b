/**
 * What senders ask of DSNs (RFC 3461), beside the queue's entries and recipients, and whether a delay was reported.
 *
 * JSON of MessageDsn and RecipientDsn; null where nothing was asked, as for everything queued before.
 */
import type { Connection } from '../connection.ts';

export function addDsnRequests(connection: Connection): void {
  connection.execute(`
    ALTER TABLE queue_entry ADD COLUMN dsn TEXT;
    ALTER TABLE queue_recipient ADD COLUMN dsn TEXT;
    ALTER TABLE queue_recipient ADD COLUMN is_delay_reported INTEGER NOT NULL DEFAULT 0;
  `);
}
