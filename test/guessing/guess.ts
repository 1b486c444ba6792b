/** `npm run test:guessing`: 100,000 wrong passwords from 1,000 addresses, and what they cost an honest user. */
import { runGuesses } from './guess-run.ts';

const result = await runGuesses({ guesses: 100_000, addresses: 1_000, atOnce: 400 });
const { outcomes, before, during, memory, seconds } = result;

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const row = (name: string, values: readonly number[]) =>
  `${name}: ${values.length} sign-ins, median ${quantile(values, 0.5).toFixed(1)} ms, 95 % ${quantile(values, 0.95).toFixed(1)} ms`;

console.log(`${seconds.toFixed(0)} s; guesses: ${JSON.stringify(outcomes)}`);
console.log(row('before', before));
console.log(row('during', during));
console.log(`ratio of medians ${(quantile(during, 0.5) / quantile(before, 0.5)).toFixed(2)}`);
console.log(`refused honest sign-ins: ${during.filter((ms) => !Number.isFinite(ms)).length}`);
console.log(`memory: ${memory.before.toFixed(0)} MiB before, ${memory.most.toFixed(0)} MiB at most`);
const isFine = outcomes.letIn === 0 && during.every((ms) => Number.isFinite(ms));
process.exitCode = isFine ? 0 : 1;
