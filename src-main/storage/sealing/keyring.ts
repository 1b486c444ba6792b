/**
 * Keyring: the keys that a connection seals and opens with, as functions that SQL can call.
 *
 * Keys: the master key (outside the database, key-file.ts) wraps the root key (table `sealing`), the root key wraps one key for each
 * account and one for the office (table `sealing_key`), those wrap the data keys of contents and seal rows. A key that is not known
 * yet is read when it is needed, so all threads see what the writer has made.
 * Invariants: what is clear, null or empty stays as it is where nothing is sealed, so a statement works in every state of a data
 * folder (SQL calls it: sql-functions.ts).
 */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Connection, SqlValue } from '../connection.ts';
import {
  isSealed,
  KEY_OCTETS,
  keyIdOf,
  openValue,
  quoteOctets,
  SealBrokenError,
  sealName,
  sealValue,
  unquoteOctets,
} from './codec.ts';
import type { SealingKey } from './codec.ts';
import { openPart, sealPart, type ContentPart } from './content-cipher.ts';

/** Of the office: what is nobody's own. */
export const OFFICE = 0;

/** The id that says which key sealed a wrapped key: the root key has no row. */
const ROOT_KEY_ID = 0;

/** Data keys of contents that were opened last: parts of a large message are fetched one after the other. */
const MOST_DATA_KEYS = 512;

export class NoKeyError extends Error {
  override name = 'NoKeyError' as const;

  constructor() {
    super('the key that this was sealed with is not there');
  }
}

export class Keyring {
  readonly #connection: Connection;
  readonly #openReading: () => Connection;
  #reading: Connection | null = null;
  #root: KeyObject | null = null;
  /** What is written is sealed. */
  #isSealing = false;
  #isTolerant = false;
  readonly #byAccount = new Map<number, SealingKey>();
  readonly #byId = new Map<number, KeyObject>();
  readonly #dataKeys = new Map<number, { readonly wrapped: Buffer; readonly key: KeyObject }>();

  constructor(connection: Connection, openReading: () => Connection) {
    this.#connection = connection;
    this.#openReading = openReading;
  }

  get isSealing(): boolean {
    return this.#isSealing;
  }

  useRoot(rootKey: Uint8Array): void {
    this.#root = createSecretKey(rootKey);
  }

  /** What cannot be opened is answered as null from now on: for the doctor, who looks for it. */
  tolerateDamage(): void {
    this.#isTolerant = true;
  }

  /** Reads whether to seal; the writer asks before each commit. */
  refresh(): void {
    const row = this.#connection.get<{ state: string }>('SELECT state FROM sealing');
    this.#isSealing = row !== undefined && (row.state === 'on' || row.state === 'sealing');
  }

  /** A write was undone: keys that it made are gone. */
  forget(): void {
    this.#byAccount.clear();
    this.#byId.clear();
    this.#dataKeys.clear();
  }

  seal(value: SqlValue, { account, about, id }: SealedPlace): SqlValue {
    if (value === null || value === '') return value;
    if (typeof value !== 'string' && !(value instanceof Uint8Array))
      throw new TypeError(`${about}: not a text`);
    if (this.#isSealing) return sealValue(value, this.#keyOf(account), contextOf(about, id));
    return typeof value === 'string' ? value : quoteOctets(value);
  }

  unseal(value: SqlValue, about: string, id: SqlValue): SqlValue {
    if (!(value instanceof Uint8Array)) return value;
    if (!isSealed(value)) return unquoteOctets(value);
    return this.#open(() => openValue(value, this.#keyWithId(keyIdOf(value)), contextOf(about, id)));
  }

  /** For writing: as the state has it. */
  sealName(value: SqlValue, account: number, about: string): SqlValue {
    if (typeof value !== 'string' || !this.#isSealing) return value;
    return sealName(value, this.#keyOf(account), about);
  }

  /** For looking up what may be sealed: null where nothing was ever sealed. */
  sealedName(value: SqlValue, account: number, about: string): SqlValue {
    const key = typeof value === 'string' ? (this.#findKey(account) ?? this.#findKey(OFFICE)) : undefined;
    return key === undefined ? null : sealName(String(value), key, about);
  }

  sealContent(value: SqlValue, wrapped: SqlValue, { part, id }: PartOfContent): SqlValue {
    if (!(wrapped instanceof Uint8Array) || value === null) return value;
    const octets = value instanceof Uint8Array ? value : Buffer.from(String(value));
    return sealPart(octets, this.dataKey(wrapped, id), part);
  }

  /** Octets stay octets, the index is text. */
  unsealContent(value: SqlValue, wrapped: SqlValue, { part, id }: PartOfContent): SqlValue {
    if (!(wrapped instanceof Uint8Array) || !(value instanceof Uint8Array)) return value;
    return this.#open(() => {
      const octets = openPart(value, this.dataKey(wrapped, id), part);
      return part === 'index' ? octets.toString() : octets;
    });
  }

  #open(open: () => SqlValue): SqlValue {
    try {
      return open();
    } catch (error) {
      if (this.#isTolerant && (error instanceof SealBrokenError || error instanceof NoKeyError)) return null;
      throw error;
    }
  }

  /** A content's data key as it is stored. */
  wrap(dataKey: Uint8Array, { contentId, holder }: ContentHolder): Buffer {
    const wrapped = sealValue(dataKey, this.#keyOf(holder), contextOf('data key', contentId));
    // It is about to be used.
    this.#keepDataKey(contentId, { wrapped, key: createSecretKey(dataKey) });
    return wrapped;
  }

  /** The same key, wrapped for another holder; null where it is that holder's already. */
  rewrap(wrapped: Uint8Array, content: ContentHolder): Buffer | null {
    if (keyIdOf(wrapped) === this.#keyOf(content.holder).id) return null;
    return this.wrap(this.openDataKey(wrapped, content.contentId), content);
  }

  openDataKey(wrapped: Uint8Array, contentId: number): Uint8Array {
    return this.dataKey(wrapped, contentId).export();
  }

  /** The key of a content, from the column that wraps it. */
  dataKey(wrapped: Uint8Array, contentId: number): KeyObject {
    const known = this.#dataKeys.get(contentId);
    if (known?.wrapped.equals(wrapped) === true) return known.key;
    const octets = openValue(wrapped, this.#keyWithId(keyIdOf(wrapped)), contextOf('data key', contentId));
    const key = createSecretKey(Buffer.from(octets));
    this.#keepDataKey(contentId, { wrapped: Buffer.from(wrapped), key });
    return key;
  }

  #keepDataKey(contentId: number, known: { readonly wrapped: Buffer; readonly key: KeyObject }): void {
    if (this.#dataKeys.size >= MOST_DATA_KEYS) this.#dataKeys.clear();
    this.#dataKeys.set(contentId, known);
  }

  /** Gives an account, or the office, its key; the writer does that before anything is sealed for it. */
  makeKey(account: number): void {
    if (this.#findKey(account) !== undefined) return;
    const octets = randomBytes(KEY_OCTETS);
    const wrapped = sealValue(octets, this.#rootKey, `account key ${account}`);
    const sql = 'INSERT INTO sealing_key (account_id, wrapped) VALUES (?, ?)';
    this.#keep(account, {
      id: this.#connection.run(sql, account, wrapped).rowId,
      key: createSecretKey(octets),
    });
  }

  close(): void {
    this.#reading?.close();
  }

  /** Destroys the key of an account that goes, and with it what may be left of its mail in copies of the folder. */
  dropAccount(account: number): void {
    this.#connection.run('DELETE FROM sealing_key WHERE account_id = ?', account);
    this.forget();
  }

  /** An account without a key has what it seals sealed by the office's. */
  #keyOf(account: number): SealingKey {
    const key = this.#findKey(account) ?? this.#findKey(OFFICE);
    if (key === undefined) throw new NoKeyError();
    return key;
  }

  #findKey(account: number): SealingKey | undefined {
    return this.#byAccount.get(account) ?? this.#read('account_id', account);
  }

  #keyWithId(id: number): KeyObject {
    const key = this.#byId.get(id) ?? this.#read('id', id)?.key;
    if (key === undefined) throw new NoKeyError();
    return key;
  }

  /** By a connection of its own: the other one may be in the middle of the statement that asks. */
  #read(column: 'id' | 'account_id', value: number): SealingKey | undefined {
    this.#reading ??= this.#openReading();
    const row = this.#reading.get<KeyRow>(`SELECT * FROM sealing_key WHERE ${column} = ?`, value);
    if (row === undefined) return undefined;
    const octets = openValue(row.wrapped, this.#rootKey.key, `account key ${row.account_id}`);
    const key = { id: row.id, key: createSecretKey(Buffer.from(octets)) };
    this.#keep(row.account_id, key);
    return key;
  }

  #keep(account: number, key: SealingKey): void {
    this.#byAccount.set(account, key);
    this.#byId.set(key.id, key.key);
  }

  get #rootKey(): SealingKey {
    if (this.#root === null) throw new NoKeyError();
    return { id: ROOT_KEY_ID, key: this.#root };
  }
}

function contextOf(about: string, id: SqlValue): string {
  return id === null ? about : `${about} ${String(id)}`;
}

/** Whose a value is, what it is, and of which row. */
export interface SealedPlace {
  readonly account: number;
  readonly about: string;
  readonly id: SqlValue;
}

export interface PartOfContent {
  readonly part: ContentPart;
  readonly id: number;
}

export interface ContentHolder {
  readonly contentId: number;
  /** An account, or the office. */
  readonly holder: number;
}

interface KeyRow {
  readonly id: number;
  readonly account_id: number;
  readonly wrapped: Uint8Array;
}
