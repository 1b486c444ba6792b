import { expect, test } from 'vitest';
import { exceedsQuota, quotaPercent } from './quota-rules.ts';

const used = { octets: 900, messages: 9 };

test.each([
  [{ octets: null, messages: null }, { octets: 1e12, messages: 1e9 }, false],
  [{ octets: 1_000, messages: null }, { octets: 100, messages: 1 }, false],
  [{ octets: 1_000, messages: null }, { octets: 101, messages: 1 }, true],
  [{ octets: null, messages: 10 }, { octets: 1e12, messages: 1 }, false],
  [{ octets: null, messages: 10 }, { octets: 1, messages: 2 }, true],
  // Over the quota already: what makes nothing more still goes.
  [{ octets: 100, messages: 5 }, { octets: 0, messages: 0 }, false],
  [{ octets: 100, messages: 5 }, { octets: -50, messages: 0 }, false],
])('with the limits %j, %j more is too much: %s', (limits, added, isTooMuch) => {
  expect(exceedsQuota(limits, used, added)).toBe(isTooMuch);
});

test('how full it is goes by what is scarcer', () => {
  expect(quotaPercent({ octets: 1_000, messages: 10 }, used)).toBe(90);
  expect(quotaPercent({ octets: 2_000, messages: 10 }, used)).toBe(90);
  expect(quotaPercent({ octets: 2_000, messages: null }, used)).toBe(45);
  expect(quotaPercent({ octets: null, messages: null }, used)).toBeNull();
});
