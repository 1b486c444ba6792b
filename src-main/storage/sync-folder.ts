/** Puts a folder's entries on disk: without it a new file's name may be lost in a power cut, though its octets are there. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

// Windows has no way to sync a directory, and needs none: NTFS journals the entry with the file's flush.
const NEEDS_NO_SYNC = process.platform === 'win32';

export async function syncFolder(path: string): Promise<void> {
  if (NEEDS_NO_SYNC) return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** For threads that have nothing else to do. */
export function syncFolderNow(path: string): void {
  if (!NEEDS_NO_SYNC) syncNow(path, 'r');
}

/** Gives a file that was written another name; when this returns its octets and its name are on disk. */
export function renameDurably(from: string, to: string): void {
  syncNow(from, 'r+');
  renameSync(from, to);
  syncFolderNow(dirname(to));
}

/** Makes a folder, and those above it, where they are not there; when this returns their names are on disk. */
export function makeFolderDurably(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= first.length; made = dirname(made))
    syncFolderNow(dirname(made));
}

function syncNow(path: string, mode: 'r' | 'r+'): void {
  const file = openSync(path, mode);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
