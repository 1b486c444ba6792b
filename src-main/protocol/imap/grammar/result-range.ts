/** Ranges of results: `1:100` or `-1:-100` (RFC 9394 §4 partial-range): the page of an answer that a client asks for. */
import type { Cursor } from './cursor.ts';

export interface ResultRange {
  /** Counted from 1, the lower first. */
  readonly first: number;
  readonly last: number;
  /** -1 is the newest. */
  readonly isFromEnd: boolean;
  /** As the client wrote it: the answer names it so. */
  readonly text: string;
}

export function parseResultRange(cursor: Cursor): ResultRange {
  const isFromEnd = cursor.sees('-');
  const a = parsePlace(cursor, isFromEnd);
  cursor.expect(':');
  const b = parsePlace(cursor, isFromEnd);
  const sign = isFromEnd ? '-' : '';
  // RFC 9394 §4: 500:400 is the same as 400:500.
  return { first: Math.min(a, b), last: Math.max(a, b), isFromEnd, text: `${sign}${a}:${sign}${b}` };
}

function parsePlace(cursor: Cursor, isFromEnd: boolean): number {
  if (isFromEnd) cursor.expect('-');
  return cursor.nonZeroNumber();
}

/** What of the results is in the range, in their order; none where the range lies beyond them (RFC 9394 §3.1). */
export function takeRange<T>(results: readonly T[], { first, last, isFromEnd }: ResultRange): readonly T[] {
  if (!isFromEnd) return results.slice(first - 1, last);
  return results.slice(Math.max(0, results.length - last), Math.max(0, results.length - first + 1));
}
