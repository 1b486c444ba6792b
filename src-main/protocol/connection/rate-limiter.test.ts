import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { MAX_REMEMBERED_CLIENTS } from './limits.ts';
import { clientKey, RateLimiter } from './rate-limiter.ts';

function setUp(perHour: number) {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ clock, perPeriod: () => perHour, periodMs: 3_600_000 });
  const takeAll = (address: string) => {
    let taken = 0;
    while (limiter.take(address)) taken++;
    return taken;
  };
  return { clock, limiter, takeAll };
}

describe('a rate limiter', () => {
  test('lets a burst through, and then what the rate allows', () => {
    const { clock, limiter, takeAll } = setUp(60);
    expect(limiter.isSpent('192.0.2.1')).toBe(false);
    expect(takeAll('192.0.2.1')).toBe(60);
    expect(limiter.isSpent('192.0.2.1')).toBe(true);
    expect(takeAll('192.0.2.2')).toBe(60);
    clock.advance(10 * 60_000);
    expect(limiter.isSpent('192.0.2.1')).toBe(false);
    expect(takeAll('192.0.2.1')).toBe(10);
    clock.advance(24 * 3_600_000);
    expect(takeAll('192.0.2.1')).toBe(60);
  });

  test('never lets more through in a period than the burst and the rate together', () => {
    const steps = fc.array(fc.nat(120_000), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (waits) => {
        const { clock, limiter } = setUp(30);
        let taken = 0;
        let elapsedMs = 0;
        for (const wait of waits) {
          clock.advance(wait);
          elapsedMs += wait;
          if (limiter.take('192.0.2.1')) taken++;
        }
        expect(taken).toBeLessThanOrEqual(30 + (30 * elapsedMs) / 3_600_000 + 1e-6);
      }),
    );
  });

  test('remembers so many clients and forgets those heard of longest ago', () => {
    const { limiter } = setUp(1);
    for (let i = 0; i < MAX_REMEMBERED_CLIENTS; i++) limiter.take(`10.0.${i >> 8}.${i & 255}`);
    limiter.take('10.0.0.0');
    limiter.take('192.0.2.1');
    expect(limiter.isSpent('10.0.0.0')).toBe(true);
    expect(limiter.isSpent('10.0.0.1')).toBe(false);
  });

  test('counts the /64 of IPv6 as one client, and IPv4 the same in either spelling', () => {
    expect(clientKey('2001:db8:1:2::1')).toBe(clientKey('2001:db8:1:2:ffff::9'));
    expect(clientKey('2001:db8:1:3::1')).not.toBe(clientKey('2001:db8:1:2::1'));
    expect(clientKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});
