/**
 * The long run: npm run test:crash -- [--cuts 1000] [--seed 1]
 *
 * In batches, each on folders of its own: four fifths under the mixed load, the rest shared by migrations and relay. The figures in
 * test/PROOF.md are written after each batch, so that a run that is ended early has said what it did.
 */
import { parseArgs } from 'node:util';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { runMigrationRounds } from './migration-rounds.ts';
import { runMixedRounds } from './mixed-rounds.ts';
import { runRelayRounds } from './relay-rounds.ts';

const MIXED_A_BATCH = 40;
const OTHERS_A_BATCH = 5;
const MOST_TOLD = 20;

const { values } = parseArgs({ options: { cuts: { type: 'string' }, seed: { type: 'string' } } });
const wanted = Number(values.cuts ?? 1_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = new Date();

const cuts = new Map<string, number>();
const counts = { acknowledged: 0, audited: 0, relayed: 0, doubled: 0 };
const problems: string[] = [];
let made = 0;
// What ends before it comes to its point is no cut.
for (let batch = 0; made < wanted; batch++) {
  await runBatch(seed + batch);
  await writeFigures();
  console.log(`${made} cuts, ${problems.length} problems`);
}
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

async function runBatch(batchSeed: number): Promise<void> {
  const migration = await runMigrationRounds(OTHERS_A_BATCH, batchSeed);
  const relay = await runRelayRounds(OTHERS_A_BATCH);
  const mixed = await runMixedRounds(MIXED_A_BATCH, batchSeed);
  for (const [name, count] of mixed.cuts) add(`mixed load: ${name}`, count);
  add('migration from an older version: its copy, steps and commits', migration.cuts);
  add('relay under load, at a random moment', relay.rounds);
  counts.acknowledged += mixed.acknowledged;
  counts.audited += mixed.audited;
  counts.relayed += relay.relayed;
  counts.doubled += relay.doubled;
  problems.push(...mixed.problems, ...migration.problems, ...relay.problems);
}

function add(name: string, count: number): void {
  cuts.set(name, (cuts.get(name) ?? 0) + count);
  made += count;
}

async function writeFigures(): Promise<void> {
  const kinds = [...cuts].sort(([, a], [, b]) => b - a);
  const what = [
    ['acknowledged under the mixed load: letters, IMAP, POP3 and ManageSieve deeds', counts.acknowledged],
    ['messages read whole by the audits', counts.audited],
    ['recipients relayed, none of them missing', counts.relayed],
    ["relayed twice: killed between the next hop's 250 and our commit of it", counts.doubled],
    ['problems', problems.length],
  ] as const;
  const told = problems.slice(0, MOST_TOLD).map((problem) => `- ${problem}`);
  const tables = [
    markdownTable(['killed at', 'cuts'], [...kinds, ['together', made]]),
    markdownTable(['what was counted', ''], what),
  ];
  await writeProofSection('crash', [`${describeRun(began)} Seed ${seed}.`, ...tables, ...told].join('\n\n'));
}
