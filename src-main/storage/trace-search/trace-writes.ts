/** Writes of the timelines' search: places of messages, blocks of bits, and their going. */
import type { Connection } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import { BLOCK_MESSAGES, blockOf, SLICE_OCTETS, SLICES } from './trace-block.ts';

/** Gives a message its place: after all others, so that the next search finds it by what is known now. */
export function addPlace({ connection }: Transaction, traceId: string): number {
  return connection.run('INSERT INTO trace_place (trace_id) VALUES (?)', traceId).rowId;
}

/** Words by which a message is found from now on as well. */
export function addWords({ connection }: Transaction, traceId: string, words: readonly string[]): void {
  if (words.length === 0) return;
  const row = connection.get<{ number: number; also: string | null }>(
    `SELECT number, unseal(also, 'trace also', number) AS also FROM trace_place
      WHERE number = (SELECT number FROM message_trace WHERE trace_id = ?)`,
    traceId,
  );
  if (row === undefined) return;
  const known = row.also?.split(' ') ?? [];
  const also = [...new Set([...known, ...words])].slice(0, MOST_WORDS);
  if (also.length === known.length) return;
  connection.run('DELETE FROM trace_place WHERE number = ?', row.number);
  const { rowId } = connection.run('INSERT INTO trace_place (trace_id) VALUES (?)', traceId);
  connection.run(
    "UPDATE trace_place SET also = seal(?2, 0, 'trace also', ?1) WHERE number = ?1",
    rowId,
    also.join(' '),
  );
  connection.run('UPDATE message_trace SET number = ? WHERE trace_id = ?', rowId, traceId);
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

/** The places of messages that go, and the blocks that nothing is left in. */
export function removePlaces(connection: Connection, numbers: readonly number[]): void {
  for (const number of numbers) connection.run('DELETE FROM trace_place WHERE number = ?', number);
  for (const blockId of new Set(numbers.map(blockOf)))
    if (isEmpty(connection, blockId)) removeBlock(connection, blockId);
}

function isEmpty(connection: Connection, blockId: number): boolean {
  const first = blockId * BLOCK_MESSAGES;
  const sql = 'SELECT 1 FROM trace_place WHERE number BETWEEN ? AND ? LIMIT 1';
  return connection.get(sql, first, first + BLOCK_MESSAGES - 1) === undefined;
}

function removeBlock(connection: Connection, blockId: number): void {
  const first = blockId * SLICES;
  connection.run('DELETE FROM trace_slice WHERE id BETWEEN ? AND ?', first, first + SLICES - 1);
  connection.run('DELETE FROM trace_block WHERE id = ?', blockId);
}

export const traceSearchWrites = { finishTraceBlock, storeTraceSlices };
