/** Tokens by which scripts call the console. */
import type { Connection } from '../connection.ts';

export function addApiTokens(connection: Connection): void {
  connection.execute(`
    CREATE TABLE api_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      administrator TEXT NOT NULL,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      hash TEXT NOT NULL UNIQUE,
      last_use TEXT NOT NULL DEFAULT 'null'
    ) STRICT;
  `);
}
