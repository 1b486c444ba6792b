/** A few hundred seeds of the fuzzer (npm run fuzz goes on for as long as it is told). */
import { expect, test } from 'vitest';
import { createDice } from '../support/dice.ts';
import { inflate, mutate } from './mutate.ts';
import { FUZZ_TARGETS } from './targets.ts';

const INPUTS = 1_500;
const LARGE_INPUTS = 12;
const MEGABYTE = 2 ** 20;
/** What grows with the square takes minutes; what is linear some 50 ms. Room for a busy machine and for a collection of garbage. */
const MOST_PROCESSOR_MS = 1_500;

test.each(FUZZ_TARGETS)(
  '$name: its corpus, and what becomes of it, is read or refused, never thrown at',
  async ({ corpus, check }) => {
    const dice = createDice(1);
    for (const input of corpus) await check(input);
    for (let count = 0; count < INPUTS; count++) {
      const input = mutate(dice.pick(corpus), corpus, dice);
      await expect(
        Promise.resolve().then(() => check(input)),
        JSON.stringify(input),
      ).resolves.toBeUndefined();
    }
  },
);

test.each(FUZZ_TARGETS)('$name: a megabyte is no matter of squares', async ({ corpus, check }) => {
  const dice = createDice(2);
  for (let count = 0; count < LARGE_INPUTS; count++) {
    const input = inflate(mutate(dice.pick(corpus), corpus, dice), MEGABYTE, dice);
    const began = process.cpuUsage();
    await check(input);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000, JSON.stringify(input.slice(0, 500))).toBeLessThan(MOST_PROCESSOR_MS);
  }
});
