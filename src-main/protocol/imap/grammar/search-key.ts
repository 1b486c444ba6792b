/**
 * Search keys: what SEARCH asks (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 5032 WITHIN), parsed.
 *
 * Strings stay octets until the charset is known.
 */
import { ImapSyntaxError } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseDate } from './date.ts';
import { parseSequenceSet } from './sequence-set.ts';
import type { SequenceSet } from './sequence-set.ts';

/** Fields of the envelope that have keys of their own. */
export type EnvelopeField = 'bcc' | 'cc' | 'from' | 'subject' | 'to';

export type SearchKey =
  | { readonly kind: 'all' }
  /** `\Recent` is never set: RECENT and NEW find nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'flag'; readonly flag: string; readonly isSet: boolean }
  | { readonly kind: 'set'; readonly isUid: boolean; readonly set: SequenceSet }
  | { readonly kind: 'larger' | 'smaller'; readonly octets: number }
  | {
      readonly kind: 'date';
      readonly field: 'internal' | 'sent' | 'saved';
      readonly relation: 'before' | 'on' | 'since';
      /** Midnight of the day, as if it were UTC: the time of day and the zone do not count. */
      readonly day: number;
    }
  /** RFC 7162 §3.1.5: changed at this MODSEQ or after it. */
  | { readonly kind: 'modSeq'; readonly modSeq: number }
  /** RFC 8474 §6.3 */
  | { readonly kind: 'emailId'; readonly objectId: string }
  | { readonly kind: 'age'; readonly relation: 'older' | 'younger'; readonly seconds: number }
  | { readonly kind: 'envelope'; readonly field: EnvelopeField; readonly text: string }
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'not'; readonly key: SearchKey }
  | { readonly kind: 'or'; readonly keys: readonly [SearchKey, SearchKey] }
  | { readonly kind: 'and'; readonly keys: readonly SearchKey[] };

const FLAG_KEYS = ['ANSWERED', 'DELETED', 'DRAFT', 'FLAGGED', 'SEEN'];
const FLAGS: ReadonlyMap<string, SearchKey> = new Map(
  FLAG_KEYS.flatMap((name): [string, SearchKey][] => {
    const flag = `\\${name.charAt(0)}${name.slice(1).toLowerCase()}`;
    return [
      [name, { kind: 'flag', flag, isSet: true }],
      [`UN${name}`, { kind: 'flag', flag, isSet: false }],
    ];
  }),
);

/** The keys of a whole SEARCH, all of which must hold. */
export function parseSearchKeys(cursor: Cursor): SearchKey {
  const keys = [parseKey(cursor)];
  while (cursor.take(' ')) {
    if (cursor.isAtEnd) break;
    keys.push(parseKey(cursor));
  }
  return allOf(keys);
}

function allOf(keys: readonly SearchKey[]): SearchKey {
  const [only] = keys;
  return keys.length === 1 && only !== undefined ? only : { kind: 'and', keys };
}

function parseKey(cursor: Cursor): SearchKey {
  return cursor.nested(() => {
    if (cursor.sees('(')) return allOf(cursor.list(() => parseKey(cursor)));
    if (cursor.seesDigit() || cursor.sees('*') || cursor.sees('$')) {
      return { kind: 'set', isUid: false, set: parseSequenceSet(cursor) };
    }
    return parseNamedKey(cursor, cursor.keyword());
  });
}

function parseNamedKey(cursor: Cursor, name: string): SearchKey {
  const flag = FLAGS.get(name);
  if (flag !== undefined) return flag;
  const parse = KEYS[name];
  return parse === undefined ? fail(`unknown search key ${name}`) : parse(cursor);
}

type KeyParser = (cursor: Cursor) => SearchKey;

const KEYS: Readonly<Record<string, KeyParser>> = {
  ALL: () => ({ kind: 'all' }),
  // RFC 9051 Appendix E: \Recent is gone; nothing is recent, so everything is old.
  OLD: () => ({ kind: 'all' }),
  RECENT: () => ({ kind: 'none' }),
  NEW: () => ({ kind: 'none' }),
  KEYWORD: (cursor) => ({ kind: 'flag', flag: argument(cursor, () => cursor.flag()), isSet: true }),
  UNKEYWORD: (cursor) => ({ kind: 'flag', flag: argument(cursor, () => cursor.flag()), isSet: false }),
  UID: (cursor) => ({ kind: 'set', isUid: true, set: argument(cursor, () => parseSequenceSet(cursor)) }),
  LARGER: (cursor) => ({ kind: 'larger', octets: argument(cursor, () => cursor.number()) }),
  SMALLER: (cursor) => ({ kind: 'smaller', octets: argument(cursor, () => cursor.number()) }),
  BEFORE: (cursor) => dateKey(cursor, 'internal', 'before'),
  ON: (cursor) => dateKey(cursor, 'internal', 'on'),
  SINCE: (cursor) => dateKey(cursor, 'internal', 'since'),
  SENTBEFORE: (cursor) => dateKey(cursor, 'sent', 'before'),
  SENTON: (cursor) => dateKey(cursor, 'sent', 'on'),
  SENTSINCE: (cursor) => dateKey(cursor, 'sent', 'since'),
  OLDER: (cursor) => ({
    kind: 'age',
    relation: 'older',
    seconds: argument(cursor, () => cursor.nonZeroNumber()),
  }),
  YOUNGER: (cursor) => ({
    kind: 'age',
    relation: 'younger',
    seconds: argument(cursor, () => cursor.nonZeroNumber()),
  }),
  MODSEQ: parseModSeqKey,
  SAVEDBEFORE: (cursor) => dateKey(cursor, 'saved', 'before'),
  SAVEDON: (cursor) => dateKey(cursor, 'saved', 'on'),
  SAVEDSINCE: (cursor) => dateKey(cursor, 'saved', 'since'),
  // RFC 8514 §4.3: every mailbox of ours keeps save dates.
  SAVEDATESUPPORTED: () => ({ kind: 'all' }),
  EMAILID: (cursor) => ({ kind: 'emailId', objectId: argument(cursor, () => cursor.atom()) }),
  // RFC 8474 §5.2: every THREADID is NIL here, so none matches.
  THREADID: (cursor) => {
    argument(cursor, () => cursor.atom());
    return { kind: 'none' };
  },
  BCC: (cursor) => envelopeKey(cursor, 'bcc'),
  CC: (cursor) => envelopeKey(cursor, 'cc'),
  FROM: (cursor) => envelopeKey(cursor, 'from'),
  SUBJECT: (cursor) => envelopeKey(cursor, 'subject'),
  TO: (cursor) => envelopeKey(cursor, 'to'),
  HEADER: (cursor) => {
    const field = textArgument(cursor);
    return { kind: 'header', field, text: textArgument(cursor) };
  },
  BODY: (cursor) => ({ kind: 'body', text: textArgument(cursor) }),
  TEXT: (cursor) => ({ kind: 'text', text: textArgument(cursor) }),
  NOT: (cursor) => ({ kind: 'not', key: argument(cursor, () => parseKey(cursor)) }),
  OR: (cursor) => {
    const first = argument(cursor, () => parseKey(cursor));
    return { kind: 'or', keys: [first, argument(cursor, () => parseKey(cursor))] };
  },
};

/** `MODSEQ ["/flags/\\draft" all] 620162338`: we keep one MODSEQ for all flags of a message (RFC 7162 §3.1.5). */
function parseModSeqKey(cursor: Cursor): SearchKey {
  cursor.space();
  if (cursor.sees('"')) {
    cursor.string();
    const type = argument(cursor, () => cursor.keyword());
    if (type !== 'ALL' && type !== 'PRIV' && type !== 'SHARED') fail('expected all, priv or shared');
    cursor.space();
  }
  return { kind: 'modSeq', modSeq: cursor.modSequence() };
}

function argument<T>(cursor: Cursor, read: () => T): T {
  cursor.space();
  return read();
}

function textArgument(cursor: Cursor): string {
  return argument(cursor, () => cursor.astring());
}

function envelopeKey(cursor: Cursor, field: EnvelopeField): SearchKey {
  return { kind: 'envelope', field, text: textArgument(cursor) };
}

function dateKey(
  cursor: Cursor,
  field: 'internal' | 'sent' | 'saved',
  relation: 'before' | 'on' | 'since',
): SearchKey {
  const day = parseDate(argument(cursor, () => cursor.astring()));
  return day === null ? fail('expected a date') : { kind: 'date', field, relation, day };
}

function fail(message: string): never {
  throw new ImapSyntaxError(message);
}
