/**
 * Encryption at rest: whether and how far it is on, the keys (wrapped), a data key for each content. Columns that hold text may
 * hold sealed values. Everything stays as it is until encryption is switched on.
 */
import type { Connection } from '../connection.ts';

const SEALED_COLUMNS = {
  content_body: ['message_index'],
  message: ['prefix'],
  queue_entry: ['prefix', 'verdict'],
  message_trace: ['reverse_path', 'author', 'recipients', 'subject', 'message_id', 'remote'],
  trace_event: ['event'],
  transcript: ['search_text', 'summary', 'lines'],
  content_summary: ['envelope', 'structure', 'fields'],
  content_facts: ['sorted', 'searched'],
  setting: ['value'],
  signing_key: ['private_key'],
  certificate: ['private_key'],
  acme_certificate: ['private_key', 'next_key'],
  acme_account: ['private_key'],
};

export function addEncryption(connection: Connection): void {
  connection.execute(`
    ALTER TABLE content ADD COLUMN data_key BLOB;

    CREATE TABLE sealing (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      -- off, sealing (from off to on), on, opening (from on to off)
      state TEXT NOT NULL,
      is_paused INTEGER NOT NULL,
      -- where the background rewrite is: a step, and the last row of it
      step INTEGER NOT NULL,
      after_row TEXT NOT NULL,
      done INTEGER NOT NULL,
      total INTEGER NOT NULL,
      -- wrapped by the master key
      root_key BLOB,
      changed_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO sealing VALUES (1, 'off', 0, 0, '', 0, 0, NULL, 0);

    CREATE TABLE sealing_key (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      -- 0: the office
      account_id INTEGER NOT NULL UNIQUE,
      wrapped BLOB NOT NULL
    ) STRICT;
  `);
  for (const [table, columns] of Object.entries(SEALED_COLUMNS)) connection.loosenColumns(table, columns);
}
