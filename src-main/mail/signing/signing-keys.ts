/**
 * SigningKeys: the life of the keys of our domains: announced, seen in DNS, used, replaced, forgotten.
 *
 * RFC 6376 §3.6, RFC 5863 §3.5 (rotation). Flow: console and the hourly look → here → store; outgoing signer → keysFor().
 * Invariants: at most one active key of each algorithm signs for a domain; a key whose record nobody could look up keeps its state.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Cancel, Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SigningKey } from '../../protocol/authentication/dkim/sign.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import { findPublication, recordNameOf, recordTextOf } from './key-record.ts';
import { ALGORITHMS, makeSigningKey } from './make-keys.ts';
import { planChanges } from './plan-changes.ts';
import type { Publication, SigningDesk, SigningKeyRow, SigningKeyStatus, SigningKeyStore } from './port.ts';

/** Records are published by people: an hour after they did so is soon enough, and the console can look at once. */
const LOOK_INTERVAL_MS = 60 * 60_000;

export interface SigningKeysOptions {
  readonly store: SigningKeyStore;
  readonly resolver: DnsResolver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After so long a successor is announced; 0: never by itself. */
  readonly rotateAfterMs: () => number;
}

interface Seen {
  readonly publication: Publication;
  readonly checkedAt: number;
}

export class SigningKeys implements SigningDesk {
  readonly #options: SigningKeysOptions;
  readonly #changed = new Emitter<void>();
  readonly #seen = new Map<number, Seen>();
  #rows: readonly SigningKeyRow[] = [];
  /** By domain. */
  #active: ReadonlyMap<string, readonly SigningKey[]> = new Map();
  #cancel: Cancel = () => undefined;
  #isStopped = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** Reads the keys, and looks into DNS every hour until stop(). */
  async start(): Promise<void> {
    await this.#load();
    this.#lookSoon(0);
  }

  /** Domains have come or gone, and their keys with them. */
  refresh(): Promise<void> {
    return this.#load();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Keys that sign for the domain: its own, or those of the nearest domain above it. */
  keysFor(domain: string): readonly SigningKey[] {
    for (let name = domain; name !== ''; name = name.slice(name.indexOf('.') + 1)) {
      const keys = this.#active.get(name);
      if (keys !== undefined) return keys;
      if (!name.includes('.')) break;
    }
    return [];
  }

  /** Any that signs, for mail that is nobody's here. */
  anyKeys(): readonly SigningKey[] {
    return [...this.#active.values()][0] ?? [];
  }

  list(): readonly SigningKeyStatus[] {
    return this.#rows.map((row) => ({
      ...row,
      recordName: recordNameOf(row),
      record: recordTextOf(row),
      publication: this.#seen.get(row.id)?.publication ?? null,
      checkedAt: this.#seen.get(row.id)?.checkedAt ?? null,
    }));
  }

  async makeKeys(domain: string): Promise<Result<void, 'keysAreWaiting'>> {
    const isMade = await this.#inTurn(async () => {
      if (this.#rows.some((row) => row.domain === domain && row.state === 'announced')) return false;
      await this.#announce(ALGORITHMS.map((algorithm) => ({ domain, algorithm })));
      return true;
    });
    if (!isMade) return err('keysAreWaiting');
    await this.check(domain);
    return ok(undefined);
  }

  check(domain: string): Promise<void> {
    return this.#inTurn(() => this.#look(this.#rows.filter((row) => row.domain === domain)));
  }

  async remove(id: number): Promise<Result<void, 'keyIsActive' | 'noSuchKey'>> {
    const row = this.#rows.find((each) => each.id === id);
    if (row === undefined) return err('noSuchKey');
    if (row.state === 'active') return err('keyIsActive');
    await this.#options.store.remove(id);
    await this.#load();
    return ok(undefined);
  }

  /** One after the other, so that two looks at once do not announce two successors. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #lookSoon(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#inTurn(() => this.#look(this.#rows))
        .catch((error: unknown) =>
          this.#options.logger.error('signing keys could not be looked at', { error }),
        )
        .finally(() => {
          if (!this.#isStopped) this.#lookSoon(LOOK_INTERVAL_MS);
        });
    });
  }

  async #look(rows: readonly SigningKeyRow[]): Promise<void> {
    const { clock, resolver, store, logger, rotateAfterMs } = this.#options;
    for (const row of rows) {
      if (row.state === 'retired') continue;
      const publication = await findPublication(row, resolver);
      this.#seen.set(row.id, { publication, checkedAt: clock.now() });
    }
    const isPublished = (row: SigningKeyRow) => this.#seen.get(row.id)?.publication === 'equal';
    const plan = planChanges(this.#rows, { isPublished, now: clock.now(), rotateAfterMs: rotateAfterMs() });
    if (plan.changes.length > 0) {
      await store.change(plan.changes);
      logger.info('signing keys changed', { changes: plan.changes });
    }
    await this.#announce(plan.successors);
    await this.#load();
  }

  async #announce(wanted: readonly Pick<SigningKeyRow, 'domain' | 'algorithm'>[]): Promise<void> {
    for (const { domain, algorithm } of wanted) {
      const ofDomain = this.#rows.filter((row) => row.domain === domain);
      const takenSelectors = new Set(ofDomain.map(({ selector }) => selector));
      const key = await makeSigningKey(algorithm, { domain, takenSelectors, now: this.#options.clock.now() });
      await this.#options.store.add([key]);
      await this.#load();
      this.#options.logger.info('signing key made', { domain, selector: key.selector, algorithm });
    }
  }

  /** null where it is gone or broken: mail leaves unsigned rather than not at all. */
  async #readKey(id: number): Promise<KeyObject | null> {
    const text = await this.#options.store.privateKeyOf(id);
    try {
      return text === null ? null : createPrivateKey(text);
    } catch {
      this.#options.logger.error('a signing key cannot be read', { id });
      return null;
    }
  }

  async #load(): Promise<void> {
    const { store } = this.#options;
    this.#rows = await store.list();
    const active = new Map<string, readonly SigningKey[]>();
    for (const { id, domain, selector, algorithm, state } of this.#rows) {
      const privateKey = state === 'active' ? await this.#readKey(id) : null;
      if (privateKey === null) continue;
      const key = { domain, selector, algorithm, privateKey };
      active.set(domain, [...(active.get(domain) ?? []), key]);
    }
    this.#active = active;
    this.#changed.emit();
  }
}
