/**
 * Trace index: the blocks that are stored, and those that are being made in memory: the newest, and what is not stored yet.
 *
 * Flow: the reading thread grows it, when it is asked to and before each search; a full block goes to the writer
 * (trace-writes.ts) and is read from the database from then on.
 * Invariants: what no block covers yet may contain everything; blocks in memory are lost with the process and made again.
 */
import type { Connection } from '../connection.ts';
import { blockOf, BLOCK_MESSAGES, SLICE_OCTETS, SLICES, TraceBlock } from './trace-block.ts';
import { READ_TRACES, textOf, type TraceRow } from './trace-rows.ts';

/** A step takes some 10 ms: searches wait no longer for it. */
const ROWS_A_STEP = 512;

/** Octets with bits in them. */
const FEW_OCTETS = 16;

/** What the writer is to store. */
export interface FullTraceBlock {
  readonly id: number;
  readonly bits: Uint8Array;
}

export class TraceIndex {
  readonly #connection: Connection;
  readonly #made = new Map<number, TraceBlock>();
  #stored: ReadonlySet<number> = new Set();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** One step; `isDone` where there is nothing to add. */
  grow(): { readonly full: FullTraceBlock | null; readonly isDone: boolean } {
    this.#refresh();
    const newest = this.#blockBelow(Number.MAX_SAFE_INTEGER);
    if (newest === null) return { full: null, isDone: true };
    if (this.#add(newest)) return { full: null, isDone: false };
    const next = this.#newestUnstored(newest);
    if (next === null) return { full: null, isDone: true };
    if (this.#add(next)) return { full: null, isDone: false };
    return { full: { id: next, bits: this.#block(next).bits }, isDone: false };
  }

  /** Before a search: what came since the last one. */
  catchUp(): void {
    this.#refresh();
    const newest = this.#blockBelow(Number.MAX_SAFE_INTEGER);
    if (newest !== null) this.#add(newest);
  }

  /** The highest number of a message that is smaller. */
  numberBelow(number: number): number | null {
    const sql = 'SELECT max(number) AS number FROM message_trace WHERE number < ?';
    return this.#connection.get<{ number: number | null }>(sql, number)?.number ?? null;
  }

  /** The slices with the fewest bits first, by a block that stands for all. */
  rarestFirst(slices: readonly number[]): readonly number[] {
    const sample = Math.max(...this.#stored);
    const counts = new Map(slices.map((slice) => [slice, countOctets(this.#slice(sample, slice))]));
    return slices.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
  }

  /** Bits of the messages that may have runs in all these slices; null: all may. Where few are left no more is read. */
  candidates(id: number, slices: readonly number[]): Uint8Array | null {
    const made = this.#made.get(id);
    if (slices.length === 0 || (made === undefined && !this.#stored.has(id))) return null;
    const common = new Uint8Array(SLICE_OCTETS).fill(0xff);
    let before = SLICE_OCTETS;
    for (const slice of slices) {
      const left = keepCommon(common, made?.slice(slice) ?? this.#slice(id, slice));
      // What is left has probably the word: it is quicker looked at than ruled out by another slice.
      if (left === 0 || (left <= FEW_OCTETS && left === before)) break;
      before = left;
    }
    if (made !== undefined) setFrom(common, made.upTo);
    return common;
  }

  /** Tells whether a message may have runs in all these slices; for one search. */
  matcher(slices: readonly number[]): (number: number) => boolean {
    const byBlock = new Map<number, Uint8Array | null>();
    return (number) => {
      const id = blockOf(number);
      let bits = byBlock.get(id);
      if (bits === undefined) byBlock.set(id, (bits = this.candidates(id, slices)));
      const position = number - id * BLOCK_MESSAGES;
      return bits === null || ((bits[position >> 3] ?? 0) & (1 << (position & 7))) !== 0;
    };
  }

  /** A slice that is not there says nothing: every message may have the run. */
  #slice(id: number, slice: number): Uint8Array | null {
    const row = this.#connection.get<{ bits: Uint8Array }>(
      "SELECT unseal(bits, 'trace bits', id) AS bits FROM trace_slice WHERE id = ?",
      id * SLICES + slice,
    );
    return row?.bits ?? null;
  }

  #refresh(): void {
    const rows = this.#connection.rows<readonly [number]>('SELECT id FROM trace_block');
    this.#stored = new Set(rows.map(([id]) => id));
    for (const id of this.#made.keys()) if (this.#stored.has(id)) this.#made.delete(id);
  }

  #newestUnstored(below: number): number | null {
    let id = this.#blockBelow(below * BLOCK_MESSAGES);
    while (id !== null && this.#stored.has(id)) id = this.#blockBelow(id * BLOCK_MESSAGES);
    return id;
  }

  #blockBelow(number: number): number | null {
    const below = this.numberBelow(number);
    return below === null ? null : blockOf(below);
  }

  #block(id: number): TraceBlock {
    const block = this.#made.get(id) ?? new TraceBlock(id);
    this.#made.set(id, block);
    return block;
  }

  /** Adds some rows to a block; whether there were any. */
  #add(id: number): boolean {
    const block = this.#block(id);
    const first = id * BLOCK_MESSAGES;
    const rows = this.#connection.all<TraceRow>(
      `${READ_TRACES} WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?`,
      first + block.upTo,
      first + BLOCK_MESSAGES - 1,
      ROWS_A_STEP,
    );
    for (const row of rows) block.add(row.number - first, textOf(row));
    return rows.length > 0;
  }
}

/** Leaves the bits that both have; in how many octets there are any. */
function keepCommon(common: Uint8Array, slice: Uint8Array | null): number {
  if (slice === null) return SLICE_OCTETS;
  let left = 0;
  for (let at = 0; at < SLICE_OCTETS; at++) {
    const both = (common[at] ?? 0) & (slice[at] ?? 0);
    common[at] = both;
    if (both !== 0) left++;
  }
  return left;
}

function countOctets(slice: Uint8Array | null): number {
  let count = 0;
  for (const octet of slice ?? []) if (octet !== 0) count++;
  return count;
}

function setFrom(bits: Uint8Array, position: number): void {
  const octet = position >> 3;
  if (octet >= bits.length) return;
  bits[octet] = (bits[octet] ?? 0) | (0xff << (position & 7));
  bits.fill(0xff, octet + 1);
}
