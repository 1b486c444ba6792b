/**
 * SignInGuard: counts wrong secrets by address, by network and by account, and closes what has too many for a while.
 *
 * Flow: the desk asks before it looks at a secret, and tells how it ended. Invariants: no more attempts are
 * under way than there are failures left, and the others wait for their outcome: so many at once neither slip through nor are taken for wrong; an account and the places that it has signed in from are
 * counted by themselves, so that guessing elsewhere, and for others from there, locks nobody out; memory is bounded; this machine and what the settings name are never counted.
 */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { clientKey } from '../../protocol/connection/rate-limiter.ts';
import {
  FAILURE_WINDOW_MS,
  FAILURES_OF_ACCOUNT,
  FAILURES_OF_ADDRESS,
  FAILURES_OF_NETWORK,
  FAILURES_OF_PLACE,
  FIRST_BLOCK_MS,
  LONGEST_BLOCK_MS,
  LONGEST_REFUSAL_DELAY_MS,
  MOST_COUNTED,
  MOST_NAMES_OF_ADDRESS,
  MOST_UNDER_WAY_OF_ADDRESS,
  REFUSAL_DELAY_MS,
  TURNED_AWAY_BEFORE_SHUT_OUT,
} from './limits.ts';
import { networkOf } from './network-of.ts';
import type { SignInBlock, SignInDoor, SignInGuardDesk } from './port.ts';
import { WaitingRoom } from './waiting-room.ts';

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
  /** Attempts whose outcome is not known yet. */
  underWay: number;
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
  place: FAILURES_OF_PLACE,
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
  readonly #room: WaitingRoom;

  constructor(options: SignInGuardOptions) {
    this.#options = options;
    this.#room = new WaitingRoom(options.clock);
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** `closed`: the secret is not to be looked at; `busy`: nor is it now, but it may be right. */
  async admitInTurn(attempt: SignInAttempt): Promise<AdmittedAttempt | 'closed' | 'busy'> {
    const { remoteAddress } = attempt;
    if (this.#options.isExempt(remoteAddress)) return NOT_COUNTED;
    const tallies = this.#talliesOf(attempt);
    const admitted = await this.#room.enter<AdmittedAttempt | 'closed'>(
      clientKey(remoteAddress),
      (hasWaited) => {
        if (tallies.every(({ block }) => block === null)) {
          if (tallies.some(isFull)) return { kind: 'wait' };
          return { kind: 'done', value: this.#begin(tallies, attempt) };
        }
        // Who had come before it was closed has not gone on all the same.
        if (!hasWaited) this.#turnAway(tallies, attempt);
        return { kind: 'done', value: 'closed' };
      },
    );
    return admitted ?? 'busy';
  }

  /** For who bounds by themselves how many are looked at at once; null: closed, and the secret is not to be looked at. */
  admit(attempt: SignInAttempt): AdmittedAttempt | null {
    if (this.#options.isExempt(attempt.remoteAddress)) return NOT_COUNTED;
    const tallies = this.#talliesOf(attempt);
    if (tallies.every(({ block }) => block === null)) return this.#begin(tallies, attempt);
    this.#turnAway(tallies, attempt);
    return null;
  }

  #begin(tallies: readonly Tally[], { name }: SignInAttempt): AdmittedAttempt {
    for (const tally of tallies) tally.underWay++;
    const end = <T>(outcome: () => T): T => {
      for (const tally of tallies) tally.underWay--;
      const result = outcome();
      this.#room.lookAgain();
      return result;
    };
    return {
      succeeded: () => end(() => this.#forgive(tallies, name)),
      failed: () => end(() => this.#fail(tallies, name)),
      dropped: () => end(() => undefined),
    };
  }

  /** Who goes on at what is closed is counted where they come from. */
  #turnAway(tallies: readonly Tally[], { name }: SignInAttempt): void {
    for (const { block } of tallies) if (block !== null) block.turnedAway++;
    this.#fail(
      tallies.filter(({ block }) => block === null),
      name,
    );
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
    const { remoteAddress, name, shownName, isKnownPlace } = attempt;
    const subjects: (readonly [kind: Kind, key: string, subject: string])[] = isKnownPlace
      ? [['place', `${name} ${clientKey(remoteAddress)}`, `${shownName}, ${remoteAddress}`]]
      : [
          ['address', clientKey(remoteAddress), remoteAddress],
          ['network', networkOf(remoteAddress), networkOf(remoteAddress)],
          ['account', name, shownName],
        ];
    return subjects.map(([kind, key, subject]) => this.#tally(keyOf(kind, key), { kind, subject, attempt }));
  }

  #tally(id: string, made: { kind: Kind; subject: string; attempt: SignInAttempt }): Tally {
    const now = this.#options.clock.now();
    const { kind, subject, attempt: last } = made;
    const tally: Tally = this.#tallies.get(id) ?? {
      ...{ id, kind, subject, failures: new Map<string, number>(), windowStart: now },
      ...{ underWay: 0, block: null, level: 0, last },
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

  /** How long the answer is to wait. */
  #fail(tallies: readonly Tally[], name: string): number {
    const now = this.#options.clock.now();
    for (const tally of tallies) {
      count(tally, name);
      const failures = sum(tally);
      if (tally.block === null && failures >= MOST_FAILURES[tally.kind])
        this.#close(tally, { now, failures });
    }
    const [ofAddress] = tallies;
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

function count({ failures }: Tally, name: string): void {
  const isNew = !failures.has(name) && failures.size >= MOST_NAMES_OF_ADDRESS;
  const key = isNew ? '' : name;
  failures.set(key, (failures.get(key) ?? 0) + 1);
}

/** Were all wrong that are under way, it would be closed; or a stranger's address has enough in the line of hashes. */
function isFull(tally: Tally): boolean {
  if (tally.kind === 'address' && tally.underWay >= MOST_UNDER_WAY_OF_ADDRESS) return true;
  return sum(tally) + tally.underWay >= MOST_FAILURES[tally.kind];
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
