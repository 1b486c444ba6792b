/**
 * FolderLock: keeps a second Postroom away from a data folder that is in use.
 *
 * Invariants: the lock is the operating system's (SQLite's lock on a small file of its own), so it goes with its process,
 * however that ends; a process id in a file would outlive a power cut and name somebody else afterwards.
 */
import Database from 'better-sqlite3';
import { join } from 'node:path';

/** Another process has the data folder. */
export class FolderInUseError extends Error {
  override name = 'FolderInUseError' as const;

  constructor(folder: string) {
    super(`the data folder ${folder} is in use by another Postroom`);
  }
}

/** Takes the lock; the returned function gives it back. */
export function lockFolder(folder: string): () => void {
  const database = new Database(join(folder, 'postroom.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') throw new FolderInUseError(folder);
    throw error;
  }
  return () => database.close();
}
