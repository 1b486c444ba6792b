/**
 * Runs what is asked of backups, in whatever thread: the backup thread of a running host, or the command line.
 *
 * Flow: desk → thread → here → backup/ and storage/snapshot. Invariants: what writes to a repository holds its lock; scratch goes in the end.
 */
import type { Clock } from '../../base/clock.ts';
import { expired } from '../../backup/keep.ts';
import { GentlePace } from '../../backup/pace.ts';
import { makePlace, openPlace } from '../../backup/places/open-place.ts';
import { BackupProblem, type BackupRun } from '../../backup/port.ts';
import { DATABASE_FILE, readBackup } from '../../backup/read-backup.ts';
import { Repository } from '../../backup/repository/repository.ts';
import { lockRepository } from '../../backup/repository/repository-lock.ts';
import type { SnapshotRecord } from '../../backup/repository/snapshot-record.ts';
import { sweep } from '../../backup/sweep.ts';
import { verifyRepository } from '../../backup/verify.ts';
import { MIGRATIONS } from '../../storage/migrations/index.ts';
import { clearStage, stagedFolder } from '../../storage/snapshot/staged-restore.ts';
import type {
  BackupJob,
  BackupOrder,
  FetchOrder,
  JobAnswer,
  JobAnswers,
  OpenOrder,
  RemoveOrder,
  RepositoryFacts,
  Snapshot,
  StageOrder,
  VerifyOrder,
} from './jobs.ts';
import { needRoom, openScratch } from './scratch.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { restoreOnTrial } from './trial-restore.ts';

export interface JobRun extends BackupRun {
  readonly clock: Clock;
}

/** Rejects with BackupProblem or PlaceProblem. */
export function runJob<Job extends BackupJob>(job: Job, run: JobRun): Promise<JobAnswer<Job>> {
  return runAny(job, run) as Promise<JobAnswer<Job>>;
}

function runAny(job: BackupJob, run: JobRun): Promise<JobAnswers[keyof JobAnswers]> {
  switch (job.kind) {
    case 'backup':
      return backUp(job, run);
    case 'verify':
      return verify(job, run);
    case 'stage':
      return stageWhole(job, run);
    case 'open':
      return openSnapshot(job, run);
    case 'fetch':
      return fetchFiles(job, run);
    case 'list':
      return list(job, run);
    case 'prepare':
      return prepare(job, run);
    case 'remove':
      return remove(job, run);
  }
}

async function openRepository(facts: RepositoryFacts, { clock }: JobRun): Promise<Repository> {
  const repository = await Repository.open(openPlace(facts.place, clock.now), facts.recoveryKey);
  if (facts.repositoryId !== null && facts.repositoryId !== repository.id)
    throw new BackupProblem(
      'foreign',
      `${repository.place.title} holds other backups than before: is the right disk plugged in?`,
    );
  return repository;
}

async function withLock<T>(
  facts: RepositoryFacts,
  run: JobRun,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(facts, run);
  const unlock = await lockRepository(repository, { clock: run.clock, holder: facts.holder });
  try {
    await repository.readIndex();
    return await work(repository);
  } finally {
    await unlock();
  }
}

function backUp(order: BackupOrder, run: JobRun): Promise<JobAnswers['backup']> {
  return withLock(order, run, async (repository) => {
    const pace = order.isAlone ? undefined : new GentlePace(order.mostOctetsPerSecond);
    const previous = (await repository.readSnapshots())[0] ?? null;
    const record = await takeSnapshot({
      ...run,
      ...(pace !== undefined && { pace }),
      order,
      repository,
      previous,
    });
    const snapshot = toSnapshot(record);
    const tidied = await tidy(repository, { order, run });
    const { folder } = order.source;
    const trial = order.isTried
      ? await restoreOnTrial({ ...run, repository, snapshot: record, folder })
      : null;
    return { snapshot, ...tidied, trial };
  });
}

/** The backup is there, whatever becomes of this. */
async function tidy(
  repository: Repository,
  { order, run }: { order: BackupOrder; run: JobRun },
): Promise<Pick<JobAnswers['backup'], 'sweep' | 'sweepProblem'>> {
  const { signal, onProgress } = run;
  onProgress({
    phase: 'tidying',
    doneOctets: 0,
    totalOctets: 0,
    doneFiles: 0,
    totalFiles: 0,
    movedOctets: 0,
  });
  try {
    const gone = expired(await repository.readSnapshots(), order.retention);
    // Without one that goes nothing becomes free, but for what a cut left.
    const isWorthIt = gone.length > 0 || (await hasOrphans(repository));
    if (!isWorthIt) return { sweep: { removedSnapshots: 0, freedOctets: 0 }, sweepProblem: null };
    return { sweep: await sweep(repository, { expired: gone, signal }), sweepProblem: null };
  } catch (error) {
    return { sweep: null, sweepProblem: error instanceof Error ? error.message : String(error) };
  }
}

async function hasOrphans({ place, index }: Repository): Promise<boolean> {
  const known = new Set(index.packs);
  return (await place.list('packs')).some(({ name }) => !known.has(name));
}

function verify(order: VerifyOrder, run: JobRun): Promise<JobAnswers['verify']> {
  return withLock(order, run, async (repository) => {
    const report = await verifyRepository(repository, run);
    const newest = (await repository.readSnapshots())[0];
    const { trialFolder } = order;
    if (newest === undefined || trialFolder === null) return { ...report, trial: null };
    const trial = await restoreOnTrial({ ...run, repository, snapshot: newest, folder: trialFolder });
    return { ...report, trial };
  });
}

async function findSnapshot(order: RepositoryFacts & { readonly snapshotId: string | null }, run: JobRun) {
  const repository = await openRepository(order, run);
  await repository.readIndex();
  return { repository, record: await repository.findSnapshot(order.snapshotId) };
}

async function stageWhole(order: StageOrder, run: JobRun): Promise<JobAnswers['stage']> {
  const { repository, record } = await findSnapshot(order, run);
  refuseNewer(record);
  clearStage(order.dataFolder);
  await needRoom(order.dataFolder, record.octets, 'what is restored');
  const folder = stagedFolder(order.dataFolder);
  try {
    const lost = await readBackup({ ...run, repository, snapshot: record, folder });
    return { snapshot: toSnapshot(record), rootKey: record.rootKey, lost };
  } catch (error) {
    clearStage(order.dataFolder);
    throw error;
  }
}

async function openSnapshot(order: OpenOrder, run: JobRun): Promise<JobAnswers['open']> {
  const { repository, record } = await findSnapshot(order, run);
  refuseNewer(record);
  const folder = await openScratch(order.dataFolder, 'browse');
  // Most of a backup is its database.
  await needRoom(folder, record.octets, 'the backup that is opened');
  await readBackup({
    ...run,
    repository,
    snapshot: record,
    folder,
    isWanted: (path) => path === DATABASE_FILE,
  });
  return { snapshot: toSnapshot(record), rootKey: record.rootKey, folder };
}

async function fetchFiles(order: FetchOrder, run: JobRun): Promise<JobAnswers['fetch']> {
  const { repository, record } = await findSnapshot(order, run);
  const { folder, paths } = order;
  const wanted = new Set(paths);
  const isWanted = (path: string): boolean => wanted.has(path);
  return { lost: await readBackup({ ...run, repository, snapshot: record, folder, isWanted }) };
}

async function list(order: RepositoryFacts, run: JobRun): Promise<JobAnswers['list']> {
  const repository = await openRepository(order, run);
  const snapshots = (await repository.readSnapshots()).map(toSnapshot);
  return { snapshots, freeOctets: await repository.place.freeOctets() };
}

async function prepare(order: RepositoryFacts, run: JobRun): Promise<JobAnswers['prepare']> {
  const place = await makePlace(order.place, run.clock.now);
  const repository = await Repository.openOrCreate(place, order.recoveryKey);
  // Whoever can write and remove here can make backups.
  const unlock = await lockRepository(repository, { clock: run.clock, holder: order.holder });
  await unlock();
  return { repositoryId: repository.id, snapshots: (await repository.readSnapshots()).length };
}

function remove(order: RemoveOrder, run: JobRun): Promise<JobAnswers['remove']> {
  return withLock(order, run, (repository) =>
    sweep(repository, { expired: [order.snapshotId], signal: run.signal }),
  );
}

function refuseNewer({ databaseVersion, version }: SnapshotRecord): void {
  if (databaseVersion > (MIGRATIONS.at(-1)?.version ?? 0))
    throw new BackupProblem(
      'newer',
      `the backup was made by Postroom ${version}, which is newer: install that one`,
    );
}

function toSnapshot({ tree: _tree, rootKey: _rootKey, ...shown }: SnapshotRecord): Snapshot {
  return shown;
}
