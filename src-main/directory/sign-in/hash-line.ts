/**
 * HashLine: the order in which passwords are hashed, so that guesses cost honest users nothing.
 *
 * Invariants: who comes from a place where the account has signed in before does not wait; strangers are hashed a few at a time,
 * in their order, a bounded number of them, and no address fills the line.
 */
import { MOST_STRANGERS_WAITING, MOST_WAITING_OF_ADDRESS, STRANGERS_HASHED_AT_ONCE } from './limits.ts';

export class HashLine {
  readonly #waiting: (() => void)[] = [];
  readonly #ofAddress = new Map<string, number>();
  #running = 0;

  /** null: too many wait already. */
  async run<T>(address: string, work: () => Promise<T>): Promise<T | null> {
    const here = this.#ofAddress.get(address) ?? 0;
    if (here >= MOST_WAITING_OF_ADDRESS || this.#waiting.length >= MOST_STRANGERS_WAITING) return null;
    this.#ofAddress.set(address, here + 1);
    try {
      await this.#turn();
      return await work();
    } finally {
      this.#leave(address);
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#running < STRANGERS_HASHED_AT_ONCE) {
      this.#running++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #leave(address: string): void {
    const left = (this.#ofAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#ofAddress.set(address, left);
    else this.#ofAddress.delete(address);
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}
