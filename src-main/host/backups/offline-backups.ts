/**
 * Backups from the command line: on a data folder that no Postroom has open, or on none at all.
 *
 * Invariants: as offline-tasks.ts; a restore touches nothing in the folder before all of it has been read.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { PlaceSetting } from '../../backup/places/open-place.ts';
import { BackupProblem, PlaceProblem, type BackupProgress } from '../../backup/port.ts';
import { formatRecoveryKey, parseRecoveryKey, RECOVERY_KEY_OCTETS } from '../../backup/recovery-key.ts';
import { FolderInUseError, lockFolder } from '../../storage/folder-lock.ts';
import type { Storage } from '../../storage/open-storage.ts';
import { KeyProblem } from '../../storage/sealing/key-place.ts';
import { finishStaged } from '../../storage/snapshot/staged-restore.ts';
import { noteTask, withFolder, withStorage, type OfflineOptions } from '../offline-tasks.ts';
import type { JobAnswers, RepositoryFacts } from './jobs.ts';
import { EMPTY_REPORT, type BackupRunRow, type BackupSettings } from './port.ts';
import { stageHere, stageRestore } from './restore-whole.ts';
import { runJob, type JobRun } from './run-job.ts';

export interface OfflineBackupOptions extends OfflineOptions {
  readonly version: string;
  /** null: the one in the settings. */
  readonly place: PlaceSetting | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BackupProgress) => void;
}

/** Which data folder this is, to others that use the same place. */
export function holderOf(dataFolder: string): string {
  return `${hostname()}:${resolve(dataFolder)}`;
}

export function makeRecoveryKey(): string {
  return formatRecoveryKey(randomBytes(RECOVERY_KEY_OCTETS));
}

export type OfflineBackup = JobAnswers['backup'] & {
  /** Made now: somebody has to keep it. */
  readonly newRecoveryKey: string | null;
};

/** The error is a sentence. */
export function backUpOffline(options: OfflineBackupOptions): Promise<Result<OfflineBackup, string>> {
  return withBackups(options, async (storage) => {
    const prepared = await preparePlace(options, storage);
    if (!prepared.ok) return prepared;
    const { settings, facts, newRecoveryKey } = prepared.value;
    const { retention, mostOctetsPerSecond } = settings;
    const startedAt = options.clock.now();
    const done = await runJob(
      {
        ...facts,
        ...{ kind: 'backup', reason: 'commandLine', isAlone: true, isTried: false },
        ...{ source: storage.snapshots.source, version: options.version, hostname: hostname() },
        ...{ retention, mostOctetsPerSecond },
      },
      options,
    );
    await storage.backupRuns.add(rowOf(done, { startedAt, endedAt: options.clock.now() }));
    await note(storage, options, 'backup');
    return ok({ ...done, newRecoveryKey });
  });
}

function rowOf(
  { snapshot, sweep }: JobAnswers['backup'],
  times: Pick<BackupRunRow, 'startedAt' | 'endedAt'>,
): BackupRunRow {
  const report = { ...EMPTY_REPORT, snapshot, freedOctets: sweep?.freedOctets ?? 0 };
  return { ...times, kind: 'backup', outcome: 'done', report };
}

/** Where nobody has said yet where backups go, this is it from now on. */
async function preparePlace(
  { place, dataFolder, ...run }: OfflineBackupOptions,
  { settings }: Storage,
): Promise<
  Result<{ settings: BackupSettings; facts: RepositoryFacts; newRecoveryKey: string | null }, string>
> {
  const { backups } = await settings.read();
  const wanted = place ?? backups.place;
  if (wanted === null) return err('nobody has said yet where backups go: name a folder or a bucket');
  const recoverySecret = backups.recoverySecret ?? makeRecoveryKey();
  const key = parseRecoveryKey(recoverySecret);
  if (!key.ok) return key;
  const facts = { place: wanted, recoveryKey: key.value, repositoryId: null, holder: holderOf(dataFolder) };
  // Before anything is sealed with it: after a cut between the two nothing would open what is at the place.
  if (backups.recoverySecret === null) await settings.change({ backups: { ...backups, recoverySecret } });
  const { repositoryId } = await runJob({ ...facts, kind: 'prepare' }, run);
  const isUsual = place === null || backups.place === null;
  const kept: BackupSettings = isUsual
    ? { ...backups, place: wanted, recoverySecret, repositoryId }
    : backups;
  await settings.change({ backups: { ...kept, recoverySecret } });
  const newRecoveryKey = backups.place === null ? recoverySecret : null;
  return ok({ settings: kept, facts: { ...facts, repositoryId }, newRecoveryKey });
}

/** The recovery key of a data folder. */
export function readRecoveryKey(options: OfflineOptions): Promise<Result<string, string>> {
  return withFolder(options.dataFolder, () =>
    withStorage(options, async (storage) => {
      const { recoverySecret } = (await storage.settings.read()).backups;
      if (recoverySecret === null) return err('there are no backups yet, and no recovery key');
      await noteTask(storage, { clock: options.clock, task: 'backupKey', input: {}, outcome: 'done' });
      return ok(recoverySecret);
    }),
  );
}

export function listOffline(options: OfflineBackupOptions): Promise<Result<JobAnswers['list'], string>> {
  return withBackups(options, async ({ settings }) => {
    const facts = factsFrom(options, (await settings.read()).backups);
    return facts.ok ? ok(await runJob({ ...facts.value, kind: 'list' }, options)) : facts;
  });
}

export function verifyOffline(options: OfflineBackupOptions): Promise<Result<JobAnswers['verify'], string>> {
  const { dataFolder } = options;
  return withBackups(options, async ({ settings }) => {
    const facts = factsFrom(options, (await settings.read()).backups);
    if (!facts.ok) return facts;
    return ok(await runJob({ ...facts.value, kind: 'verify', trialFolder: dataFolder }, options));
  });
}

function factsFrom(
  { place, dataFolder }: OfflineBackupOptions,
  backups: BackupSettings,
): Result<RepositoryFacts, string> {
  const wanted = place ?? backups.place;
  if (wanted === null || backups.recoverySecret === null)
    return err('nobody has said yet where backups go: postroom backup now PLACE begins');
  const key = parseRecoveryKey(backups.recoverySecret);
  if (!key.ok) return key;
  return ok({ place: wanted, recoveryKey: key.value, repositoryId: null, holder: holderOf(dataFolder) });
}

export interface OfflineRestoreOptions extends OfflineOptions, JobRun {
  readonly place: PlaceSetting;
  readonly recoveryKey: Uint8Array;
  /** null: the newest. */
  readonly snapshotId: string | null;
  /** Data that is in the folder is kept beside what is restored. */
  readonly mayReplace: boolean;
}

export interface OfflineRestore {
  readonly restored: JobAnswers['stage'];
  /** null: the folder was empty. */
  readonly keptIn: string | null;
}

export async function restoreOffline(
  options: OfflineRestoreOptions,
): Promise<Result<OfflineRestore, string>> {
  const { dataFolder, mayReplace, clock, keyPlace, place, recoveryKey, snapshotId } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const isEmpty = (await readdir(dataFolder)).every((name) =>
    /^(?:lost\+found|restore|backup-scratch)$/u.test(name),
  );
  if (!isEmpty && !mayReplace)
    return err(`${dataFolder} is not empty: --replace keeps what is there in a folder beside, and restores`);
  return asResult(async () => {
    const unlock = lockFolder(dataFolder);
    try {
      const facts = { place, recoveryKey, repositoryId: null, holder: holderOf(dataFolder) };
      const restored = await stageRestore({
        order: { ...facts, kind: 'stage', snapshotId, dataFolder },
        ...{ keyPlace: keyPlace ?? null, now: clock.now(), stageFiles: stageHere(options) },
      });
      const keptIn = finishStaged(dataFolder);
      return ok({ restored, keptIn: isEmpty ? null : keptIn });
    } finally {
      unlock();
    }
  });
}

function withBackups<T>(
  options: OfflineOptions,
  work: (storage: Storage) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  return withFolder(options.dataFolder, () => asResult(() => withStorage(options, work)));
}

/** What can go wrong with a backup, as a sentence. */
async function asResult<T>(work: () => Promise<Result<T, string>>): Promise<Result<T, string>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BackupProblem || error instanceof PlaceProblem) return err(error.message);
    if (error instanceof KeyProblem) return err(error.message);
    if (error instanceof FolderInUseError)
      return err(`${error.message}: stop it first, or use the console (Settings, Backups)`);
    throw error;
  }
}

async function note(storage: Storage, { clock, place }: OfflineBackupOptions, task: string): Promise<void> {
  const input = { place: place?.kind ?? 'usual' };
  await noteTask(storage, { clock, task, input, outcome: 'done' });
}
