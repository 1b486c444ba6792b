/**
 * LinkThrottle: makes guessing the links of quarantine digests slow, without locking anybody out for long.
 *
 * Invariants: counts are kept per remote address, in bounded memory; a right link clears its address. Checks that are
 * under way count as failures until they are known, so that many at once do not slip through.
 */
import type { Clock } from '../../base/clock.ts';

/** A person mistypes a few times; a program tries more. */
const FREE_ATTEMPTS = 5;
const WINDOW_MS = 15 * 60_000;
const MAX_ADDRESSES = 10_000;

interface Attempts {
  count: number;
  windowStart: number;
}

export class LinkThrottle {
  readonly #clock: Clock;
  readonly #byAddress = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds to wait; 0: go ahead, and the attempt is counted. */
  begin(remoteAddress: string): number {
    const now = this.#clock.now();
    let attempts = this.#byAddress.get(remoteAddress);
    if (attempts === undefined || now - attempts.windowStart >= WINDOW_MS) {
      attempts = { count: 0, windowStart: now };
      this.#remember(remoteAddress, attempts);
    }
    if (attempts.count >= FREE_ATTEMPTS) return attempts.windowStart + WINDOW_MS - now;
    attempts.count++;
    return 0;
  }

  succeeded(remoteAddress: string): void {
    this.#byAddress.delete(remoteAddress);
  }

  #remember(remoteAddress: string, attempts: Attempts): void {
    this.#byAddress.delete(remoteAddress);
    this.#byAddress.set(remoteAddress, attempts);
    const oldest = this.#byAddress.keys().next();
    if (this.#byAddress.size > MAX_ADDRESSES && !oldest.done) this.#byAddress.delete(oldest.value);
  }
}
