import { expect, test } from 'vitest';
import { fillDays } from './fill-days.ts';

const DAY_MS = 24 * 60 * 60_000;

test('days of which nobody said anything are there, and empty', () => {
  expect(fillDays([])).toEqual([]);
  const first = { day: 10 * DAY_MS, good: 3, bad: 1 };
  const last = { day: 12 * DAY_MS, good: 0, bad: 2 };
  expect(fillDays([first])).toEqual([first]);
  expect(fillDays([first, last])).toEqual([first, { day: 11 * DAY_MS, good: 0, bad: 0 }, last]);
});
