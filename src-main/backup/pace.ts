/**
 * Pace: how fast a backup may go, so that mail is not held up: it rests after each piece.
 *
 * By itself it rests as long as it worked, so that it has half of a core at most; with a bound on octets a second, longer.
 */
import { setTimeout as wait } from 'node:timers/promises';

export interface Pace {
  /** After `octets` were worked on. */
  rest(octets: number): Promise<void>;
  /** The same for a thread that cannot wait for a promise. */
  restHere(octets: number): void;
}

/** As fast as it goes: nobody else needs the machine. */
export const UNBOUNDED: Pace = { rest: () => Promise.resolve(), restHere: () => undefined };

/** Shorter rests are gathered. */
const LEAST_REST_MS = 5;
/** Whatever took long (the disk, the line) need not be rested from. */
const MOST_REST_MS = 100;

/** `octetsPerSecond` null: bounded by its own work alone. */
export class GentlePace implements Pace {
  readonly #octetsPerSecond: number | null;
  #workedFrom = performance.now();
  #owedMs = 0;

  constructor(octetsPerSecond: number | null) {
    this.#octetsPerSecond = octetsPerSecond;
  }

  async rest(octets: number): Promise<void> {
    const ms = this.#owe(octets);
    if (ms > 0) await wait(ms);
    this.#begin(ms);
  }

  restHere(octets: number): void {
    const ms = this.#owe(octets);
    if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    this.#begin(ms);
  }

  #owe(octets: number): number {
    const worked = performance.now() - this.#workedFrom;
    const bound = this.#octetsPerSecond === null ? 0 : (octets * 1000) / this.#octetsPerSecond - worked;
    this.#owedMs += Math.max(bound, Math.min(worked, MOST_REST_MS));
    return this.#owedMs >= LEAST_REST_MS ? Math.round(this.#owedMs) : 0;
  }

  #begin(restedMs: number): void {
    this.#owedMs = Math.max(0, this.#owedMs - restedMs);
    this.#workedFrom = performance.now();
  }
}
