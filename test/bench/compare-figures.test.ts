import { expect, it } from 'vitest';
import { compareFigures, type BenchRun } from './compare-figures.ts';
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
  const compared = compareFigures('pc', [before, run('pc', [ratio('relay', 2.5), ratio('search', 1.8)])]);
  expect(compared.map(({ name, hasFallen }) => [name, hasFallen])).toEqual([
    ['relay', true],
    ['search', false],
  ]);
});

it('where less is better, more is a fall', () => {
  const latency: Figure = { name: 'latency', value: 1.3, unit: '×', better: 'less', isRatio: true };
  const before = run('pc', [{ ...latency, value: 1 }]);
  expect(compareFigures('pc', [before, run('pc', [latency])])[0]).toMatchObject({ hasFallen: true });
});

it('a figure that is no ratio never falls, and a new one has nothing before it', () => {
  const rate: Figure = { name: 'rate', value: 10, unit: '/s', better: 'more', isRatio: false };
  const before = run('pc', [{ ...rate, value: 100 }]);
  expect(compareFigures('pc', [before, run('pc', [rate])])[0]).toMatchObject({ hasFallen: false });
  const alone = { before: null, change: null, hasFallen: false };
  expect(compareFigures('pc', [run('pc', [rate])])[0]).toMatchObject(alone);
});

it('is compared with what the same kind of machine measured before, in whichever run', () => {
  const runs = [
    run('pc', [ratio('a', 2), ratio('b', 1)]),
    run('server', [ratio('a', 9)]),
    run('pc', [ratio('b', 3)]),
    run('pc', [ratio('a', 4)]),
  ];
  expect(compareFigures('pc', runs).map(({ name, before, value }) => [name, before, value])).toEqual([
    ['a', 2, 4],
    ['b', 1, 3],
  ]);
  expect(compareFigures('laptop', runs)).toEqual([]);
});

it('a figure that a run tells twice is compared with the run before', () => {
  const runs = [run('pc', [ratio('a', 1)]), run('pc', [ratio('a', 2), ratio('a', 3)])];
  expect(compareFigures('pc', runs)).toMatchObject([{ before: 1, value: 3 }]);
});
