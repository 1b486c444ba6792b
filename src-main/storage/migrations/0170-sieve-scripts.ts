/** Sieve scripts of accounts; those without an account are the office's. */
import type { Connection } from '../connection.ts';

export function addSieveScripts(connection: Connection): void {
  connection.execute(`
    CREATE TABLE sieve_script (
      id INTEGER PRIMARY KEY,
      account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      text TEXT NOT NULL,
      size_octets INTEGER NOT NULL,
      use TEXT,
      changed_at INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX sieve_script_name ON sieve_script (ifnull(account_id, 0), name);
  `);
}
