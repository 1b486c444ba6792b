/**
 * Gram block: which runs of two and of three characters occur in each of up to 1,024 contents, as bits.
 *
 * A run's hash names a row of bits, one for each content: a text can only be in a content whose bits are set in the rows of
 * all its runs. Rows lie in slices, so that a search reads a few KiB of a block, never all of it.
 * Invariants: no false "not there"; a false "may be there" costs reading that content.
 */
import type { TextPlace, TextVisitor } from '../../mail/mailstore/search/searchable-message.ts';

/** Contents in a block. */
export const BLOCK_CONTENTS = 1_024;
/** Rows: a message of 4 KiB sets about a tenth of them, one of 100 KiB half. */
const ROWS = 16_384;
export const ROW_OCTETS = BLOCK_CONTENTS / 8;
const ROWS_A_SLICE = 32;
export const SLICE_OCTETS = ROWS_A_SLICE * ROW_OCTETS;
export const SLICES = ROWS / ROWS_A_SLICE;
/** Runs of a search text that are looked up; more say little more. */
const MOST_LOOKED_UP = 24;

/** A word in the header section and the same word below it are different runs. */
const SEEDS: Readonly<Record<TextPlace, number>> = { header: 0x1_0000, body: 0 };

/** Where a row lies. */
export interface RowPlace {
  readonly slice: number;
  /** Within the slice. */
  readonly offset: number;
}

export class GramBlock {
  readonly contentIds: number[] = [];
  readonly bits = new Uint8Array(ROWS * ROW_OCTETS);
  /** Rows that the content being added has a bit in. */
  readonly #marks = new Uint8Array(ROWS);

  get isFull(): boolean {
    return this.contentIds.length >= BLOCK_CONTENTS;
  }

  /** `visitTexts` hands over the folded texts of the content. Ids must rise. */
  add(contentId: number, visitTexts: (visit: TextVisitor) => void): void {
    const position = this.contentIds.push(contentId) - 1;
    const octet = position >> 3;
    const bit = 1 << (position & 7);
    const marks = this.#marks;
    visitTexts((text, place) => markGrams(marks, text, SEEDS[place]));
    for (let row = 0; row < ROWS; row++) {
      if (marks[row] === 0) continue;
      const at = row * ROW_OCTETS + octet;
      this.bits[at] = (this.bits[at] ?? 0) | bit;
    }
    marks.fill(0);
  }

  row(place: RowPlace): Uint8Array {
    const start = place.slice * SLICE_OCTETS + place.offset;
    return this.bits.subarray(start, start + ROW_OCTETS);
  }
}

/** The rows that a text's contents have their bits in; none where the text is too short to tell. */
export function rowsOf(text: string, place: TextPlace): readonly RowPlace[] {
  const seed = SEEDS[place];
  const rows = new Set<number>();
  if (text.length === 2) rows.add(hashPair(text.charCodeAt(0) ^ seed, text.charCodeAt(1)));
  for (let at = 2; at < text.length && rows.size < MOST_LOOKED_UP; at++) {
    rows.add(hashTriple(text.charCodeAt(at - 2) ^ seed, text.charCodeAt(at - 1), text.charCodeAt(at)));
  }
  return [...rows].map((row) => ({
    slice: Math.floor(row / ROWS_A_SLICE),
    offset: (row % ROWS_A_SLICE) * ROW_OCTETS,
  }));
}

/** The contents whose bits are set in all rows: a row of bits. */
export function intersectRows(rows: readonly Uint8Array[]): Uint8Array {
  const common = new Uint8Array(ROW_OCTETS).fill(0xff);
  for (const row of rows)
    for (let at = 0; at < ROW_OCTETS; at++) common[at] = (common[at] ?? 0) & (row[at] ?? 0);
  return common;
}

export function hasBit(row: Uint8Array, position: number): boolean {
  return ((row[position >> 3] ?? 0) & (1 << (position & 7))) !== 0;
}

function markGrams(marks: Uint8Array, text: string, seed: number): void {
  let first = -1;
  let second = -1;
  for (let at = 0; at < text.length; at++) {
    const third = text.charCodeAt(at);
    if (second >= 0) marks[hashPair(second ^ seed, third)] = 1;
    if (first >= 0) marks[hashTriple(first ^ seed, second, third)] = 1;
    first = second;
    second = third;
  }
}

function hashPair(first: number, second: number): number {
  return mix(Math.imul(first, 0x9e37_79b1) ^ Math.imul(second + 0x51ed, 0x85eb_ca77));
}

function hashTriple(first: number, second: number, third: number): number {
  return mix(
    Math.imul(first, 0x9e37_79b1) ^ Math.imul(second, 0x85eb_ca6b) ^ Math.imul(third + 1, 0xc2b2_ae35),
  );
}

function mix(hash: number): number {
  return ((hash ^ (hash >>> 15)) >>> 3) & (ROWS - 1);
}
