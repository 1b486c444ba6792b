/**
 * SignInGuard: counts wrong secrets by address, by network and by account, and closes what has too many for a while.
 *
 * Flow: the desk asks before it looks at a secret, and tells how it ended. Invariants: an attempt that is under way counts as a
 * failure until it is known, so that many at once do not slip through; an account is closed only to places it never signed in
 * from, so that guessing locks nobody out; memory is bounded; this machine and what the settings name are never counted.
 */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { clientKey } from '../../protocol/connection/rate-limiter.ts';
import {
  FAILURE_WINDOW_MS,
  FAILURES_OF_ACCOUNT,
  FAILURES_OF_ADDRESS,
  FAILURES_OF_NETWORK,
  FIRST_BLOCK_MS,
  LONGEST_BLOCK_MS,
  LONGEST_REFUSAL_DELAY_MS,
  MOST_COUNTED,
  MOST_NAMES_OF_ADDRESS,
  REFUSAL_DELAY_MS,
  TURNED_AWAY_BEFORE_SHUT_OUT,
} from './limits.ts';
import { networkOf } from './network-of.ts';
import type { SignInBlock, SignInDoor, SignInGuardDesk } from './port.ts';

export interface SignInAttempt {
  readonly remoteAddress: string;
  /** Canonical: lower case, under the domain that the account is in. */
  readonly name: string;
  /** As it may be told: people type their password where the name should be. */
  readonly shownName: string;
  readonly door: SignInDoor;
  /** Whether the account has signed in from there before. */
  readonly isKnownPlace: boolean;
}

/** An attempt that may go on; exactly one of these is called. */
export interface AdmittedAttempt {
  succeeded(): void;
  /** How long the answer is to wait. */
  failed(): number;
  /** It says nothing about guessing: the client went away, or the secret was right and something else was not. */
  dropped(): void;
}

export interface SignInGuardOptions {
  readonly clock: Clock;
  readonly isExempt: (address: string) => boolean;
  /** Something was closed. */
  readonly onBlock: (block: SignInBlock) => void;
  readonly onError: (error: unknown) => void;
}

type Kind = SignInBlock['kind'];

interface Tally {
  readonly id: string;
  readonly kind: Kind;
  readonly subject: string;
  /** Wrong secrets by the name they were for, within the window. */
  readonly failures: Map<string, number>;
  windowStart: number;
  block: { since: number; until: number; failures: number; turnedAway: number } | null;
  /** Blocks so far; forgotten after a quiet day. */
  level: number;
  last: Pick<SignInAttempt, 'shownName' | 'remoteAddress' | 'door'>;
}

const MOST_FAILURES: Readonly<Record<Kind, number>> = {
  address: FAILURES_OF_ADDRESS,
  network: FAILURES_OF_NETWORK,
  account: FAILURES_OF_ACCOUNT,
};

const NOT_COUNTED: AdmittedAttempt = {
  succeeded: () => undefined,
  failed: () => REFUSAL_DELAY_MS,
  dropped: () => undefined,
};

export class SignInGuard implements SignInGuardDesk {
  readonly #options: SignInGuardOptions;
  /** In the order in which they were heard of last. */
  readonly #tallies = new Map<string, Tally>();
  readonly #changed: Emitter<void>;

  constructor(options: SignInGuardOptions) {
    this.#options = options;
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** null: closed, and the secret is not to be looked at. */
  admit(attempt: SignInAttempt): AdmittedAttempt | null {
    if (this.#options.isExempt(attempt.remoteAddress)) return NOT_COUNTED;
    const tallies = this.#talliesOf(attempt);
    const closed = tallies.filter(({ block }) => block !== null);
    for (const { block } of closed) if (block !== null) block.turnedAway++;
    if (closed.length > 0) return null;
    for (const tally of tallies) count(tally, attempt.name, 1);
    return {
      succeeded: () => this.#forgive(tallies, attempt.name),
      failed: () => this.#fail(tallies),
      dropped: () => {
        for (const tally of tallies) count(tally, attempt.name, -1);
      },
    };
  }

  /** Whether whoever connects from there has been closed out and goes on all the same. */
  isShutOut(remoteAddress: string): boolean {
    const { block = null } = this.#tallies.get(keyOf('address', clientKey(remoteAddress))) ?? {};
    if (block === null || block.until <= this.#options.clock.now()) return false;
    return block.turnedAway >= TURNED_AWAY_BEFORE_SHUT_OUT && !this.#options.isExempt(remoteAddress);
  }

  listBlocks(): readonly SignInBlock[] {
    const now = this.#options.clock.now();
    return [...this.#tallies.values()].flatMap((tally) =>
      tally.block !== null && tally.block.until > now ? [toBlock(tally, tally.block)] : [],
    );
  }

  unblock(id: string): boolean {
    const { block = null } = this.#tallies.get(id) ?? {};
    const isThere = block !== null;
    this.#tallies.delete(id);
    if (isThere) this.#changed.emit();
    return isThere;
  }

  #talliesOf(attempt: SignInAttempt): readonly Tally[] {
    const { remoteAddress, name, isKnownPlace } = attempt;
    const subjects: (readonly [kind: Kind, key: string, subject: string])[] = [
      ['address', clientKey(remoteAddress), remoteAddress],
      ['network', networkOf(remoteAddress), networkOf(remoteAddress)],
    ];
    if (!isKnownPlace) subjects.push(['account', name, attempt.shownName]);
    return subjects.map(([kind, key, subject]) => this.#tally(keyOf(kind, key), { kind, subject, attempt }));
  }

  #tally(id: string, made: { kind: Kind; subject: string; attempt: SignInAttempt }): Tally {
    const now = this.#options.clock.now();
    const { kind, subject, attempt: last } = made;
    const tally: Tally = this.#tallies.get(id) ?? {
      ...{ id, kind, subject, failures: new Map<string, number>(), windowStart: now },
      ...{ block: null, level: 0, last },
    };
    refresh(tally, now);
    tally.last = last;
    this.#tallies.delete(id);
    this.#tallies.set(id, tally);
    if (this.#tallies.size > MOST_COUNTED) this.#forgetQuietest();
    return tally;
  }

  /** What is closed stays closed, as long as there is anything else to forget. */
  #forgetQuietest(): void {
    let oldest: string | undefined;
    for (const [id, { block }] of this.#tallies) {
      oldest ??= id;
      if (block !== null) continue;
      oldest = id;
      break;
    }
    if (oldest !== undefined) this.#tallies.delete(oldest);
  }

  /** Who signs in well has mistyped before; what was tried for other names from there stays counted. */
  #forgive(tallies: readonly Tally[], name: string): void {
    for (const tally of tallies) tally.failures.delete(name);
  }

  #fail(tallies: readonly Tally[]): number {
    const now = this.#options.clock.now();
    for (const tally of tallies) {
      const failures = sum(tally);
      if (tally.block === null && failures >= MOST_FAILURES[tally.kind])
        this.#close(tally, { now, failures });
    }
    const ofAddress = tallies.find(({ kind }) => kind === 'address');
    const delayMs = REFUSAL_DELAY_MS * (ofAddress === undefined ? 1 : sum(ofAddress));
    return Math.min(Math.max(delayMs, REFUSAL_DELAY_MS), LONGEST_REFUSAL_DELAY_MS);
  }

  #close(tally: Tally, { now, failures }: { now: number; failures: number }): void {
    const lengthMs = Math.min(FIRST_BLOCK_MS * 2 ** tally.level, LONGEST_BLOCK_MS);
    tally.level++;
    tally.block = { since: now, until: now + lengthMs, failures, turnedAway: 0 };
    tally.failures.clear();
    this.#options.onBlock(toBlock(tally, tally.block));
    this.#changed.emit();
  }
}

function keyOf(kind: Kind, key: string): string {
  return `${kind} ${key}`;
}

/** Ends what is over: the window, the block, and after a quiet day its memory. */
function refresh(tally: Tally, now: number): void {
  if (tally.block !== null && tally.block.until <= now) {
    if (now - tally.block.until >= LONGEST_BLOCK_MS) tally.level = 0;
    tally.block = null;
    tally.windowStart = now;
  }
  if (now - tally.windowStart < FAILURE_WINDOW_MS) return;
  tally.failures.clear();
  tally.windowStart = now;
}

function count({ failures }: Tally, name: string, by: number): void {
  const isNew = !failures.has(name) && failures.size >= MOST_NAMES_OF_ADDRESS;
  const key = isNew ? '' : name;
  const counted = (failures.get(key) ?? 0) + by;
  if (counted > 0) failures.set(key, counted);
  else failures.delete(key);
}

function sum({ failures }: Tally): number {
  let all = 0;
  for (const counted of failures.values()) all += counted;
  return all;
}

function toBlock(tally: Tally, block: NonNullable<Tally['block']>): SignInBlock {
  const { id, kind, subject, last } = tally;
  const { shownName: lastName, remoteAddress: lastAddress, door: lastDoor } = last;
  return { id, kind, subject, ...block, lastName, lastAddress, lastDoor };
}
