/** `RETURN (…)`: what a search answers with (RFC 9051 §6.4.4, RFC 4731 §3.1; SAVE: RFC 5182; PARTIAL: RFC 9394 §3.1). */
import type { Cursor } from './cursor.ts';
import { parseResultRange, type ResultRange } from './result-range.ts';

const OPTIONS = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const;
export type SearchReturnOption = (typeof OPTIONS)[number];

export interface SearchReturn {
  readonly options: ReadonlySet<SearchReturnOption>;
  /** A page of what was found, null where not asked for. */
  readonly partial: ResultRange | null;
}

/** RFC 9051 §6.4.4: `RETURN ()` means this. */
export const RETURN_ALL: SearchReturn = { options: new Set(['ALL']), partial: null };

/** `RETURN (…)` and the space after it, or null. */
export function parseSearchReturn(cursor: Cursor): SearchReturn | null {
  if (!cursor.take('RETURN ')) return null;
  const options = new Set<SearchReturnOption>();
  let partial: ResultRange | null = null;
  cursor.list(() => {
    const name = cursor.keyword();
    const option = OPTIONS.find((each) => each === name);
    if (option !== undefined) options.add(option);
    else if (name === 'PARTIAL' && partial === null) partial = parsePartial(cursor);
    else cursor.fail('a search return option');
  }, 0);
  cursor.space();
  // RFC 9394 §3.1: one PARTIAL or one ALL, or neither.
  if (partial !== null && options.has('ALL')) cursor.fail('PARTIAL without ALL');
  return options.size === 0 && partial === null ? RETURN_ALL : { options, partial };
}

function parsePartial(cursor: Cursor): ResultRange {
  cursor.space();
  return parseResultRange(cursor);
}
