/** How much mail flowed: a row per minute (kept for days) and per quarter of an hour (kept for a year), where anything happened. */
import type { Connection } from '../connection.ts';

export function addFlowHistory(connection: Connection): void {
  connection.execute(`
    CREATE TABLE flow_count (
      span_ms INTEGER NOT NULL,
      start INTEGER NOT NULL,
      -- JSON: how many of each kind
      counts TEXT NOT NULL,
      -- the most that waited in the queue, and the greatest age of what waited
      most_waiting INTEGER NOT NULL,
      oldest_ms INTEGER NOT NULL,
      PRIMARY KEY (span_ms, start)
    ) STRICT, WITHOUT ROWID;
  `);
}
