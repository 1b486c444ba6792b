/**
 * Block merger: blocks of the search index shrink with the mail that leaves: what is left of neighbours becomes one block.
 *
 * Flow: the search worker makes the merged block, the writer puts it in the place of its parts. Invariants: the merged block has
 * a number that was never used, so whoever still goes by the old ones finds nothing, which rules nothing out; one merge is
 * bounded work (2 blocks, 4 MiB).
 */
import type { Connection } from '../connection.ts';
import { BLOCK_CONTENTS, ROW_OCTETS, SLICE_OCTETS, SLICES } from './gram-block.ts';
import type { CoveredBlock, FullBlock, GramIndex } from './gram-index.ts';

/** Blocks whose contents are counted at a time, for some milliseconds each. */
const BLOCKS_A_STEP = 16;

export interface BlockReplacement {
  readonly numbers: readonly number[];
  /** Null where nothing is left. */
  readonly merged: FullBlock | null;
}

export interface MergeStep {
  readonly replacement: BlockReplacement | null;
  /** The block to go on with, null at the end. */
  readonly next: number | null;
}

/** Looks at some blocks from place `from` on. */
export function findMerge(connection: Connection, index: GramIndex, from: number): MergeStep {
  const { blocks } = index;
  let previous: LivingBlock | null = null;
  const end = Math.min(blocks.length, from + BLOCKS_A_STEP);
  for (let at = Math.max(0, from - 1); at < end; at++) {
    const block = countLiving(connection, blocks[at]);
    if (block === null) continue;
    if (block.places.length === 0) return replaced(at, { numbers: [block.number], merged: null });
    if (previous !== null && previous.places.length + block.places.length <= BLOCK_CONTENTS) {
      const merged = merge(connection, [previous, block], index.nextNumber);
      return replaced(at, { numbers: [previous.number, block.number], merged });
    }
    previous = block;
  }
  return { replacement: null, next: end < blocks.length ? end : null };
}

/** The list is one shorter then. */
function replaced(at: number, replacement: BlockReplacement): MergeStep {
  return { replacement, next: Math.max(0, at - 1) };
}

interface LivingBlock extends CoveredBlock {
  /** Of the contents that are still there. */
  readonly places: readonly number[];
}

function countLiving(connection: Connection, block: CoveredBlock | undefined): LivingBlock | null {
  if (block === undefined) return null;
  const { contentIds } = block;
  const rows = connection.rows<readonly [number]>(
    'SELECT id FROM content WHERE id BETWEEN ? AND ?',
    contentIds[0] ?? 0,
    contentIds.at(-1) ?? 0,
  );
  const living = new Set(rows.map(([id]) => id));
  const places = [...contentIds.keys()].filter((place) => living.has(contentIds[place] ?? 0));
  return { ...block, places };
}

function merge(connection: Connection, parts: readonly LivingBlock[], number: number): FullBlock {
  const bits = new Uint8Array(SLICES * SLICE_OCTETS);
  for (let slice = 0; slice < SLICES; slice++) {
    const target = bits.subarray(slice * SLICE_OCTETS, (slice + 1) * SLICE_OCTETS);
    let first = 0;
    for (const part of parts) {
      copyBits(readSlice(connection, part.number, slice), target, { places: part.places, first });
      first += part.places.length;
    }
  }
  const contentIds = parts.flatMap((part) => part.places.map((place) => part.contentIds[place] ?? 0));
  return { number, contentIds: Float64Array.from(contentIds), bits };
}

/** A slice that is not there rules nothing out. */
function readSlice(connection: Connection, number: number, slice: number): Uint8Array {
  const row = connection.get<{ bits: Uint8Array }>(
    "SELECT unseal(bits, 'search', id) AS bits FROM search_slice WHERE id = ?",
    number * SLICES + slice,
  );
  return row?.bits ?? new Uint8Array(SLICE_OCTETS).fill(0xff);
}

/** Copies the bits at `places` of each row to places from `first` on. */
function copyBits(
  source: Uint8Array,
  target: Uint8Array,
  { places, first }: { places: readonly number[]; first: number },
): void {
  for (let row = 0; row < source.length; row += ROW_OCTETS) {
    for (let index = 0; index < places.length; index++) {
      const from = places[index] ?? 0;
      if (((source[row + (from >> 3)] ?? 0) & (1 << (from & 7))) === 0) continue;
      const to = first + index;
      const octet = row + (to >> 3);
      target[octet] = (target[octet] ?? 0) | (1 << (to & 7));
    }
  }
}
