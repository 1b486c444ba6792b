import { expect, it } from 'vitest';
import { formatTimeField, parseTimeField } from './time-field.ts';

it('every minute of a day is read as it was written', () => {
  for (let minute = 0; minute < 1440; minute++) expect(parseTimeField(formatTimeField(minute))).toBe(minute);
});

it.each(['', '24:00', '7:00', '12:60', 'noon'])('%j is no time of day', (text) => {
  expect(parseTimeField(text)).toBeNull();
});
