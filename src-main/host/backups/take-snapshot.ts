/**
 * Takes a snapshot of a data folder: a copy of the database as it is now, then the copy and the files that it names into the repository.
 *
 * Invariants: content files are held by whoever asked (SnapshotDesk.holdFiles); all that was acknowledged before this began is in it.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { makeBackup, type SourceFile } from '../../backup/make-backup.ts';
import { UNBOUNDED, type Pace } from '../../backup/pace.ts';
import { BackupProblem, throwIfCancelled, type BackupRun } from '../../backup/port.ts';
import { DATABASE_FILE } from '../../backup/read-backup.ts';
import type { Repository } from '../../backup/repository/repository.ts';
import type { SnapshotFacts, SnapshotRecord } from '../../backup/repository/snapshot-record.ts';
import { copyDatabase } from '../../storage/snapshot/copy-database.ts';
import { describeCopy, type CopyDescription } from '../../storage/snapshot/describe-copy.ts';
import type { BackupOrder } from './jobs.ts';
import { needRoom, openScratch, removeScratch } from './scratch.ts';

/** What belongs to the data besides the database and its contents; the master key does not (see SnapshotFacts.rootKey). */
const OTHER_FILES = ['postroom.secret'];
const OTHER_FOLDERS = ['certificate', 'lost-and-found'];

export interface TakeSnapshotOptions extends BackupRun {
  readonly order: BackupOrder;
  readonly repository: Repository;
  readonly previous: SnapshotRecord | null;
  readonly pace?: Pace;
  readonly clock: Clock;
}

export async function takeSnapshot(options: TakeSnapshotOptions): Promise<SnapshotRecord> {
  const { order, signal, clock } = options;
  const { folder, databasePath } = order.source;
  const at = clock.now();
  const pace = options.pace ?? UNBOUNDED;
  const scratch = await openScratch(folder, 'snapshot');
  try {
    const copy = join(scratch, DATABASE_FILE);
    await needRoom(scratch, (await stat(databasePath)).size, 'the copy of the database');
    await copyPaced(options, { from: databasePath, to: copy, pace });
    throwIfCancelled(signal);
    const description = describeCopy(copy);
    const files = await findFiles(folder, copy, description);
    return await makeBackup({ ...options, pace, files, facts: factsOf(order, description, at) });
  } finally {
    await removeScratch(folder, 'snapshot');
  }
}

async function copyPaced(
  { signal, onProgress }: BackupRun,
  { from, to, pace }: { from: string; to: string; pace: Pace },
): Promise<void> {
  let copied = 0;
  try {
    await copyDatabase({
      ...{ from, to, signal },
      onCopied: ({ octets, totalOctets }) => {
        pace.restHere(octets - copied);
        copied = octets;
        const done = { doneOctets: octets, totalOctets, doneFiles: 0, totalFiles: 1 };
        onProgress({ phase: 'copying', ...done, movedOctets: 0 });
      },
    });
  } catch (error) {
    throwIfCancelled(signal);
    if ((error as { code?: string }).code === 'SQLITE_FULL')
      throw new BackupProblem('noRoom', `there is no room for the copy of the database: ${to}`, {
        cause: error,
      });
    throw error;
  }
}

function factsOf(
  { source, reason, version, hostname }: BackupOrder,
  { databaseVersion, counts, hasRootKey }: CopyDescription,
  at: number,
): SnapshotFacts {
  const rootKey = hasRootKey ? Buffer.from(source.rootKey).toString('base64') : null;
  return { at, reason, version, databaseVersion, hostname, counts, rootKey };
}

async function findFiles(
  folder: string,
  copy: string,
  { contentFiles }: CopyDescription,
): Promise<readonly SourceFile[]> {
  const database = {
    path: DATABASE_FILE,
    location: copy,
    octets: (await stat(copy)).size,
    kind: 'database',
  } as const;
  const contents: SourceFile[] = [];
  for (const name of contentFiles) {
    const file = await describeFile(folder, `content/${name}`, 'writtenOnce');
    // The doctor names what is missing; everything else is still worth keeping.
    if (file !== null) contents.push(file);
  }
  const others = await Promise.all(
    [...OTHER_FILES, ...(await Promise.all(OTHER_FOLDERS.map((each) => pathsIn(folder, each)))).flat()].map(
      (path) => describeFile(folder, path, 'other'),
    ),
  );
  return [database, ...contents, ...others.filter((each) => each !== null)];
}

async function pathsIn(folder: string, name: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, name)).catch(() => []);
  return names.map((each) => `${name}/${each}`);
}

async function describeFile(
  folder: string,
  path: string,
  kind: SourceFile['kind'],
): Promise<SourceFile | null> {
  const location = join(folder, path);
  const found = await stat(location).catch(() => null);
  return found?.isFile() === true ? { path, location, octets: found.size, kind } : null;
}
