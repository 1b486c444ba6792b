/**
 * The long run: npm run test:power-cut -- [--cuts 10000] [--seed 1]
 *
 * As many recordings as it takes, each cut at a thousand moments; then each fault of a worse program, which must be found.
 * Figures go to test/PROOF.md.
 */
import { parseArgs } from 'node:util';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { FAULTS } from './faults-of-programs.ts';
import { RecordedRun, type Scenario } from './record.ts';
import { replay, type ReplayReport } from './replay.ts';

const CUTS_A_RECORDING = 1_000;
const CUTS_A_FAULT = 400;
const MOST_TOLD = 20;

const { values } = parseArgs({ options: { cuts: { type: 'string' }, seed: { type: 'string' } } });
const cuts = Number(values.cuts ?? 10_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = new Date();

/** In turn, over the recordings. */
const SCENARIOS: readonly Omit<Scenario, 'seed'>[] = [
  { name: 'first start, load, stop, start, load', livesMs: [1_500, 1_500] },
  { name: 'encryption switched off and on under load', livesMs: [500, 2_500], isRewriting: true },
  { name: 'four lives', livesMs: [600, 600, 600, 600] },
  { name: 'one long life', livesMs: [12_000] },
];

interface Row extends ReplayReport {
  readonly name: string;
  readonly recordings: number;
  readonly acknowledged: number;
  readonly operations: number;
}

const rows = new Map<string, Row>();
let found: readonly (readonly [fault: string, after: string])[] = [];
for (let done = 0; done < cuts; done += CUTS_A_RECORDING) {
  const scenario = SCENARIOS[(done / CUTS_A_RECORDING) % SCENARIOS.length];
  if (scenario === undefined) break;
  const run = await RecordedRun.record({ ...scenario, seed: seed + done });
  const report = await replay(run, { cuts: Math.min(CUTS_A_RECORDING, cuts - done), seed: seed + done });
  add(scenario.name, run, report);
  console.log(`${scenario.name}: ${report.cuts} cuts, ${report.problems.length} problems`);
  if (done === 0) found = await tryFaults(run);
}

const total = [...rows.values()];
const problems = total.flatMap((row) => row.problems);
const missed = found.filter(([, after]) => after === 'not found');
await writeProofSection(
  'power-cut',
  [
    `${describeRun(began)} Seed ${seed}.`,
    markdownTable(
      [
        'recorded',
        'recordings',
        'acknowledged',
        'operations',
        'cuts',
        'at the mercy of the disk',
        'read whole',
        'problems',
      ],
      [...total, sum(total)].map((row) => [
        ...[row.name, row.recordings, row.acknowledged, row.operations, row.cuts],
        ...[
          `${Math.round(row.uncertain / row.cuts)} a cut, ${row.mostUncertain} at most`,
          row.audited,
          row.problems.length,
        ],
      ]),
    ),
    markdownTable(['a worse program: what it leaves out', 'found after'], found),
    ...problems.slice(0, MOST_TOLD).map((problem) => `- ${problem}`),
  ].join('\n\n'),
);
for (const problem of problems) console.log(problem);
for (const [fault] of missed) console.log(`not found: ${fault}`);
process.exitCode = problems.length + missed.length === 0 ? 0 : 1;

async function tryFaults(run: RecordedRun): Promise<readonly (readonly [string, string])[]> {
  const tried: (readonly [string, string])[] = [];
  for (const { name, options } of FAULTS) {
    const report = await replay(run, { ...options, cuts: CUTS_A_FAULT, seed, endsAtFirst: true });
    tried.push([name, report.problems.length > 0 ? `${report.cuts} cuts` : 'not found']);
  }
  return tried;
}

function add(name: string, run: RecordedRun, report: ReplayReport): void {
  const one = {
    ...report,
    name,
    recordings: 1,
    acknowledged: run.acknowledged,
    operations: run.recording.operations.length,
  };
  const before = rows.get(name);
  rows.set(name, before === undefined ? one : sum([before, one], name));
}

function sum(all: readonly Row[], name = 'together'): Row {
  const of = (count: (row: Row) => number) => all.reduce((total, row) => total + count(row), 0);
  return {
    name,
    recordings: of((row) => row.recordings),
    acknowledged: of((row) => row.acknowledged),
    operations: of((row) => row.operations),
    cuts: of((row) => row.cuts),
    uncertain: of((row) => row.uncertain),
    mostUncertain: Math.max(...all.map((row) => row.mostUncertain)),
    audited: of((row) => row.audited),
    problems: all.flatMap((row) => row.problems),
  };
}
