/**
 * When to try again (RFC 5321 §4.5.4.1), and when to give up.
 *
 * Quick at first, since most troubles are short; then rarer, since the rest last for hours. A share of chance keeps messages
 * that were deferred together from coming back together.
 */
import type { RandomBytes } from '../../base/ids.ts';
import type { RetrySchedule } from './port.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Waiting time after the first, second, … deferral, in first retries; after these comes the longest. */
const STEPS = [1, 5, 15, 30, 60, 120] as const;

/** The interval is stretched by up to this share. */
const JITTER = 0.25;

export const DEFAULT_RETRY_SCHEDULE: RetrySchedule = {
  firstRetryMs: MINUTE,
  longestRetryMs: 4 * HOUR,
  /** A sender who waits for an answer wonders after half a working day; most troubles are over by then. */
  delayWarningMs: 4 * HOUR,
  /** RFC 5321 §4.5.4.1: give up after 4 to 5 days at least. */
  lifetimeMs: 5 * 24 * HOUR,
};

/** How long to wait after the given number of deferrals (1 or more), in milliseconds. */
export function retryAfterMs(deferrals: number, schedule: RetrySchedule, randomBytes: RandomBytes): number {
  const { firstRetryMs, longestRetryMs } = schedule;
  const interval = Math.min((STEPS[deferrals - 1] ?? Infinity) * firstRetryMs, longestRetryMs);
  const [chance = 0] = randomBytes(1);
  return Math.round(interval * (1 + (JITTER * chance) / 255));
}
