/**
 * A restore that waits in the data folder until nobody has it open: `restore/data` becomes the data, what was there before is kept beside
 * it, as a data folder of its own.
 *
 * Flow: restore → stage() → the next to open the folder → finishStaged(), under the folder's lock. Everything happens inside the data folder,
 * since a service may write nowhere else.
 * Invariants: without the mark nothing is touched; each step can be repeated, so a cut in the middle is finished by the next start; nothing is
 * deleted.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const STAGE = 'restore';
const KEPT = 'before-restore-';
/** The mark's first name: the old data is to be moved away; its second: that is done. */
const READY = 'ready';
const HALFWAY = 'halfway';

/** These belong to the folder, whatever data is in it. */
const STAYS = /^(?:restore|before-restore-.*|backup-scratch|transfer|postroom\.lock.*)$/u;

/** Where a restore puts the files. */
export function stagedFolder(dataFolder: string): string {
  return join(dataFolder, STAGE, 'data');
}

/** Removes what an earlier attempt left. */
export function clearStage(dataFolder: string): void {
  rmSync(join(dataFolder, STAGE), { recursive: true, force: true });
}

/** From now on the next start restores. `stamp` names what is kept: letters, digits, `-`. */
export function stage(dataFolder: string, stamp: string): void {
  const folder = join(dataFolder, STAGE);
  syncFolderNow(join(folder, 'data'));
  const unfinished = join(folder, 'unfinished');
  writeFileSync(unfinished, stamp, { mode: 0o600, flush: true });
  renameSync(unfinished, join(folder, READY));
  syncFolderNow(folder);
  syncFolderNow(dataFolder);
}

/** Whether the next to open the folder has something to put in place, or to go on with. */
export function isRestoreWaiting(dataFolder: string): boolean {
  return [READY, HALFWAY].some((mark) => existsSync(join(dataFolder, STAGE, mark)));
}

/** The folder is locked, and nothing in it is open. Answers where the old data is kept; null: there was none, or nothing to do. */
export function finishStaged(dataFolder: string): string | null {
  const folder = join(dataFolder, STAGE);
  const ready = join(folder, READY);
  const halfway = join(folder, HALFWAY);
  if (!isRestoreWaiting(dataFolder)) return null;
  const kept = join(dataFolder, KEPT + readFileSync(existsSync(ready) ? ready : halfway, 'utf8'));
  if (existsSync(ready)) {
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    moveAll(dataFolder, kept);
    renameSync(ready, halfway);
    syncFolderNow(folder);
  }
  moveAll(join(folder, 'data'), dataFolder);
  const hasOld = existsSync(kept) && readdirSync(kept).length > 0;
  if (!hasOld) rmSync(kept, { recursive: true, force: true });
  rmSync(folder, { recursive: true });
  syncFolderNow(dataFolder);
  return hasOld ? kept : null;
}

function moveAll(from: string, to: string): void {
  for (const name of readdirSync(from)) if (!STAYS.test(name)) renameSync(join(from, name), join(to, name));
  syncFolderNow(to);
  syncFolderNow(from);
}

function syncFolderNow(path: string): void {
  // See sync-folder.ts.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
