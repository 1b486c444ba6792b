/**
 * ConsoleSessions: who is signed in to the console by cookie, and who has yet to show a second factor.
 *
 * Invariants: the token leaves only in the cookie, here only its hash is kept; a session ends when it was idle or lived too
 * long, on signing out, when it is taken back, and when what let its administrator in has changed; it takes its sockets with
 * it. Sessions live in memory: a restart signs everybody out.
 */
import { createHash } from 'node:crypto';
import type { Cancel, Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { LIMITS } from './limits.ts';

const TOKEN_BYTES = 32;
const ID_BYTES = 12;

/** `halfway`: the password was right, the second factor is asked for. */
export type SessionStage = 'halfway' | 'signedIn';

export interface NewSession {
  readonly administrator: string;
  readonly stage: SessionStage;
  readonly address: string;
  readonly userAgent: string;
}

export class ConsoleSession {
  /** Names the session in lists; good for nothing else. */
  readonly id: string;
  readonly administrator: string;
  readonly stage: SessionStage;
  readonly address: string;
  readonly userAgent: string;
  readonly startedAt: number;
  lastUsedAt: number;
  readonly #onEnd = new Set<() => void>();

  constructor(session: NewSession, { id, now }: { id: string; now: number }) {
    this.id = id;
    this.administrator = session.administrator;
    this.stage = session.stage;
    this.address = session.address;
    this.userAgent = session.userAgent.slice(0, LIMITS.userAgentLength);
    this.startedAt = now;
    this.lastUsedAt = now;
  }

  get idleEndsAt(): number {
    return this.lastUsedAt + LIMITS.sessionIdleMs;
  }

  get endsAt(): number {
    return this.startedAt + (this.stage === 'halfway' ? LIMITS.confirmMs : LIMITS.sessionLifetimeMs);
  }

  get attached(): number {
    return this.#onEnd.size;
  }

  /** Calls back when the session ends; the answer detaches. */
  attach(onEnd: () => void): () => void {
    this.#onEnd.add(onEnd);
    return () => {
      this.#onEnd.delete(onEnd);
    };
  }

  end(): void {
    for (const onEnd of [...this.#onEnd]) onEnd();
    this.#onEnd.clear();
  }
}

export class ConsoleSessions {
  readonly #clock: Clock;
  readonly #randomBytes: RandomBytes;
  readonly #byHash = new Map<string, ConsoleSession>();
  readonly #changed = new Emitter<void>();
  #cancelSweep: Cancel | null = null;

  constructor(clock: Clock, randomBytes: RandomBytes) {
    this.#clock = clock;
    this.#randomBytes = randomBytes;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** Starts a session and answers its token, which is new at every step of signing in. */
  start(session: NewSession): string {
    const token = this.#random(TOKEN_BYTES);
    const oldest = this.#byHash.keys().next();
    if (this.#byHash.size >= LIMITS.sessions && !oldest.done) this.#end(oldest.value);
    const made = new ConsoleSession(session, { id: this.#random(ID_BYTES), now: this.#clock.now() });
    this.#byHash.set(hash(token), made);
    this.#changed.emit();
    this.#scheduleSweep();
    return token;
  }

  /** The live session of a token; finding it counts as use. */
  use(token: string | null): ConsoleSession | null {
    if (token === null) return null;
    const key = hash(token);
    const session = this.#byHash.get(key);
    if (session === undefined) return null;
    if (this.#hasExpired(session)) {
      this.#end(key);
      return null;
    }
    session.lastUsedAt = this.#clock.now();
    return session;
  }

  /** Those that are signed in, the latest first. */
  list(administrator?: string): readonly ConsoleSession[] {
    return [...this.#byHash.values()]
      .filter((session) => session.stage === 'signedIn' && !this.#hasExpired(session))
      .filter((session) => administrator === undefined || session.administrator === administrator)
      .reverse();
  }

  end(token: string | null): void {
    if (token !== null) this.#end(hash(token));
  }

  endWhere(isMeant: (session: ConsoleSession) => boolean): void {
    for (const [key, session] of [...this.#byHash]) if (isMeant(session)) this.#end(key);
  }

  endAll(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    this.endWhere(() => true);
  }

  #end(key: string): void {
    const session = this.#byHash.get(key);
    if (session === undefined) return;
    this.#byHash.delete(key);
    session.end();
    this.#changed.emit();
  }

  #random(length: number): string {
    return Buffer.from(this.#randomBytes(length)).toString('base64url');
  }

  #hasExpired(session: ConsoleSession): boolean {
    const now = this.#clock.now();
    return now >= session.idleEndsAt || now >= session.endsAt;
  }

  #scheduleSweep(): void {
    if (this.#cancelSweep !== null) return;
    this.#cancelSweep = this.#clock.after(LIMITS.sessionSweepMs, () => {
      this.#cancelSweep = null;
      this.endWhere((session) => this.#hasExpired(session));
      if (this.#byHash.size > 0) this.#scheduleSweep();
    });
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
