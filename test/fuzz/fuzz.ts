/**
 * Fuzzes every parser that reads from outside, for a while, and says how long a megabyte took at most:
 * npm run fuzz -- [--minutes 10 | --hours 1] [--processes 1] [--seed 1] [--only MIME]
 *
 * The time is shared by the targets, those of one process one after the other. A find is printed as JSON, to be put into the corpus with
 * its mend. A run over all targets for an hour or more writes its table to test/PROOF.md.
 */
import { fork } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDice } from '../support/dice.ts';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { inflate, mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';
import { FUZZ_TARGETS } from './targets.ts';

const MEGABYTE = 2 ** 20;
/** One in so many inputs is blown up to a megabyte. */
const LARGE_SHARE = 0.01;
const TOLD_CHARACTERS = 300;
const MINUTE_MS = 60_000;
const INPUTS_A_TURN = 256;
const MINUTES_WORTH_A_TABLE = 60;
/** A target that fails at everything is told often enough. */
const MOST_FINDS = 20;

interface Outcome {
  readonly name: string;
  readonly seeds: number;
  readonly inputs: number;
  readonly minutes: number;
  /** Of the processor. */
  readonly processorMinutes: number;
  readonly slowestMs: number;
  readonly finds: number;
}

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { minutes: text, hours: text, processes: text, share: text, seed: text, only: text },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const minutes = values.hours === undefined ? Number(values.minutes ?? 10) : Number(values.hours) * 60;
const began = new Date();

if (values.share === undefined) await runAll(Number(values.processes ?? 1));
else await runShare(Number(values.share), Number(values.processes));

/** Each process has its share of the targets; `minutes` are those of all of them together. */
async function runAll(processes: number): Promise<void> {
  console.log(`seed ${seed}`);
  const shares = Array.from({ length: processes }, (_, share) => runProcess(share, processes));
  const outcomes = (await Promise.all(shares)).flat();
  const finds = outcomes.reduce((sum, outcome) => sum + outcome.finds, 0);
  const spent = outcomes.reduce((sum, outcome) => sum + outcome.minutes, 0);
  if (values.only === undefined && minutes >= MINUTES_WORTH_A_TABLE)
    await writeTable(outcomes, { finds, spent });
  console.log(`${outcomes.length} targets, ${spent.toFixed(0)} minutes, ${finds} finds`);
  process.exitCode = finds === 0 ? 0 : 1;
}

function runProcess(share: number, processes: number): Promise<readonly Outcome[]> {
  const args = ['--share', String(share), '--processes', String(processes), '--seed', String(seed)];
  const only = values.only === undefined ? [] : ['--only', values.only];
  const child = fork(import.meta.filename, [...args, '--minutes', String(minutes / processes), ...only]);
  const outcomes: Outcome[] = [];
  child.on('message', (outcome) => outcomes.push(outcome as Outcome));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0 ? resolve(outcomes) : reject(new Error(`a fuzzing process ended with ${code}`)),
    );
  });
}

async function runShare(share: number, processes: number): Promise<void> {
  const wanted = FUZZ_TARGETS.filter(({ name }) => name.includes(values.only ?? ''));
  const targets = wanted.filter((_, at) => at % processes === share);
  const until = Date.now() + minutes * MINUTE_MS;
  for (const [at, target] of targets.entries()) {
    const end = Date.now() + (until - Date.now()) / (targets.length - at);
    process.send?.(await fuzz(target, end));
  }
  process.disconnect();
}

async function fuzz({ name, corpus, check }: FuzzTarget, end: number): Promise<Outcome> {
  const dice = createDice(seed);
  const [from, cpuFrom] = [Date.now(), process.cpuUsage()];
  let [inputs, slowestMs, finds] = [0, 0, 0];
  for (; Date.now() < end; inputs++) {
    // Timers and finalizers have no turn between promises that wait for nothing, and what they hold would pile up.
    if (inputs % INPUTS_A_TURN === 0) await setImmediate();
    const small = mutate(dice.pick(corpus), corpus, dice);
    const isLarge = dice.falls(LARGE_SHARE);
    const input = isLarge ? inflate(small, MEGABYTE, dice) : small;
    const before = process.cpuUsage();
    try {
      await check(input);
    } catch (error) {
      finds++;
      if (finds <= MOST_FINDS)
        console.log(`${name}: ${String(error)}\n${JSON.stringify(input).slice(0, TOLD_CHARACTERS)}`);
    }
    const { user, system } = process.cpuUsage(before);
    if (isLarge) slowestMs = Math.max(slowestMs, (user + system) / 1_000);
  }
  console.log(`${name}: ${inputs} inputs, a megabyte took ${Math.round(slowestMs)} ms of processor at most`);
  const { user, system } = process.cpuUsage(cpuFrom);
  const spent = {
    minutes: (Date.now() - from) / MINUTE_MS,
    processorMinutes: (user + system) / 1_000 / MINUTE_MS,
  };
  return { name, seeds: corpus.length, inputs, ...spent, slowestMs, finds };
}

async function writeTable(
  outcomes: readonly Outcome[],
  { finds, spent }: { finds: number; spent: number },
): Promise<void> {
  const rows = outcomes.map(({ name, seeds, inputs, minutes: each, slowestMs, finds: found }) => [
    ...[name, seeds, inputs, each.toFixed(1), Math.round(slowestMs), found],
  ]);
  const inputs = outcomes.reduce((sum, outcome) => sum + outcome.inputs, 0);
  const processor = outcomes.reduce((sum, outcome) => sum + outcome.processorMinutes, 0);
  const head = ['target', 'seeds', 'inputs', 'minutes', 'a megabyte at most (ms of processor)', 'finds'];
  const counted = `${outcomes.length} targets, ${inputs} inputs, ${(spent / 60).toFixed(1)} hours of fuzzing (${processor.toFixed(0)} minutes of processor), ${finds} finds.`;
  const run = `${describeRun(began)} Seed ${seed}.`;
  await writeProofSection('fuzz', [run, counted, markdownTable(head, rows)].join('\n\n'));
}
