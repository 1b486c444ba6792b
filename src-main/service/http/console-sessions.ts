/**
 * ConsoleSessions: who is signed in to the console by cookie.
 *
 * Invariants: the token leaves only in the cookie, here only its hash is kept; a session ends when it was idle or lived too
 * long, or on signing out, and takes its sockets with it. Sessions live in memory: a restart signs everybody out.
 */
import { createHash } from 'node:crypto';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { LIMITS } from './limits.ts';

const TOKEN_BYTES = 32;

export class ConsoleSession {
  readonly administrator: string;
  readonly startedAt: number;
  lastUsedAt: number;
  readonly #onEnd = new Set<() => void>();

  constructor(administrator: string, now: number) {
    this.administrator = administrator;
    this.startedAt = now;
    this.lastUsedAt = now;
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
  #cancelSweep: Cancel | null = null;

  constructor(clock: Clock, randomBytes: RandomBytes) {
    this.#clock = clock;
    this.#randomBytes = randomBytes;
  }

  /** Starts a session and answers its token. */
  start(administrator: string): string {
    const token = Buffer.from(this.#randomBytes(TOKEN_BYTES)).toString('base64url');
    const oldest = this.#byHash.keys().next();
    if (this.#byHash.size >= LIMITS.sessions && !oldest.done) this.#end(oldest.value);
    this.#byHash.set(hash(token), new ConsoleSession(administrator, this.#clock.now()));
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

  end(token: string | null): void {
    if (token !== null) this.#end(hash(token));
  }

  endAll(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    for (const key of [...this.#byHash.keys()]) this.#end(key);
  }

  #end(key: string): void {
    this.#byHash.get(key)?.end();
    this.#byHash.delete(key);
  }

  #hasExpired(session: ConsoleSession): boolean {
    const now = this.#clock.now();
    return (
      now - session.lastUsedAt >= LIMITS.sessionIdleMs || now - session.startedAt >= LIMITS.sessionLifetimeMs
    );
  }

  #scheduleSweep(): void {
    if (this.#cancelSweep !== null) return;
    this.#cancelSweep = this.#clock.after(LIMITS.sessionSweepMs, () => {
      this.#cancelSweep = null;
      for (const [key, session] of [...this.#byHash]) if (this.#hasExpired(session)) this.#end(key);
      if (this.#byHash.size > 0) this.#scheduleSweep();
    });
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
