/**
 * Moves a data folder to where the service has its own.
 *
 * Invariants: a folder in use is not moved, and nothing is overwritten; across disks the copy is whole before the original goes.
 */
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { FolderInUseError, lockFolder } from '../../storage/folder-lock.ts';

/** A sentence says why not; then everything is where it was. */
export async function moveData(from: string, to: string): Promise<Result<void, string>> {
  if (!existsSync(join(from, 'postroom.db'))) return err(`${from} holds no Postroom data`);
  const there = await readdir(to).catch(() => []);
  if (there.length > 0) return err(`${to} is not empty: nothing was moved`);
  const lock = tryLock(from);
  if (!lock.ok) return lock;
  try {
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { recursive: true, force: true });
    await moveFolder(from, to);
    return ok(undefined);
  } catch (error) {
    return err(`cannot move ${from} to ${to}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    lock.value();
  }
}

function tryLock(folder: string): Result<() => void, string> {
  try {
    return ok(lockFolder(folder));
  } catch (error) {
    if (error instanceof FolderInUseError) return err(`${error.message}: stop it first`);
    throw error;
  }
}

async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const partial = `${to}.partial`;
    await rm(partial, { recursive: true, force: true });
    await cp(from, partial, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await rename(partial, to);
    await rm(from, { recursive: true });
  }
}
