/** Guessing changes nothing for who signs in honestly; the whole attack is `npm run test:guessing`. */
import { expect, test } from 'vitest';
import { runGuesses } from './guess-run.ts';

/** More than a small office's server grows by in a busy minute. */
const MOST_GROWTH_MIB = 150;

test('thousands of wrong passwords from a hundred addresses keep nobody out and fill no memory', async () => {
  const { outcomes, during, memory } = await runGuesses({ guesses: 4_000, addresses: 100, atOnce: 200 });
  expect(outcomes.letIn).toBe(0);
  expect(outcomes.refused + outcomes.turnedAway).toBe(4_000);
  // Ten of each address are looked at, and thirty of an account.
  expect(outcomes.refused).toBeLessThanOrEqual(100 * 10);
  expect(during.length).toBeGreaterThan(10);
  expect(during.filter((ms) => !Number.isFinite(ms))).toEqual([]);
  expect(memory.most - memory.before).toBeLessThan(MOST_GROWTH_MIB);
});
