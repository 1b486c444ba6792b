/**
 * What lists show of a content, ready to be answered, in rows of their own: a list of 20,000 reads some MiB, not all mail.
 * Existing mail gets its summaries in the background after the start.
 */
import type { Connection } from '../connection.ts';

export function addMessageSummaries(connection: Connection): void {
  connection.execute(`
    CREATE TABLE content_summary (
      content_id INTEGER PRIMARY KEY,
      envelope TEXT,
      structure TEXT,
      fields TEXT,
      facts TEXT NOT NULL,
      searched TEXT
    ) STRICT;
  `);
}
