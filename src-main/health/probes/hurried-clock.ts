/** A clock for probes: what honest peers are given half a minute for must here be done in seconds. */
import type { Clock } from '../../base/clock.ts';

export function hurriedClock(clock: Clock, mostMs: number): Clock {
  return { now: () => clock.now(), after: (delayMs, run) => clock.after(Math.min(delayMs, mostMs), run) };
}
