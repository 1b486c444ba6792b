/**
 * WaitingRoom: where attempts wait for the outcome of those that are under way, since that says whether there is room for another guess.
 *
 * Flow: SignInGuard → here. Invariants: they are looked at again in their order whenever an outcome is known; their number, the number of
 * each address and their time are bounded; where it is full, whoever has most in it gives way; nobody overtakes.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { LONGEST_WAIT_MS, MOST_WAITING, MOST_WAITING_OF_ADDRESS } from './limits.ts';

export type Turn<T> = { readonly kind: 'wait' } | { readonly kind: 'done'; readonly value: T };

interface Waiter {
  readonly address: string;
  readonly look: () => void;
  readonly giveUp: () => void;
}

export class WaitingRoom {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  readonly #ofAddress = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks `attempt` until it need not wait; null: too many wait, or it took too long. */
  enter<T>(address: string, attempt: (hasWaited: boolean) => Turn<T>): Promise<T | null> {
    const turn = attempt(false);
    if (turn.kind === 'done') return Promise.resolve(turn.value);
    const here = this.#ofAddress.get(address) ?? 0;
    if (here >= MOST_WAITING_OF_ADDRESS) return Promise.resolve(null);
    if (this.#waiters.size >= MOST_WAITING && !this.#makeRoomFor(here)) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = (value: T | null, cancel: Cancel) => {
        cancel();
        this.#remove(waiter);
        resolve(value);
      };
      const cancel = this.#clock.after(LONGEST_WAIT_MS, () => leave(null, cancel));
      const look = () => {
        const next = attempt(true);
        if (next.kind === 'done') leave(next.value, cancel);
      };
      const waiter: Waiter = { address, look, giveUp: () => leave(null, cancel) };
      this.#waiters.add(waiter);
      this.#ofAddress.set(address, here + 1);
    });
  }

  /** An outcome is known. */
  lookAgain(): void {
    for (const waiter of this.#waiters) waiter.look();
  }

  /** Sends the last of those away who have most in here; not for one who would then have as many. */
  #makeRoomFor(here: number): boolean {
    const most = Math.max(...this.#ofAddress.values());
    if (most <= here + 1) return false;
    const last = [...this.#waiters].findLast(({ address }) => this.#ofAddress.get(address) === most);
    last?.giveUp();
    return true;
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    const left = (this.#ofAddress.get(waiter.address) ?? 1) - 1;
    if (left > 0) this.#ofAddress.set(waiter.address, left);
    else this.#ofAddress.delete(waiter.address);
  }
}
