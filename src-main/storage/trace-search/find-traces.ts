/**
 * Finds messages by words: newest first, a page at a time, never looking at all of them.
 *
 * Flow: blocks of bits say which messages may have all the words, the text of each of those decides. Where a state is asked for that
 * few messages are in, those are gone through instead.
 * Invariants: one call takes about MOST_MS at most, and says where the next one goes on.
 */
import { foldText } from '../../mail/mailstore/search/port.ts';
import type { MessageFilter, MessagePage, MessageSummary } from '../../observe/port.ts';
import type { Connection } from '../connection.ts';
import { BLOCK_MESSAGES, blockOf, slicesOf } from './trace-block.ts';
import { TraceIndex } from './trace-index.ts';
import { READ_TRACES, textOf, toSummary, type TraceRow } from './trace-rows.ts';

/** Others who ask the reading thread wait no longer. */
const MOST_MS = 40;
const LOOKS_A_CLOCK = 32;
/** Going through so many is quicker than going through what has the words in all other states. */
const FEW_IN_STATE = 10_000;
const AFTER_ALL_IDS = '~';
/** Words of a search; a pasted page stays one query. */
const MOST_WORDS = 8;

/** A page, and whether it ended for want of time. */
export type FoundTraces = MessagePage & { readonly isCut: boolean };

/** How a page says where the next goes on: by number (`#17`), or by trace id. */
type Cursor = { readonly number: number } | { readonly traceId: string } | null;

const indexes = new WeakMap<Connection, TraceIndex>();

/** The index of this connection's thread. */
export function traceIndexOf(connection: Connection): TraceIndex {
  const index = indexes.get(connection) ?? new TraceIndex(connection);
  indexes.set(connection, index);
  return index;
}

/** In one transaction: a thousand small reads cost half of what they cost alone. */
export function findTraces(connection: Connection, filter: MessageFilter): FoundTraces {
  return connection.atOneMoment(() => find(connection, filter));
}

function find(connection: Connection, filter: MessageFilter): FoundTraces {
  const words = wordsOf(filter.text ?? '');
  if (words.length === 0) return listTraces(connection, filter);
  const named = words.length === 1 && filter.before === undefined ? byId(connection, filter) : null;
  if (named !== null) return named;
  const cursor = readCursor(filter.before);
  const goesByState = cursor === null ? isRare(connection, filter.state) : 'traceId' in cursor;
  return goesByState ? findInState(connection, filter, words) : findByBits(connection, filter, words);
}

/** Folded, without what a pasted address or Message-ID stands in. */
export function wordsOf(text: string): readonly string[] {
  return text
    .split(/\s+/u)
    .map((word) => foldText(word.replace(/^[<"'(]+|[>"'),;]+$/gu, '')))
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}

function listTraces(connection: Connection, { state, limit, before }: MessageFilter): FoundTraces {
  const inState = state === undefined ? '' : 'state = ? AND ';
  const rows = connection.all<TraceRow>(
    `${READ_TRACES} WHERE ${inState}trace_id < ? ORDER BY trace_id DESC LIMIT ?`,
    ...(state === undefined ? [] : [state]),
    before ?? AFTER_ALL_IDS,
    limit + 1,
  );
  return toPage(rows, limit, (row) => row.trace_id);
}

function byId(connection: Connection, { text = '', state }: MessageFilter): FoundTraces | null {
  const row = connection.get<TraceRow>(`${READ_TRACES} WHERE trace_id = ?`, text.trim().toLowerCase());
  if (row === undefined || (state !== undefined && row.state !== state)) return null;
  return { items: [toSummary(row)], next: null, isCut: false };
}

function isRare(connection: Connection, state: MessageSummary['state'] | undefined): boolean {
  if (state === undefined) return false;
  const sql = 'SELECT count(*) AS count FROM (SELECT 1 FROM message_trace WHERE state = ? LIMIT ?)';
  return (connection.get<{ count: number }>(sql, state, FEW_IN_STATE + 1)?.count ?? 0) <= FEW_IN_STATE;
}

function findInState(
  connection: Connection,
  { state, limit, before }: MessageFilter,
  words: readonly string[],
): FoundTraces {
  const index = traceIndexOf(connection);
  index.catchUp();
  const mayFit = index.matcher(index.rarestFirst([...new Set(words.flatMap(slicesOf))]));
  const inState = connection.rows<readonly [number]>(
    'SELECT number FROM message_trace WHERE state = ? AND trace_id < ? ORDER BY trace_id DESC',
    state ?? '',
    before ?? AFTER_ALL_IDS,
  );
  const found: TraceRow[] = [];
  for (const [number] of inState) {
    const row = mayFit(number) ? readNumber(connection, number) : undefined;
    if (row !== undefined && hasWords(row, words)) found.push(row);
    if (found.length > limit) break;
  }
  return toPage(found, limit, (row) => row.trace_id);
}

function readNumber(connection: Connection, number: number): TraceRow | undefined {
  return connection.get<TraceRow>(`${READ_TRACES} WHERE number = ?`, number);
}

function findByBits(connection: Connection, filter: MessageFilter, words: readonly string[]): FoundTraces {
  const search = new BitSearch(connection, filter, words);
  return search.run();
}

class BitSearch {
  readonly #connection: Connection;
  readonly #index: TraceIndex;
  readonly #filter: MessageFilter;
  readonly #words: readonly string[];
  #slices: readonly number[];
  readonly #end = performance.now() + MOST_MS;
  readonly #found: TraceRow[] = [];
  /** All from here on were looked at. */
  #at: number;
  #looks = 0;

  constructor(connection: Connection, filter: MessageFilter, words: readonly string[]) {
    this.#connection = connection;
    this.#index = traceIndexOf(connection);
    this.#filter = filter;
    this.#words = words;
    this.#slices = [...new Set(words.flatMap(slicesOf))];
    const cursor = readCursor(filter.before);
    this.#at = cursor !== null && 'number' in cursor ? cursor.number : Number.MAX_SAFE_INTEGER;
  }

  run(): FoundTraces {
    const { limit } = this.#filter;
    this.#index.catchUp();
    this.#slices = this.#index.rarestFirst(this.#slices);
    for (let newest = this.#next(); newest !== null; newest = this.#next()) {
      this.#at = newest + 1;
      if (this.#searchBlock(blockOf(newest))) continue;
      const isCut = this.#found.length <= limit;
      const page = toPage(this.#found, limit, ({ number }) => `#${number}`);
      return isCut ? { ...page, next: `#${this.#at}`, isCut } : page;
    }
    return toPage(this.#found, limit, ({ number }) => `#${number}`);
  }

  #next(): number | null {
    return this.#index.numberBelow(this.#at);
  }

  /** Whether to go on with the next block. */
  #searchBlock(id: number): boolean {
    const first = id * BLOCK_MESSAGES;
    const bits = this.#index.candidates(id, this.#slices);
    const rows = bits === null ? this.#allRows(first) : this.#rowsOf(first, bits);
    for (const row of rows) {
      this.#at = row.number;
      if (this.#fits(row)) this.#found.push(row);
      if (this.#isEnough()) return false;
    }
    this.#at = first;
    return performance.now() < this.#end;
  }

  #isEnough(): boolean {
    if (this.#found.length > this.#filter.limit) return true;
    return ++this.#looks % LOOKS_A_CLOCK === 0 && performance.now() >= this.#end;
  }

  #fits(row: TraceRow): boolean {
    const { state } = this.#filter;
    return (state === undefined || row.state === state) && hasWords(row, this.#words);
  }

  #allRows(first: number): Iterable<TraceRow> {
    const last = Math.min(first + BLOCK_MESSAGES, this.#at) - 1;
    const sql = `${READ_TRACES} WHERE number BETWEEN ? AND ? ORDER BY number DESC`;
    return this.#connection.iterate<TraceRow>(sql, first, last);
  }

  *#rowsOf(first: number, bits: Uint8Array): Iterable<TraceRow> {
    const from = Math.min(BLOCK_MESSAGES, this.#at - first) - 1;
    for (let position = from; position >= 0; position--) {
      const octet = bits[position >> 3] ?? 0;
      if (octet === 0) position &= ~7;
      else if ((octet & (1 << (position & 7))) !== 0) {
        const row = readNumber(this.#connection, first + position);
        if (row !== undefined) yield row;
      }
    }
  }
}

function hasWords(row: TraceRow, words: readonly string[]): boolean {
  const text = textOf(row);
  return words.every((word) => text.includes(word));
}

/** One row more than the page has says that there is another page. */
function toPage<Row extends TraceRow>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): FoundTraces {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? cursorOf(last) : null;
  return { items: shown.map(toSummary), next, isCut: false };
}

function readCursor(before: string | undefined): Cursor {
  if (before === undefined) return null;
  return before.startsWith('#') ? { number: Number(before.slice(1)) } : { traceId: before };
}
