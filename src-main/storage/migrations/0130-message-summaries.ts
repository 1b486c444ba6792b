/**
 * What lists show of a content, and what orders and searches ask of it, in rows of their own: a list of 20,000 reads some MiB, not
 * all mail.
 * Existing mail gets its summaries in the background after the start.
 * Besides: up to which MODSEQ the UIDs that were expunged from a mailbox are kept no more (mail-store/expunged-log.ts).
 */
import type { Connection } from '../connection.ts';

export function addMessageSummaries(connection: Connection): void {
  connection.execute(`
    CREATE TABLE content_summary (
      content_id INTEGER PRIMARY KEY,
      envelope TEXT,
      structure TEXT,
      fields TEXT
    ) STRICT;

    CREATE TABLE content_facts (
      content_id INTEGER PRIMARY KEY,
      sorted TEXT,
      searched TEXT
    ) STRICT;

    ALTER TABLE mailbox ADD COLUMN forgotten_up_to INTEGER NOT NULL DEFAULT 0;
  `);
}
