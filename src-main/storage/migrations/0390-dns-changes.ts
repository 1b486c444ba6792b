/** The last change of each domain's DNS that was made here, so that it can be taken back. */
import type { Connection } from '../connection.ts';

export function addDnsChanges(connection: Connection): void {
  connection.execute(`
    CREATE TABLE dns_change (
      domain TEXT PRIMARY KEY,
      change ANY NOT NULL,
      changed_at INTEGER NOT NULL,
      changed_by TEXT NOT NULL
    ) STRICT;
  `);
}
