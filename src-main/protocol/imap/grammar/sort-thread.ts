/** SORT and THREAD (RFC 5256 §3, §5; SORT=DISPLAY: RFC 5957), parsed. */
import type { Cursor } from './cursor.ts';
import { parseSearchKeys, type SearchKey } from './search-key.ts';

/** SORT's keys and what they mean to the mailstore. */
export type SortKeyName =
  'ARRIVAL' | 'CC' | 'DATE' | 'DISPLAYFROM' | 'DISPLAYTO' | 'FROM' | 'SIZE' | 'SUBJECT' | 'TO';

export interface SortKey {
  readonly name: SortKeyName;
  readonly isReverse: boolean;
}

export interface SortCommand {
  readonly name: 'SORT';
  readonly isUid: boolean;
  readonly keys: readonly SortKey[];
  readonly charset: string;
  readonly key: SearchKey;
}

export type ThreadAlgorithmName = 'ORDEREDSUBJECT' | 'REFERENCES';

export interface ThreadCommand {
  readonly name: 'THREAD';
  readonly isUid: boolean;
  readonly algorithm: ThreadAlgorithmName;
  readonly charset: string;
  readonly key: SearchKey;
}

const SORT_KEYS: readonly SortKeyName[] = [
  'ARRIVAL',
  'CC',
  'DATE',
  'DISPLAYFROM',
  'DISPLAYTO',
  'FROM',
  'SIZE',
  'SUBJECT',
  'TO',
];
const ALGORITHMS: readonly ThreadAlgorithmName[] = ['ORDEREDSUBJECT', 'REFERENCES'];

export function parseSort(cursor: Cursor, isUid: boolean): SortCommand {
  cursor.space();
  const keys = cursor.list(() => parseSortKey(cursor));
  return { name: 'SORT', isUid, keys, ...parseCharsetAndKeys(cursor) };
}

export function parseThread(cursor: Cursor, isUid: boolean): ThreadCommand {
  cursor.space();
  const name = cursor.keyword();
  const algorithm = ALGORITHMS.find((each) => each === name) ?? cursor.fail('a threading algorithm');
  return { name: 'THREAD', isUid, algorithm, ...parseCharsetAndKeys(cursor) };
}

/** RFC 5256 §5 sort-criterion */
function parseSortKey(cursor: Cursor): SortKey {
  let name = cursor.keyword();
  const isReverse = name === 'REVERSE';
  if (isReverse) {
    cursor.space();
    name = cursor.keyword();
  }
  return { name: SORT_KEYS.find((each) => each === name) ?? cursor.fail('a sort key'), isReverse };
}

/** RFC 5256 §3: unlike in SEARCH, the charset must be there. */
function parseCharsetAndKeys(cursor: Cursor): { charset: string; key: SearchKey } {
  cursor.space();
  const charset = cursor.astring();
  cursor.space();
  return { charset, key: parseSearchKeys(cursor) };
}
