/**
 * Gram index: the blocks that are stored, and one that is being filled in memory.
 *
 * Flow: the search worker grows it; a full block goes to the writer (search-writes.ts), and is read from the database from
 * then on. Invariants: contents are covered in the order of their ids; what is not covered may contain everything; a block
 * in memory is lost with the process and made again from at most 1,023 contents.
 */
import type { TextPlace, TextVisitor } from '../../mail/mailstore/search/searchable-message.ts';
import type { Connection } from '../connection.ts';
import { GramBlock, hasBit, intersectRows, rowsOf, SLICES, type RowPlace } from './gram-block.ts';

export interface CoveredBlock {
  readonly number: number;
  /** Rising. */
  readonly contentIds: Float64Array;
}

/** Tells whether a folded text may be in a content. */
export type MayContain = (contentId: number, text: string, place: TextPlace) => boolean;

/** A full block on its way to the writer. */
export interface FullBlock {
  readonly number: number;
  readonly contentIds: Float64Array;
  readonly bits: Uint8Array;
}

export class GramIndex {
  readonly #connection: Connection;
  /** By the contents that they cover. */
  #blocks: CoveredBlock[] = [];
  #growing = new GramBlock();
  /** Contents up to this one are covered or gone. */
  #coveredUpTo = 0;
  #lastNumber = -1;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get coveredUpTo(): number {
    return this.#coveredUpTo;
  }

  /** Notices what the writer has stored meanwhile. */
  refresh(): void {
    const stored = this.#connection.all<{ number: number; content_ids: Uint8Array }>(
      'SELECT number, content_ids FROM search_block WHERE number > ? ORDER BY number',
      this.#lastNumber,
    );
    if (stored.length === 0) return;
    this.forgetRemoved();
    for (const row of stored) {
      // A copy, since numbers need aligned octets.
      const contentIds = new Float64Array(Uint8Array.from(row.content_ids).buffer);
      this.#blocks.push({ number: row.number, contentIds });
      this.#lastNumber = row.number;
    }
    this.#blocks.sort((a, b) => (a.contentIds[0] ?? 0) - (b.contentIds[0] ?? 0));
    const newest = this.#blocks.at(-1)?.contentIds.at(-1) ?? 0;
    if ((this.#growing.contentIds[0] ?? 0) <= newest) this.#growing = new GramBlock();
    this.#coveredUpTo = Math.max(newest, this.#growing.contentIds.at(-1) ?? 0);
  }

  /** Forgets blocks that were removed, or merged into others, which have later numbers (block-merger.ts). */
  forgetRemoved(): void {
    const rows = this.#connection.rows<readonly [number]>('SELECT number FROM search_block');
    const numbers = new Set(rows.map(([number]) => number));
    this.#blocks = this.#blocks.filter((block) => numbers.has(block.number));
  }

  /** Blocks as they are stored, by their contents, and the next free number. */
  get blocks(): readonly CoveredBlock[] {
    return this.#blocks;
  }

  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  get fullBlock(): FullBlock | null {
    if (!this.#growing.isFull) return null;
    return {
      number: this.#lastNumber + 1,
      contentIds: Float64Array.from(this.#growing.contentIds),
      bits: this.#growing.bits,
    };
  }

  /** Covers the next content; null stands for one that is gone. */
  add(contentId: number, visitTexts: ((visit: TextVisitor) => void) | null): void {
    if (visitTexts !== null) this.#growing.add(contentId, visitTexts);
    this.#coveredUpTo = contentId;
  }

  /** A function for one search: it remembers what it has looked up. */
  matcher(): MayContain {
    const growing: CoveredBlock = {
      number: -1,
      contentIds: Float64Array.from(this.#growing.contentIds),
    };
    const places = new PlaceFinder([...this.#blocks, growing]);
    const texts = { header: new Map<string, TextRows>(), body: new Map<string, TextRows>() };
    return (contentId, text, place) => {
      let rows = texts[place].get(text);
      if (rows === undefined) {
        rows = { places: rowsOf(text, place), byBlock: new Map() };
        texts[place].set(text, rows);
      }
      if (rows.places.length === 0) return true;
      const block = places.find(contentId);
      if (block === null) return true;
      return hasBit(this.#commonRow(block.number, rows), places.position);
    };
  }

  #commonRow(number: number, text: TextRows): Uint8Array {
    let common = text.byBlock.get(number);
    if (common === undefined) {
      common = intersectRows(text.places.map((place) => this.#row(number, place)));
      text.byBlock.set(number, common);
    }
    return common;
  }

  #row(number: number, place: RowPlace): Uint8Array {
    if (number < 0) return this.#growing.row(place);
    const slice = this.#connection.get<{ bits: Uint8Array }>(
      "SELECT unseal(bits, 'search', id) AS bits FROM search_slice WHERE id = ?",
      number * SLICES + place.slice,
    );
    // A slice that is not there says nothing: every content may have the text.
    return slice === undefined ? ALL_SET : slice.bits.subarray(place.offset);
  }
}

const ALL_SET = new Uint8Array(4_096).fill(0xff);

interface TextRows {
  readonly places: readonly RowPlace[];
  readonly byBlock: Map<number, Uint8Array>;
}

/** Finds contents in blocks; the next one is mostly right behind the last. */
class PlaceFinder {
  readonly #blocks: readonly CoveredBlock[];
  #at = 0;
  /** Within the block that was found. */
  position = 0;

  constructor(blocks: readonly CoveredBlock[]) {
    this.#blocks = blocks;
  }

  find(contentId: number): CoveredBlock | null {
    let block = this.#blocks[this.#at];
    if (block?.contentIds[this.position] === contentId) return block;
    if (block?.contentIds[this.position + 1] === contentId) {
      this.position++;
      return block;
    }
    this.#at = this.#findBlock(contentId);
    block = this.#blocks[this.#at];
    if (block === undefined) return null;
    this.position = lowerBound(block.contentIds, contentId);
    return block.contentIds[this.position] === contentId ? block : null;
  }

  /** The first block that ends at the content or behind it. */
  #findBlock(contentId: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle]?.contentIds.at(-1) ?? 0) < contentId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(numbers: Float64Array, wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
