/** Copies that are kept apart for an account: each holds a reference on its content. */
import type { Connection } from '../connection.ts';

export function addQuarantine(connection: Connection): void {
  connection.execute(`
    CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY,
      account_id INTEGER NOT NULL,
      content_id INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL,
      prefix TEXT NOT NULL,
      trace_id TEXT NOT NULL,
      reverse_path TEXT NOT NULL,
      recipient TEXT NOT NULL,
      author TEXT NOT NULL,
      subject TEXT NOT NULL,
      verdict TEXT NOT NULL,
      kept_at INTEGER NOT NULL
    );
    CREATE INDEX quarantine_account ON quarantine (account_id, kept_at);
    CREATE INDEX quarantine_kept_at ON quarantine (kept_at);
  `);
}
