/** Cuts the power of a recorded run at many moments, puts what a disk may have kept in a folder, and audits it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { takeSnapshot } from '../proof/snapshot.ts';
import { createDice, type Dice } from '../support/dice.ts';
import { Disk, type DiskOptions, type Remains } from './disk.ts';
import type { AuditOptions, RecordedRun } from './record.ts';

/** In memory where there is such a place: ten thousand folders need no disk. */
const MEMORY_FOLDER = '/dev/shm';
const INDEX_OCTETS = 32_768;
const MOST_PROBLEMS = 20;

export interface ReplayOptions extends DiskOptions, AuditOptions {
  readonly cuts: number;
  readonly seed: number;
  /** Whether one problem is enough. */
  readonly endsAtFirst?: boolean;
}

export interface ReplayReport {
  readonly cuts: number;
  /** Operations that were at the disk's mercy, over all cuts. */
  readonly uncertain: number;
  readonly mostUncertain: number;
  /** Messages read whole. */
  readonly audited: number;
  /** Every one is a sentence; none is what we want. */
  readonly problems: readonly string[];
}

/** Ends early when there are many problems. */
export async function replay(run: RecordedRun, options: ReplayOptions): Promise<ReplayReport> {
  const dice = createDice(options.seed);
  const disk = new Disk(run.recording, options);
  const report = { cuts: 0, uncertain: 0, mostUncertain: 0, audited: 0, problems: [] as string[] };
  for (const line of chooseLines(run, options.cuts, dice)) {
    const remains = disk.cut(line, dice);
    const { problems, audited } = await auditRemains(run, { remains, line, dice, options });
    report.cuts++;
    report.uncertain += remains.uncertain;
    report.mostUncertain = Math.max(report.mostUncertain, remains.uncertain);
    report.audited += audited;
    report.problems.push(...problems.map((problem) => `power cut at line ${line}: ${problem}`));
    if (report.problems.length >= (options.endsAtFirst === true ? 1 : MOST_PROBLEMS)) break;
  }
  return report;
}

/** Moments when something was done to the disk or said to a client, or just after, each as likely as any other. */
function chooseLines({ recording }: RecordedRun, cuts: number, dice: Dice): readonly number[] {
  const moments = [
    ...recording.operations.flatMap(({ began, ended }) => [began, Math.min(ended, recording.lines)]),
    ...[...recording.said.values()].flat().map(({ began }) => began),
  ];
  return Array.from({ length: cuts }, () => dice.pick(moments)).sort((a, b) => a - b);
}

async function auditRemains(
  run: RecordedRun,
  { remains, line, dice, options }: { remains: Remains; line: number; dice: Dice; options: ReplayOptions },
): Promise<{ problems: readonly string[]; audited: number }> {
  const folder = mkdtempSync(join(MEMORY_FOLDER, 'postroom-cut-'));
  try {
    writeRemains(folder, remains, dice);
    const snapshot = await takeSnapshot(join(folder, 'data'));
    const audited = snapshot.mailboxes.reduce((sum, { letters }) => sum + letters.length, 0);
    return { problems: run.audit(snapshot, line, options), audited };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeRemains(folder: string, { files, folders }: Remains, dice: Dice): void {
  for (const path of folders) mkdirSync(join(folder, path));
  for (const [path, octets] of files) writeFileSync(join(folder, path), octets);
  // The index of the log was never written through: it is gone, or rubbish.
  const databases = [...files.keys()].filter((path) => basename(path) === 'postroom.db');
  for (const path of databases)
    if (dice.falls(0.5))
      writeFileSync(join(folder, `${path}-shm`), Buffer.alloc(INDEX_OCTETS, dice.below(256)));
}
