/**
 * Sequence sets: `2:4,7,*` and `$` (RFC 9051 §9 sequence-set, RFC 5182), and ranges of numbers on the wire.
 *
 * Invariants: ranges that leave here are rising, do not overlap and do not touch.
 */
import { MAX_SEQUENCE_RANGES } from '../limits.ts';
import type { Cursor } from './cursor.ts';

/** `*`: the greatest number in use. */
export const STAR = Number.POSITIVE_INFINITY;

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export type SequenceSet =
  /** The ends in the order in which the client wrote them; STAR where it wrote `*`. */
  | { readonly kind: 'ranges'; readonly ranges: readonly NumberRange[] }
  /** `$`: the result of the last SEARCH that saved one. */
  | { readonly kind: 'saved' };

export function parseSequenceSet(cursor: Cursor): SequenceSet {
  if (cursor.take('$')) return { kind: 'saved' };
  const ranges: NumberRange[] = [];
  do {
    const first = sequenceNumber(cursor);
    ranges.push({ first, last: cursor.take(':') ? sequenceNumber(cursor) : first });
    if (ranges.length > MAX_SEQUENCE_RANGES) cursor.fail('fewer ranges');
  } while (cursor.take(','));
  return { kind: 'ranges', ranges };
}

function sequenceNumber(cursor: Cursor): number {
  return cursor.take('*') ? STAR : cursor.nonZeroNumber();
}

/** The ranges with `*` as `greatest`, in order and merged; `4:2` is `2:4` (RFC 9051 §9). */
export function resolveRanges(ranges: readonly NumberRange[], greatest: number): NumberRange[] {
  const resolved = ranges.map(({ first, last }) => {
    const a = first === STAR ? greatest : first;
    const b = last === STAR ? greatest : last;
    return { first: Math.min(a, b), last: Math.max(a, b) };
  });
  return mergeRanges(resolved.filter((range) => range.last > 0));
}

/** Joins overlapping and touching ranges. */
export function mergeRanges(ranges: readonly NumberRange[]): NumberRange[] {
  const sorted = [...ranges].sort((a, b) => a.first - b.first);
  const merged: NumberRange[] = [];
  for (const range of sorted) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1) merged.push(range);
    else merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
  }
  return merged;
}

/** Rising numbers as ranges. */
export function toRanges(numbers: readonly number[]): NumberRange[] {
  const ranges: NumberRange[] = [];
  let first = 0;
  let last = -1;
  for (const number of numbers) {
    if (number === last + 1) {
      last = number;
      continue;
    }
    if (last > 0) ranges.push({ first, last });
    first = number;
    last = number;
  }
  if (last > 0) ranges.push({ first, last });
  return ranges;
}

/** Numbers as a sequence set, in their order: `2:4,7`. */
export function formatNumbers(numbers: readonly number[]): string {
  return toRanges(numbers)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}:${last}`))
    .join(',');
}

export function isInSortedRanges(number: number, ranges: readonly NumberRange[]): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (number < range.first) high = middle - 1;
    else if (number > range.last) low = middle + 1;
    else return true;
  }
  return false;
}
