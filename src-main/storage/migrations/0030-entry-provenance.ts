/**
 * Where a queue entry came from and what its client declared: routes go by the first, relay by the second.
 *
 * `client` is JSON of EntryClient. Null and 0 where nothing was declared, as for everything queued before.
 */
import type { Connection } from '../connection.ts';

export function addEntryProvenance(connection: Connection): void {
  connection.execute(`
    ALTER TABLE queue_entry ADD COLUMN client TEXT;
    ALTER TABLE queue_entry ADD COLUMN is_eight_bit INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE queue_entry ADD COLUMN require_tls INTEGER NOT NULL DEFAULT 0;
  `);
}
