/**
 * Fuzzes every parser that reads from outside, for a while, and says how long a megabyte took at most:
 * npm run fuzz -- [--minutes 10] [--seed 1] [--only MIME]
 *
 * A find is printed as JSON, to be put into the corpus with its mend.
 */
import { parseArgs } from 'node:util';
import { createDice } from '../support/dice.ts';
import { inflate, mutate } from './mutate.ts';
import { FUZZ_TARGETS, type FuzzTarget } from './targets.ts';

const MEGABYTE = 2 ** 20;
/** One in so many inputs is blown up to a megabyte. */
const LARGE_SHARE = 0.01;
const TOLD_CHARACTERS = 300;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const targets = FUZZ_TARGETS.filter(({ name }) => name.includes(values.only ?? ''));
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const until = Date.now() + (Number(values.minutes ?? 10) * 60_000) / 1;
let finds = 0;

console.log(`seed ${seed}`);
for (const [at, target] of targets.entries()) {
  const share = (until - Date.now()) / (targets.length - at);
  await fuzz(target, Date.now() + share);
}
process.exitCode = finds === 0 ? 0 : 1;

async function fuzz({ name, corpus, check }: FuzzTarget, end: number): Promise<void> {
  const dice = createDice(seed);
  let inputs = 0;
  let slowestMs = 0;
  for (; Date.now() < end; inputs++) {
    const small = mutate(dice.pick(corpus), corpus, dice);
    const isLarge = dice.falls(LARGE_SHARE);
    const input = isLarge ? inflate(small, MEGABYTE, dice) : small;
    const began = process.cpuUsage();
    try {
      await check(input);
    } catch (error) {
      finds++;
      console.log(`${name}: ${String(error)}\n${JSON.stringify(input).slice(0, TOLD_CHARACTERS)}`);
    }
    const { user, system } = process.cpuUsage(began);
    if (isLarge) slowestMs = Math.max(slowestMs, (user + system) / 1_000);
  }
  console.log(`${name}: ${inputs} inputs, a megabyte took ${Math.round(slowestMs)} ms of processor at most`);
}
