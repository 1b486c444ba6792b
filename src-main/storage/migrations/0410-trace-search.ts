/**
 * Search of timelines: each message has a number, in the order in which there was something new to find it by; blocks of bits over the
 * numbers say where runs of characters occur (trace-search/). What is known of a message is sealed as one value instead of six.
 *
 * Messages that are there get their numbers here; their blocks are made in the background.
 */
import type { Connection } from '../connection.ts';

export function addTraceSearch(connection: Connection): void {
  connection.keyring.refresh();
  connection.execute(`
    CREATE TABLE new_trace (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      trace_id TEXT NOT NULL UNIQUE,
      received_at INTEGER NOT NULL,
      via TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      state TEXT NOT NULL,
      facts ANY NOT NULL,
      -- words that came later, by which the message is found as well: hosts it went to, their ids for it
      also ANY
    ) STRICT;
    INSERT INTO new_trace (trace_id, received_at, via, size_bytes, state, facts)
      SELECT trace_id, received_at, via, size_bytes, state, seal(${FACTS}, 0, 'trace facts', trace_id)
        FROM message_trace ORDER BY trace_id;
    DROP TABLE message_trace;
    ALTER TABLE new_trace RENAME TO message_trace;
    CREATE INDEX message_trace_state ON message_trace (state, trace_id);

    -- Blocks of 8,192 numbers whose bits are there.
    CREATE TABLE trace_block (id INTEGER PRIMARY KEY) STRICT;
    -- id: block * 4,096 + which slice of it
    CREATE TABLE trace_slice (id INTEGER PRIMARY KEY, bits ANY NOT NULL) STRICT;
  `);
}

const COLUMNS = {
  reversePath: 'reverse_path',
  author: 'author',
  subject: 'subject',
  messageId: 'message_id',
  remote: 'remote',
};

const clear = (column: string): string => `unseal(${column}, 'trace ${column}', trace_id)`;

const FACTS = `json_object('recipients', json(${clear('recipients')}), ${Object.entries(COLUMNS)
  .map(([name, column]) => `'${name}', ${clear(column)}`)
  .join(', ')})`;
