/** App passwords, and who signed in from where; accounts may take app passwords only. */
import type { Connection } from '../connection.ts';

export function addSignIns(connection: Connection): void {
  connection.execute(`
    ALTER TABLE account ADD COLUMN requires_app_password INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE app_password (
      id INTEGER PRIMARY KEY,
      account_id INTEGER NOT NULL,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      hash TEXT NOT NULL,
      scram_sha256 TEXT NOT NULL,
      scram_sha1 TEXT,
      last_used_at INTEGER,
      last_used_address TEXT,
      last_used_door TEXT
    );
    CREATE INDEX app_password_account ON app_password (account_id);
    CREATE TABLE sign_in (
      account_id INTEGER,
      name TEXT NOT NULL,
      address TEXT NOT NULL,
      door TEXT NOT NULL,
      method TEXT NOT NULL,
      outcome TEXT NOT NULL,
      -- 0: none
      app_password_id INTEGER NOT NULL,
      count INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      PRIMARY KEY (name, address, door, method, outcome, app_password_id)
    ) WITHOUT ROWID;
    CREATE INDEX sign_in_last_at ON sign_in (last_at);
    CREATE INDEX sign_in_account ON sign_in (account_id, last_at);
  `);
}
