/** What health checks found last, what changed, what is ignored, and when everything was asked. */
import type { Connection } from '../connection.ts';

export function addHealth(connection: Connection): void {
  connection.execute(`
    CREATE TABLE health_finding (
      check_id TEXT NOT NULL,
      domain TEXT NOT NULL,
      subject TEXT NOT NULL,
      finding TEXT NOT NULL,
      checked_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      settled TEXT,
      PRIMARY KEY (check_id, domain, subject)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE health_change (
      id INTEGER PRIMARY KEY,
      check_id TEXT NOT NULL,
      domain TEXT NOT NULL,
      subject TEXT NOT NULL,
      at INTEGER NOT NULL,
      from_state TEXT,
      state TEXT,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX health_change_row ON health_change (check_id, domain, subject, at);
    CREATE INDEX health_change_at ON health_change (at);

    CREATE TABLE health_ignored (
      check_id TEXT NOT NULL,
      domain TEXT NOT NULL,
      subject TEXT NOT NULL,
      reason TEXT NOT NULL,
      until INTEGER,
      by TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (check_id, domain, subject)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE health_run (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      started_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL
    ) STRICT;
  `);
}
