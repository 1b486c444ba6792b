import { expect, it } from 'vitest';
import { isQuiet } from './quiet-hours.ts';

const at = (time: string) => new Date(`2026-11-21T${time}:00`);
const NIGHT = { fromMinute: 22 * 60, untilMinute: 7 * 60, holdsErrors: false };
const NOON = { fromMinute: 12 * 60, untilMinute: 13 * 60 + 30, holdsErrors: false };

it.each([
  ['21:59', false],
  ['22:00', true],
  ['00:00', true],
  ['06:59', true],
  ['07:00', false],
])('a night over midnight, at %s: %s', (time, expected) => {
  expect(isQuiet(NIGHT, at(time))).toBe(expected);
});

it('hours within one day end the same day', () => {
  expect(['11:59', '12:00', '13:29', '13:30'].map((time) => isQuiet(NOON, at(time)))).toEqual([
    ...[false, true, true, false],
  ]);
});

it('hours that end where they begin are none', () => {
  expect(isQuiet({ ...NOON, untilMinute: NOON.fromMinute }, at('12:00'))).toBe(false);
});
