/**
 * HashLine: the order in which passwords are hashed, so that guesses cost honest users nothing.
 *
 * Invariants: who comes from a place where the account has signed in before does not wait; strangers are hashed a few at a time, address
 * by address in turn; a bounded number of them waits, and where that is reached whoever has most in line gives way.
 */
import { MOST_STRANGERS_WAITING, STRANGERS_HASHED_AT_ONCE } from './limits.ts';

type Waiter = (isTheirTurn: boolean) => void;

export class HashLine {
  /** By address; the first is whose turn is next. */
  readonly #waiting = new Map<string, Waiter[]>();
  #count = 0;
  #running = 0;

  /** null: too many wait already. */
  async run<T>(address: string, work: () => Promise<T>): Promise<T | null> {
    if (!(await this.#turn(address))) return null;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(address: string): boolean | Promise<boolean> {
    if (this.#running < STRANGERS_HASHED_AT_ONCE) {
      this.#running++;
      return true;
    }
    if (this.#count >= MOST_STRANGERS_WAITING && !this.#makeRoomFor(address)) return false;
    return new Promise((resolve) => {
      this.#waiting.set(address, [...(this.#waiting.get(address) ?? []), resolve]);
      this.#count++;
    });
  }

  /** Sends the last of those away who have most in line; not for one who would then have as many. */
  #makeRoomFor(address: string): boolean {
    let most: Waiter[] = [];
    for (const waiters of this.#waiting.values()) if (waiters.length > most.length) most = waiters;
    if (most.length <= (this.#waiting.get(address)?.length ?? 0) + 1) return false;
    this.#count--;
    most.pop()?.(false);
    return true;
  }

  #next(): void {
    for (const [address, [waiter, ...others]] of this.#waiting) {
      this.#waiting.delete(address);
      if (others.length > 0) this.#waiting.set(address, others);
      this.#count--;
      waiter?.(true);
      return;
    }
    this.#running--;
  }
}
