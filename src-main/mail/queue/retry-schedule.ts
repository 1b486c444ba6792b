/**
 * When to try again (RFC 5321 §4.5.4.1), and when to give up.
 *
 * Quick at first, since most troubles are short; then rarer, since the rest last for hours. A share of chance keeps messages
 * that were deferred together from coming back together.
 */
import type { RandomBytes } from '../../base/ids.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Waiting time after the first, second, … deferral; the last one repeats. */
const INTERVALS_MS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR] as const;

/** The interval is stretched by up to this share. */
const JITTER = 0.25;

/** A sender who waits for an answer wonders after half a working day; most troubles are over by then. */
export const DELAY_WARNING_MS = 4 * HOUR;

/** RFC 5321 §4.5.4.1: give up after 4 to 5 days at least. */
export const MAX_QUEUE_TIME_MS = 5 * 24 * HOUR;

/** How long to wait after the given number of deferrals (1 or more), in milliseconds. */
export function retryAfterMs(deferrals: number, randomBytes: RandomBytes): number {
  const interval = INTERVALS_MS[Math.min(deferrals, INTERVALS_MS.length) - 1] ?? 4 * HOUR;
  const [chance = 0] = randomBytes(1);
  return Math.round(interval * (1 + (JITTER * chance) / 255));
}
