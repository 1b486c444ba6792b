/**
 * SignInLog: who signed in from where with what, and who tried: gathered in memory, written together.
 *
 * Flow: the desk notes every outcome → here → store, which the console lists. Invariants: a flood of different names costs a
 * bounded number of rows; what an account's places are is known from the first moment after a start.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { clientKey } from '../../protocol/connection/rate-limiter.ts';
import type { AccountId } from '../port.ts';
import {
  FLUSH_SIGN_INS_MS,
  KEEP_SIGN_INS_MS,
  KNOWN_PLACE_MS,
  MOST_DIFFERENT_NOTES,
  MOST_KNOWN_PLACES,
  MOST_NAME_CHARACTERS,
  MOST_SIGN_INS_KEPT,
} from './limits.ts';
import { MANY } from './port.ts';
import type { SignInEntry, SignInNote, SignInQuery, SignInStore } from './port.ts';

export class SignInLog {
  readonly #store: SignInStore;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #changed: Emitter<void>;
  /** `account place` → when it last signed in there. */
  readonly #places = new Map<string, number>();
  #notes = new Map<string, SignInEntry>();
  #cancelFlush: Cancel | null = null;
  #flushing: Promise<void> = Promise.resolve();

  static async open(options: {
    store: SignInStore;
    clock: Clock;
    onError: (error: unknown) => void;
  }): Promise<SignInLog> {
    const log = new SignInLog(options);
    const places = await options.store.listKnownPlaces(options.clock.now() - KNOWN_PLACE_MS);
    for (const { accountId, address, lastAt } of places) log.#rememberPlace(accountId, address, lastAt);
    return log;
  }

  private constructor(options: { store: SignInStore; clock: Clock; onError: (error: unknown) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onError = options.onError;
    this.#changed = new Emitter(options.onError);
  }

  /** Something new was written. */
  get onChange() {
    return this.#changed.subscribe;
  }

  note(note: SignInNote): void {
    const now = this.#clock.now();
    if (note.outcome === 'ok' && note.accountId !== null)
      this.#rememberPlace(note.accountId, note.address, now);
    const bounded = this.#bound({ ...note, name: note.name.slice(0, MOST_NAME_CHARACTERS) });
    const key = keyOf(bounded);
    const before = this.#notes.get(key);
    const { count = 0, firstAt = now } = before ?? {};
    this.#notes.set(key, { ...bounded, count: count + 1, firstAt, lastAt: now });
    this.#cancelFlush ??= this.#clock.after(FLUSH_SIGN_INS_MS, () => {
      this.flush().catch(this.#onError);
    });
  }

  isKnownPlace(account: AccountId, address: string): boolean {
    const at = this.#places.get(placeKey(account, address));
    return at !== undefined && this.#clock.now() - at < KNOWN_PLACE_MS;
  }

  async list(query: SignInQuery): Promise<readonly SignInEntry[]> {
    await this.flush();
    return this.#store.list(query);
  }

  /** Resolves when everything noted so far is on disk. */
  flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const flushed = this.#flushing.then(() => this.#write());
    this.#flushing = flushed.catch(() => undefined);
    return flushed;
  }

  async #write(): Promise<void> {
    if (this.#notes.size === 0) return;
    const entries = [...this.#notes.values()];
    this.#notes = new Map();
    await this.#store.add(entries);
    await this.#store.prune({ before: this.#clock.now() - KEEP_SIGN_INS_MS, keep: MOST_SIGN_INS_KEPT });
    this.#changed.emit();
  }

  #bound(note: SignInNote): SignInNote {
    if (note.outcome === 'ok' || this.#notes.size < MOST_DIFFERENT_NOTES || this.#notes.has(keyOf(note)))
      return note;
    return { ...note, accountId: null, name: MANY, address: MANY, appPasswordId: null };
  }

  #rememberPlace(account: AccountId, address: string, at: number): void {
    const key = placeKey(account, address);
    this.#places.delete(key);
    this.#places.set(key, at);
    if (this.#places.size <= MOST_KNOWN_PLACES) return;
    for (const oldest of this.#places.keys()) return void this.#places.delete(oldest);
  }
}

function placeKey(account: AccountId, address: string): string {
  return `${account} ${clientKey(address)}`;
}

function keyOf({ name, address, door, method, outcome, appPasswordId }: SignInNote): string {
  return [door, method, outcome, appPasswordId ?? '', address, name].join(' ');
}
