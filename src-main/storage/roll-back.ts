/**
 * Rollback: gives a data folder back to the older program that had it before an upgrade.
 *
 * Actor: `postroom rollback`, on a stopped folder. Invariants: the database of before takes the place of today's in one rename,
 * so a cut leaves the one or the other; today's database with all that it names stays beside as a data folder of its own, which
 * today's program opens (what came since the upgrade can be exported from there).
 */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { Connection } from './connection.ts';
import { lockFolder } from './folder-lock.ts';
import { copyBefore, versionsKept } from './migrations/database-copy.ts';
import { finishStaged } from './snapshot/staged-restore.ts';
import { renameDurably, syncFolder } from './sync-folder.ts';

const DATABASE = 'postroom.db';
const CONTENT = 'content';
/** What a data folder needs besides, to be opened as one. */
const BESIDE = ['postroom.key', 'postroom.secret'];

export interface RolledBack {
  readonly fromVersion: number;
  readonly toVersion: number;
  /** Where today's state lies. */
  readonly asideFolder: string;
  /** Messages that came since the upgrade: they are only there. */
  readonly newerMessages: number;
}

/** The error is a sentence; `stamp` names the folder of today's state. */
export async function rollBack(folder: string, stamp: string): Promise<Result<RolledBack, string>> {
  const unlock = lockFolder(folder);
  try {
    finishStaged(folder);
    const path = join(folder, DATABASE);
    const fromVersion = settle(path);
    const toVersion = versionsKept(path).find((version) => version < fromVersion);
    if (toVersion === undefined)
      return err(`there is no copy of the database from before version ${fromVersion} in ${folder}`);
    const newerMessages = countNewer(path, copyBefore(path, toVersion));
    const asideFolder = join(folder, `before-rollback-${stamp}`);
    await setAside(folder, asideFolder);
    // Of readers that looked last; the database that takes the name has none.
    for (const rest of ['-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
    renameDurably(copyBefore(path, toVersion), path);
    return ok({ fromVersion, toVersion, asideFolder, newerMessages });
  } finally {
    unlock();
  }
}

/** Brings everything into the database's one file; answers its version. */
function settle(path: string): number {
  const connection = new Connection(path, { readonly: false });
  try {
    connection.pragma('wal_checkpoint(TRUNCATE)');
    return Number(connection.pragma('user_version'));
  } finally {
    connection.close();
  }
}

function countNewer(path: string, copy: string): number {
  const lastThen = readFrom(copy, (then) =>
    then.get<{ id: number | null }>('SELECT max(id) AS id FROM content'),
  );
  return readFrom(path, (now) =>
    Number(
      now.get<{ count: number }>('SELECT count(*) AS count FROM content WHERE id > ?', lastThen?.id ?? 0)
        ?.count,
    ),
  );
}

function readFrom<T>(path: string, read: (connection: Connection) => T): T {
  const connection = new Connection(path, { readonly: true });
  try {
    return read(connection);
  } finally {
    connection.close();
  }
}

/** The same files under a second name: no disk is needed, and an older program cannot remove what it does not know. */
async function setAside(folder: string, aside: string): Promise<void> {
  mkdirSync(join(aside, CONTENT), { recursive: true, mode: 0o700 });
  const contents = join(folder, CONTENT);
  for (const name of existsSync(contents) ? readdirSync(contents) : [])
    linkOrCopy(join(contents, name), join(aside, CONTENT, name));
  for (const name of BESIDE)
    if (existsSync(join(folder, name))) linkOrCopy(join(folder, name), join(aside, name));
  linkOrCopy(join(folder, DATABASE), join(aside, DATABASE));
  await syncFolder(join(aside, CONTENT));
  await syncFolder(aside);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // A file system without hard links, FAT for one.
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}
