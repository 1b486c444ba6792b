/** Writes of the timelines' search: words that come later, blocks of bits, and their going. */
import type { Connection, SqlValue } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import { BLOCK_MESSAGES, blockOf, SLICE_OCTETS, SLICES } from './trace-block.ts';
import type { TraceRow } from './trace-rows.ts';

/** Words by which a message is found from now on as well: it gets a new number, after all others, so that the next search knows them. */
export function addWords({ connection }: Transaction, traceId: string, words: readonly string[]): void {
  if (words.length === 0) return;
  const row = connection.get<MovedRow>(
    "SELECT *, unseal(also, 'trace also', trace_id) AS also FROM message_trace WHERE trace_id = ?",
    traceId,
  );
  if (row === undefined) return;
  const known = row.also?.split(' ') ?? [];
  const also = [...new Set([...known, ...words])].slice(0, MOST_WORDS);
  if (also.length === known.length) return;
  connection.run('DELETE FROM message_trace WHERE number = ?', row.number);
  connection.run(
    `INSERT INTO message_trace (trace_id, received_at, via, size_bytes, state, facts, also)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, seal(?7, 0, 'trace also', ?1))`,
    traceId,
    row.received_at,
    row.via,
    row.size_bytes,
    row.state,
    row.facts,
    also.join(' '),
  );
}

/** `facts` as they are stored. */
interface MovedRow extends Omit<TraceRow, 'facts'> {
  readonly facts: SqlValue;
}

/** A message to a thousand domains is found by a hundred of their hosts. */
const MOST_WORDS = 100;

export interface TraceSlices {
  readonly blockId: number;
  /** The first of them. */
  readonly slice: number;
  readonly bits: Uint8Array;
}

const storeTraceSlices: Write<TraceSlices, void> = ({ connection }, { blockId, slice, bits }) => {
  for (let at = 0; at * SLICE_OCTETS < bits.length; at++) {
    connection.run(
      "INSERT OR REPLACE INTO trace_slice (id, bits) VALUES (?1, seal(?2, 0, 'trace bits', ?1))",
      blockId * SLICES + slice + at,
      bits.subarray(at * SLICE_OCTETS, (at + 1) * SLICE_OCTETS),
    );
  }
};

/** From now on the block is read from its slices. */
const finishTraceBlock: Write<number, void> = ({ connection }, blockId) => {
  connection.run('INSERT OR IGNORE INTO trace_block (id) VALUES (?)', blockId);
};

/** Removes the blocks of these numbers that nothing is left in. */
export function removeEmptyBlocks(connection: Connection, numbers: readonly number[]): void {
  const blockIds = new Set(numbers.map(blockOf));
  for (const blockId of blockIds) if (isEmpty(connection, blockId)) removeBlock(connection, blockId);
}

function isEmpty(connection: Connection, blockId: number): boolean {
  const first = blockId * BLOCK_MESSAGES;
  const sql = 'SELECT 1 FROM message_trace WHERE number BETWEEN ? AND ? LIMIT 1';
  return connection.get(sql, first, first + BLOCK_MESSAGES - 1) === undefined;
}

function removeBlock(connection: Connection, blockId: number): void {
  const first = blockId * SLICES;
  connection.run('DELETE FROM trace_slice WHERE id BETWEEN ? AND ?', first, first + SLICES - 1);
  connection.run('DELETE FROM trace_block WHERE id = ?', blockId);
}

export const traceSearchWrites = { finishTraceBlock, storeTraceSlices };
