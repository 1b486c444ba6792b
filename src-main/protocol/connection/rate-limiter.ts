/**
 * RateLimiter: how much each client may do in a period, and whether it has.
 *
 * A token bucket for each address: it holds what a period allows and fills evenly, so that a burst is possible and a steady
 * stream beyond the rate is not. Invariants: memory is bounded; those heard of last are remembered, which an
 * attacker with more addresses than that can use to be forgotten, but not to have others refused.
 */
import type { Clock } from '../../base/clock.ts';
import { parseIpAddress } from '../../format/ip-network.ts';
import { MAX_REMEMBERED_CLIENTS } from './limits.ts';

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** What a client may do in a period; asked each time, so that a change counts at once. */
  readonly perPeriod: () => number;
  readonly periodMs: number;
}

interface Bucket {
  /** What is left at `at`. */
  left: number;
  at: number;
}

export class RateLimiter {
  readonly #options: RateLimiterOptions;
  /** In the order in which they were heard of last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /** Counts one; false, and nothing is counted, where the client has had its share. */
  take(address: string): boolean {
    const bucket = this.#bucketOf(address);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  /** Whether the client has had its share. */
  isSpent(address: string): boolean {
    return this.#buckets.has(clientKey(address)) && this.#bucketOf(address).left < 1;
  }

  #bucketOf(address: string): Bucket {
    const { clock, perPeriod, periodMs } = this.#options;
    const key = clientKey(address);
    const now = clock.now();
    const most = perPeriod();
    const bucket = this.#buckets.get(key) ?? { left: most, at: now };
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / periodMs) * most);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MAX_REMEMBERED_CLIENTS) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) return void this.#buckets.delete(key);
  }
}

/** Under what a client is counted: an IPv4 address, or the /64 that one customer has of IPv6 (RFC 6177 §2). */
export function clientKey(address: string): string {
  const octets = parseIpAddress(address);
  if (octets === null || octets.length === 4) return octets?.join('.') ?? address;
  return Buffer.from(octets.subarray(0, 8)).toString('hex');
}
