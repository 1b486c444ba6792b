/** Keys that sign mail of our domains. The private half goes when a key retires. */
import type { Connection } from '../connection.ts';

export function addSigningKeys(connection: Connection): void {
  connection.execute(`
    CREATE TABLE signing_key (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      domain TEXT NOT NULL REFERENCES domain (name) ON DELETE CASCADE,
      selector TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      public_key TEXT NOT NULL,
      private_key TEXT,
      state TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      UNIQUE (domain, selector)
    ) STRICT;
  `);
}
