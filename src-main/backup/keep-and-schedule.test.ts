import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expired } from './keep.ts';
import { nextBackupAt } from './schedule.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 0, 1, 3);

function days(count: number) {
  return Array.from({ length: count }, (_, day) => ({
    id: String(day),
    at: START + day * DAY_MS,
    reason: 'scheduled',
  }));
}

test('the last, and the newest of each day, week and month stay', () => {
  const gone = new Set(expired(days(90), { last: 2, daily: 3, weekly: 2, monthly: 2 }));
  const kept = days(90)
    .filter(({ id }) => !gone.has(id))
    .map(({ at }) => new Date(at).toISOString().slice(0, 10));
  // Of 31 March, a Tuesday: three days, the Sunday before, the end of February.
  expect(kept).toEqual(['2026-02-28', '2026-03-29', '2026-03-30', '2026-03-31']);
});

test('the newest stays whatever the rules, and the last one of before an upgrade', () => {
  const nothing = { last: 0, daily: 0, weekly: 0, monthly: 0 };
  const all = days(5).map((each, day) => ({ ...each, reason: day === 1 ? 'upgrade' : each.reason }));
  expect(expired(all, nothing)).toEqual(['3', '2', '0']);
});

test('what expires depends on no order, and nothing that stayed would go the next time', () => {
  const rules = { last: 2, daily: 4, weekly: 3, monthly: 3 };
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(400), { maxLength: 60 }), (dates) => {
      const all = dates.map((day) => ({ id: String(day), at: START + day * DAY_MS, reason: 'manual' }));
      const gone = new Set(expired(all, rules));
      expect(new Set(expired([...all].reverse(), rules))).toEqual(gone);
      expect(
        expired(
          all.filter(({ id }) => !gone.has(id)),
          rules,
        ),
      ).toEqual([]);
    }),
  );
});

test('the next backup is at the hour that was asked for', () => {
  const after = new Date(2026, 4, 13, 14, 30).getTime();
  expect(nextBackupAt({ kind: 'hourly' }, after)).toBe(after + HOUR_MS);
  expect(nextBackupAt({ kind: 'daily', hour: 3 }, after)).toBe(new Date(2026, 4, 14, 3).getTime());
  expect(nextBackupAt({ kind: 'daily', hour: 20 }, after)).toBe(new Date(2026, 4, 13, 20).getTime());
  expect(nextBackupAt({ kind: 'weekly', weekday: 0, hour: 4 }, after)).toBe(
    new Date(2026, 4, 17, 4).getTime(),
  );
  // It is Wednesday: the hour has passed.
  expect(nextBackupAt({ kind: 'weekly', weekday: 3, hour: 4 }, after)).toBe(
    new Date(2026, 4, 20, 4).getTime(),
  );
});
