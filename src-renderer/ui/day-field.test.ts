import { expect, test } from 'vitest';
import { fromDayField, toDayField } from './day-field.ts';

test('a day ends when the next begins, and comes back as the same day', () => {
  const end = fromDayField('2027-03-01');
  expect(end).toBe(new Date(2027, 2, 2).getTime());
  expect(toDayField(end)).toBe('2027-03-01');
});

test('no day is no end', () => {
  expect(fromDayField('')).toBeNull();
  expect(toDayField(null)).toBe('');
});
