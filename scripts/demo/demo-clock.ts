/** DemoClock: tells the server that it is some weeks ago while the office's past is written, and the time of day after that. */
import type { Clock } from '../../src-main/base/clock.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';

export class DemoClock implements Clock {
  #behindMs: number;

  constructor(behindMs: number) {
    this.#behindMs = behindMs;
  }

  readonly now = (): number => systemClock.now() - this.#behindMs;

  readonly after = systemClock.after;

  /** Never goes back, and never past the present. */
  jumpTo(time: number): void {
    this.#behindMs = Math.min(this.#behindMs, Math.max(0, Math.ceil(systemClock.now() - time)));
  }
}
