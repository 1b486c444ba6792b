import { expect, it } from 'vitest';
import { createDice } from '../support/dice.ts';
import { flatnessOf } from './flatness.ts';

function noisy(count: number, at: (minute: number) => number, noise: number): readonly number[] {
  const dice = createDice(1);
  return Array.from({ length: count }, (_, minute) => at(minute) + noise * (dice.next() - 0.5));
}

it('noise around a level is flat', () => {
  expect(
    flatnessOf(
      noisy(60, () => 100, 20),
      0.05,
    ).isFlat,
  ).toBe(true);
});

it('a leak of a fifth in an hour is not, under the same noise', () => {
  const { rise, isFlat } = flatnessOf(
    noisy(60, (minute) => 100 + minute / 3, 20),
    0.05,
  );
  expect(isFlat).toBe(false);
  expect(rise).toBeCloseTo(0.18, 1);
});

it('what falls is flat', () => {
  expect(
    flatnessOf(
      noisy(60, (minute) => 100 - minute, 1),
      0.05,
    ).isFlat,
  ).toBe(true);
});
