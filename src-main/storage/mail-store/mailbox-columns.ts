/**
 * Mailbox columns: the entries of one mailbox in memory, about 40 octets each, brought up to date from the database.
 *
 * Flow: ColumnsCache → here. Invariants: the database's MODSEQ decides what is new, so nothing that was committed is missed
 * and nothing that was rolled back was ever seen; UIDs that were given out in columns never move: what is removed makes
 * new columns, what comes is written behind the ends of the old ones.
 */
import type { MailboxId, MessageColumns, ModSeq } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { reachesBack, readVanished } from './expunged-log.ts';
import { toFlags } from './rows.ts';

/** Rows that are read at a time, for at most a few milliseconds. */
const ROWS_A_STEP = 5_000;
const FIRST_CAPACITY = 64;
/** uid, MODSEQ, flag set, two dates, size, content. */
const OCTETS_A_MESSAGE = 4 + 8 + 4 + 8 + 8 + 8 + 8;

/** With the contents, which only storage knows. */
export interface StoredColumns extends MessageColumns {
  readonly contentIds: Float64Array;
}

const ROW_COLUMNS = 'uid, mod_seq, flags, keywords, internal_date, saved_at, size_bytes, content_id' as const;
type ColumnsRow = readonly [
  uid: number,
  modSeq: number,
  flags: number,
  keywords: string | null,
  internalDate: number,
  savedAt: number,
  size: number,
  contentId: number,
];

type Arrays = Omit<StoredColumns, 'highestModSeq' | 'flagLists'>;

export class MailboxColumns {
  readonly #connection: Connection;
  readonly #id: MailboxId;
  readonly #flagLists: (readonly string[])[] = [];
  readonly #flagIds = new Map<string | number, number>();
  #arrays = makeArrays(FIRST_CAPACITY);
  #length = 0;
  #modSeq: ModSeq;
  #isLoaded = false;
  #columns: StoredColumns | null = null;

  constructor(connection: Connection, id: MailboxId) {
    this.#connection = connection;
    this.#id = id;
    this.#modSeq = this.#readModSeq() ?? 0;
  }

  get octets(): number {
    return this.#arrays.uids.length * OCTETS_A_MESSAGE;
  }

  /** Reads some of the rows; false when there are no more. What changes meanwhile is seen by refresh(). */
  loadStep(): boolean {
    if (this.#isLoaded) return false;
    const rows = this.#connection.rows<ColumnsRow>(
      `SELECT ${ROW_COLUMNS} FROM message WHERE mailbox_id = ? AND uid > ? ORDER BY uid LIMIT ?`,
      this.#id,
      this.#lastUid,
      ROWS_A_STEP,
    );
    for (const row of rows) this.#write(this.#length++, row);
    this.#isLoaded = rows.length < ROWS_A_STEP;
    return !this.#isLoaded;
  }

  /** The columns as they are now; `gone` with its mailbox, `outdated` where they have to be loaded again. */
  refresh(): StoredColumns | 'gone' | 'outdated' {
    const modSeq = this.#readModSeq();
    if (modSeq === null) return 'gone';
    if (modSeq !== this.#modSeq && !this.#connection.atOneMoment(() => this.#catchUp())) return 'outdated';
    this.#columns ??= {
      ...sliceArrays(this.#arrays, this.#length),
      highestModSeq: this.#modSeq,
      flagLists: this.#flagLists,
    };
    return this.#columns;
  }

  get #lastUid(): number {
    return this.#length === 0 ? 0 : (this.#arrays.uids[this.#length - 1] ?? 0);
  }

  #readModSeq(): ModSeq | null {
    const sql = 'SELECT highest_mod_seq FROM mailbox WHERE id = ?';
    return this.#connection.rows<readonly [number]>(sql, this.#id)[0]?.[0] ?? null;
  }

  /** False where the columns and the database do not fit together. */
  #catchUp(): boolean {
    const since = this.#modSeq;
    this.#modSeq = this.#readModSeq() ?? since;
    this.#columns = null;
    if (!reachesBack(this.#connection, this.#id, since)) return false;
    const vanished = readVanished(this.#connection, this.#id, since);
    if (vanished.length > 0) this.#remove(vanished);
    const changed = this.#connection.rows<ColumnsRow>(
      `SELECT ${ROW_COLUMNS} FROM message WHERE mailbox_id = ? AND mod_seq > ? ORDER BY uid`,
      this.#id,
      since,
    );
    return changed.every((row) => this.#place(row));
  }

  #place(row: ColumnsRow): boolean {
    if (row[0] > this.#lastUid) {
      this.#write(this.#length++, row);
      return true;
    }
    const at = lowerBound(this.#arrays.uids, row[0], this.#length);
    if (this.#arrays.uids[at] !== row[0]) return false;
    this.#write(at, row);
    return true;
  }

  #write(
    at: number,
    [uid, modSeq, flags, keywords, internalDate, savedAt, size, contentId]: ColumnsRow,
  ): void {
    if (at >= this.#arrays.uids.length) this.#arrays = resize(this.#arrays, at, Math.ceil(at * 1.25) + 1);
    const arrays = this.#arrays;
    arrays.uids[at] = uid;
    arrays.modSeqs[at] = modSeq;
    arrays.flagIds[at] = this.#flagIdOf(flags, keywords);
    arrays.internalDates[at] = internalDate;
    arrays.savedDates[at] = savedAt;
    arrays.sizes[at] = size;
    arrays.contentIds[at] = contentId;
  }

  #flagIdOf(bits: number, keywords: string | null): number {
    const key = keywords === null ? bits : `${bits} ${keywords}`;
    let id = this.#flagIds.get(key);
    if (id === undefined) {
      id = this.#flagLists.push(toFlags(bits, keywords)) - 1;
      this.#flagIds.set(key, id);
    }
    return id;
  }

  /** Copies what stays between the removed ones. `uids` rise. */
  #remove(uids: readonly number[]): void {
    const old = this.#arrays;
    const kept = makeArrays(Math.max(FIRST_CAPACITY, this.#length));
    let length = 0;
    let from = 0;
    for (const uid of [...uids, Number.POSITIVE_INFINITY]) {
      const end = lowerBound(old.uids, uid, this.#length);
      for (const name of ARRAY_NAMES) kept[name].set(old[name].subarray(from, end), length);
      length += end - from;
      from = old.uids[end] === uid ? end + 1 : end;
    }
    this.#arrays = kept;
    this.#length = length;
  }
}

const ARRAY_NAMES = [
  'uids',
  'modSeqs',
  'flagIds',
  'internalDates',
  'savedDates',
  'sizes',
  'contentIds',
] as const satisfies readonly (keyof Arrays)[];

function makeArrays(capacity: number): Arrays {
  return {
    uids: new Uint32Array(capacity),
    modSeqs: new Float64Array(capacity),
    flagIds: new Uint32Array(capacity),
    internalDates: new Float64Array(capacity),
    savedDates: new Float64Array(capacity),
    sizes: new Float64Array(capacity),
    contentIds: new Float64Array(capacity),
  };
}

function resize(old: Arrays, length: number, capacity: number): Arrays {
  const arrays = makeArrays(capacity);
  for (const name of ARRAY_NAMES) arrays[name].set(old[name].subarray(0, length));
  return arrays;
}

function sliceArrays(arrays: Arrays, length: number): Arrays {
  return {
    uids: arrays.uids.subarray(0, length),
    modSeqs: arrays.modSeqs.subarray(0, length),
    flagIds: arrays.flagIds.subarray(0, length),
    internalDates: arrays.internalDates.subarray(0, length),
    savedDates: arrays.savedDates.subarray(0, length),
    sizes: arrays.sizes.subarray(0, length),
    contentIds: arrays.contentIds.subarray(0, length),
  };
}

/** Index of the first UID that is not below `uid`. */
export function lowerBound(uids: Uint32Array, uid: number, length = uids.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uids[middle] ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}
