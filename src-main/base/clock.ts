/**
 * Clock: the only source of time for the stages and engines, so that a test can turn hours into a line of code.
 *
 * Invariants: times are milliseconds since 1970-01-01 UTC; `after` never runs its callback synchronously.
 */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Runs `callback` once after `delayMs`; the returned function cancels it. Pending timers never keep a process alive. */
  after(delayMs: number, callback: () => void): Cancel;
}

interface PendingTimer {
  dueAt: number;
  order: number;
  callback: () => void;
}

/** A clock that stands still until it is told to advance. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Moves time forward, running due timers in their order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let timer = this.#nextDue(end); timer !== undefined; timer = this.#nextDue(end)) {
      this.#timers.delete(timer);
      this.#now = timer.dueAt;
      timer.callback();
    }
    this.#now = end;
  }

  #nextDue(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > end) continue;
      if (
        next === undefined ||
        timer.dueAt < next.dueAt ||
        (timer.dueAt === next.dueAt && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }
}
