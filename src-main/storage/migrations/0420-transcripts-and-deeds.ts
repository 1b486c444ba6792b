/**
 * Dialogues lie beside their sessions: lists, searches by peer and pruning read small rows only. What sessions carried says which of them
 * timelines refer to. And what was done with messages in mailboxes, for their timelines: a row for each order, however many it was about.
 */
import type { Connection } from '../connection.ts';

export function addTranscriptsAndDeeds(connection: Connection): void {
  splitTranscripts(connection);
  addMailboxDeeds(connection);
}

function splitTranscripts(connection: Connection): void {
  connection.execute(`
    CREATE TABLE transcript_lines (
      number INTEGER PRIMARY KEY,
      session_id TEXT NOT NULL UNIQUE,
      lines ANY NOT NULL
    ) STRICT;
    INSERT INTO transcript_lines (session_id, lines) SELECT session_id, lines FROM transcript ORDER BY session_id;

    CREATE TABLE new_transcript (
      session_id TEXT PRIMARY KEY,
      started_at INTEGER NOT NULL,
      protocol TEXT NOT NULL,
      has_error INTEGER NOT NULL,
      -- timelines refer to it
      has_messages INTEGER NOT NULL,
      summary ANY NOT NULL,
      omitted_lines INTEGER NOT NULL,
      size_octets INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO new_transcript
      SELECT session_id, started_at, protocol, has_error,
             unseal(summary, 'transcript summary', session_id) ->> '$.messages' > 0, summary, omitted_lines, size_octets
        FROM transcript ORDER BY session_id;
    DROP TABLE transcript;
    ALTER TABLE new_transcript RENAME TO transcript;
    -- For pruning and measuring, which read nothing else.
    CREATE INDEX transcript_use ON transcript (has_messages, session_id, started_at, size_octets);
  `);
}

function addMailboxDeeds(connection: Connection): void {
  connection.execute(`
    CREATE TABLE mailbox_deed (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      -- whose mailbox it was done in
      account_id INTEGER NOT NULL,
      at INTEGER NOT NULL,
      deed ANY NOT NULL,
      -- the messages, by their timelines
      trace_ids ANY NOT NULL
    ) STRICT;
    CREATE INDEX mailbox_deed_of_account ON mailbox_deed (account_id, at);
    CREATE INDEX mailbox_deed_at ON mailbox_deed (at);
  `);
}
