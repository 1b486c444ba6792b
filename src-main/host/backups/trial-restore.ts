/**
 * Trial restore: reads a backup back into a scratch folder, has the doctor look through it, and counts.
 *
 * Invariants: what it finds is about the backup, told in sentences; the scratch folder goes in the end.
 */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { BackupProblem, type BackupRun } from '../../backup/port.ts';
import { DATABASE_FILE, readBackup, type LostFile } from '../../backup/read-backup.ts';
import type { Repository } from '../../backup/repository/repository.ts';
import type { SnapshotRecord } from '../../backup/repository/snapshot-record.ts';
import { indexMessage } from '../../format/message-indexer.ts';
import { Connection } from '../../storage/connection.ts';
import { examine } from '../../storage/doctor/examine.ts';
import { migrate, MIGRATIONS } from '../../storage/migrations/index.ts';
import { describeCopy } from '../../storage/snapshot/describe-copy.ts';
import type { TrialReport } from './jobs.ts';
import { needRoom, openScratch, removeScratch } from './scratch.ts';

export interface TrialOptions extends BackupRun {
  readonly repository: Repository;
  readonly snapshot: SnapshotRecord;
  /** The scratch folder is made in it. */
  readonly folder: string;
  readonly clock: Clock;
}

const MOST_FINDINGS = 20;

export async function restoreOnTrial(options: TrialOptions): Promise<TrialReport> {
  const { snapshot, folder, onProgress } = options;
  const scratch = await openScratch(folder, 'trial');
  try {
    await needRoom(scratch, snapshot.octets, 'the trial restore');
    const read = await readBack(options, scratch);
    if (!read.ok) return { findings: [read.error] };
    const lost = read.value;
    const { octets, files } = snapshot;
    const all = { doneOctets: octets, totalOctets: octets, doneFiles: files, totalFiles: files };
    onProgress({ phase: 'checking', ...all, movedOctets: octets });
    const findings = [
      ...lost.map(({ path, pack }) => `${path} could not be read back: ${pack ?? 'a piece is not there'}`),
      ...compareCounts(scratch, snapshot),
      ...examineRestored(scratch, options),
    ];
    return { findings: findings.slice(0, MOST_FINDINGS) };
  } finally {
    await removeScratch(folder, 'trial');
  }
}

/** Without its database there is nothing to look at. */
async function readBack(options: TrialOptions, folder: string): Promise<Result<readonly LostFile[], string>> {
  try {
    return ok(await readBackup({ ...options, folder }));
  } catch (error) {
    if (error instanceof BackupProblem && error.code === 'damaged') return err(error.message);
    throw error;
  }
}

function compareCounts(scratch: string, { counts }: SnapshotRecord): readonly string[] {
  const found = describeCopy(join(scratch, DATABASE_FILE)).counts;
  const names = ['accounts', 'mailboxes', 'messages'] as const;
  return names
    .filter((name) => found[name] !== counts[name])
    .map((name) => `${found[name]} ${name} came back, ${counts[name]} were backed up`);
}

function examineRestored(scratch: string, { snapshot, clock }: TrialOptions): readonly string[] {
  bringUpToDate(join(scratch, DATABASE_FILE), snapshot);
  const rootKey = Buffer.from(snapshot.rootKey ?? '', 'base64');
  const findings = examine({
    ...{ folder: scratch, isRepairing: false, now: clock.now(), makeIndex: indexMessage },
    // One that nothing was sealed with opens nothing.
    rootKey: rootKey.length > 0 ? rootKey : new Uint8Array(32),
  });
  return findings.map(({ check, text }) => `${check}: ${text}`);
}

/** The doctor knows the schema of today. */
function bringUpToDate(path: string, { databaseVersion }: SnapshotRecord): void {
  if (databaseVersion === MIGRATIONS.at(-1)?.version) return;
  const connection = new Connection(path, { readonly: false });
  try {
    migrate(connection, null);
  } finally {
    connection.close();
  }
}
