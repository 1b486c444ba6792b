/**
 * `npm run bench`: all benches one after the other, beside Debian's Postfix and Dovecot where there is something to compare; one table,
 * a line of history.jsonl, and the section of PROOF.md. A ratio that fell by more than 15 % is named and ends with 1.
 *
 * Options: `--only relay,imap` for those whose files' names have one of these, `--stored 100000` for what stored-bench stores, `--quick` for
 * smaller sizes, `--dry` to write nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { compareFigures, type BenchRun, type Compared } from './compare-figures.ts';
import type { Figure } from './report-figure.ts';

const HERE = import.meta.dirname;
const HISTORY = join(HERE, 'history.jsonl');

interface Bench {
  readonly file: string;
  readonly args: readonly string[];
  readonly quickArgs: readonly string[];
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    stored: { type: 'string', default: '100000,1000000' },
    quick: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
  },
});

const BENCHES: readonly Bench[] = [
  { file: 'bench.ts', args: [], quickArgs: [] },
  { file: 'relay-bench.ts', args: [], quickArgs: ['--messages', '2000', '--rounds', '1'] },
  { file: 'backlog-bench.ts', args: [], quickArgs: ['--entries', '10000'] },
  { file: 'encryption-bench.ts', args: [], quickArgs: [] },
  { file: 'stored-bench.ts', args: ['--messages', values.stored], quickArgs: ['--messages', '2000,10000'] },
  { file: 'imap-bench.ts', args: [], quickArgs: ['--messages', '2000', '--idle', '100'] },
];

const began = new Date();
const figures = await runBenches(BENCHES.filter(isWanted));
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
const run = thisRun();
const compared = compareFigures(machine, [...(await readHistory()), run]);
const ofThisRun = compared.filter(({ at }) => at === run.at);
console.log(`\n${tableOf(ofThisRun)}`);
if (!values.dry && !values.quick) await keep(compared);
const fallen = ofThisRun.filter(({ hasFallen }) => hasFallen);
for (const { name, before, value } of fallen)
  console.log(`WARNING: ${name} fell from ${round(before ?? 0)} to ${round(value)}`);
process.exitCode = fallen.length === 0 ? 0 : 1;

function isWanted({ file }: Bench): boolean {
  return values.only.split(',').some((name) => file.startsWith(name));
}

async function runBenches(benches: readonly Bench[]): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-bench-'));
  const file = join(folder, 'figures.jsonl');
  try {
    for (const bench of benches) await runBench(bench, file);
    const text = await readFile(file, 'utf8').catch(() => '');
    return linesOf<Figure>(text);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runBench({ file, args, quickArgs }: Bench, figuresFile: string): Promise<void> {
  console.log(`\n=== ${file}`);
  const child = spawn(process.execPath, [join(HERE, file), ...(values.quick ? quickArgs : args)], {
    stdio: 'inherit',
    env: { ...process.env, POSTROOM_BENCH_FIGURES: figuresFile },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
}

async function readHistory(): Promise<readonly BenchRun[]> {
  return linesOf<BenchRun>(await readFile(HISTORY, 'utf8').catch(() => ''));
}

function linesOf<T>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function thisRun(): BenchRun {
  const versions = {
    Postfix: version('postconf', ['-d', 'mail_version']),
    Dovecot: version('dovecot', ['--version']),
  };
  const commit = version('git', ['rev-parse', '--short', 'HEAD']);
  return { at: began.toISOString(), commit, machine, versions, figures };
}

/** The table has what this run did not measure as well, from when it was measured last. */
async function keep(all: readonly Compared[]): Promise<void> {
  await appendFile(HISTORY, `${JSON.stringify(run)}\n`);
  const beside = `Beside Debian's Postfix ${run.versions['Postfix']} and Dovecot ${run.versions['Dovecot']}.`;
  await writeProofSection('bench', `${describeRun(began)} ${beside}\n\n${tableOf(all)}`);
}

function version(command: string, args: readonly string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return ((stdout as string | null) ?? '').replace('mail_version = ', '').trim() || 'none';
}

function tableOf(all: readonly Compared[]): string {
  const rows = all.map(({ name, value, unit, before, change, hasFallen, at, commit }) => [
    name,
    `${round(value)} ${unit}`,
    before === null ? '' : round(before),
    change === null ? '' : `${hasFallen ? '**fell** ' : ''}${((change - 1) * 100).toFixed(0)} %`,
    `${at.slice(0, 16).replace('T', ' ')} at \`${commit}\``,
  ]);
  return markdownTable(['', 'now', 'before', 'better by', 'measured'], rows);
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
