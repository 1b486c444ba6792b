import { expect, it } from 'vitest';
import { compareFigures, lastRunOn, type BenchRun } from './compare-figures.ts';
import type { Figure } from './report-figure.ts';

const ratio = (name: string, value: number): Figure => ({
  name,
  value,
  unit: '×',
  better: 'more',
  isRatio: true,
});
const run = (machine: string, figures: readonly Figure[]): BenchRun => ({
  ...{ at: '2026-01-01T00:00:00Z', commit: 'abc', versions: {} },
  ...{ machine, figures },
});

it('a ratio that fell by more than 15 % has fallen, one that fell by less has not', () => {
  const before = run('pc', [ratio('relay', 3), ratio('search', 2)]);
  const compared = compareFigures([ratio('relay', 2.5), ratio('search', 1.8)], before);
  expect(compared.map(({ name, hasFallen }) => [name, hasFallen])).toEqual([
    ['relay', true],
    ['search', false],
  ]);
});

it('where less is better, more is a fall', () => {
  const latency: Figure = { name: 'latency', value: 1.3, unit: '×', better: 'less', isRatio: true };
  expect(compareFigures([latency], run('pc', [{ ...latency, value: 1 }]))[0]).toMatchObject({
    hasFallen: true,
  });
});

it('a figure that is no ratio never falls, and a new one has nothing before it', () => {
  const rate: Figure = { name: 'rate', value: 10, unit: '/s', better: 'more', isRatio: false };
  expect(compareFigures([rate], run('pc', [{ ...rate, value: 100 }]))[0]).toMatchObject({ hasFallen: false });
  expect(compareFigures([rate], null)[0]).toMatchObject({ before: null, change: null, hasFallen: false });
});

it('is compared with the last run on the same kind of machine', () => {
  const runs = [run('pc', [ratio('a', 1)]), run('pc', [ratio('a', 2)]), run('server', [ratio('a', 9)])];
  expect(lastRunOn('pc', runs)?.figures[0]?.value).toBe(2);
  expect(lastRunOn('laptop', runs)).toBeNull();
});
