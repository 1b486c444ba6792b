/** What backups, looks at them and restores did: some hundred rows. */
import type { Connection } from '../connection.ts';

export function addBackups(connection: Connection): void {
  connection.execute(`
    CREATE TABLE backup_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      -- backup, verify, restore
      kind TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      -- done, failed, cancelled
      outcome TEXT NOT NULL,
      -- JSON: what it says of itself
      report ANY NOT NULL
    ) STRICT;
  `);
}
