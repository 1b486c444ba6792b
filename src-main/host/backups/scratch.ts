/**
 * The scratch folder: where a backup keeps its copy of the database, and what is read out of backups for a while. In the data folder, so that
 * what is there is protected as the data is.
 *
 * Invariants: nothing in it is needed: what was cut off is removed by the next who needs it, and at start.
 */
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupProblem } from '../../backup/port.ts';

const FOLDER = 'backup-scratch';
/** Mail needs some of the disk while a backup runs (disk-watch.ts). */
const ROOM_FOR_MAIL_OCTETS = 64 * 1024 * 1024;

export async function openScratch(dataFolder: string, name: string): Promise<string> {
  const path = join(dataFolder, FOLDER, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

export async function removeScratch(dataFolder: string, name = ''): Promise<void> {
  await rm(join(dataFolder, FOLDER, name), { recursive: true, force: true });
}

/** Rejects with BackupProblem `noRoom`. `what`: for the sentence. */
export async function needRoom(folder: string, octets: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = octets + ROOM_FOR_MAIL_OCTETS;
  if (bavail * bsize >= needed) return;
  const [wanted, free] = [needed, bavail * bsize].map((each) => `${Math.ceil(each / 1024 / 1024)} MiB`);
  throw new BackupProblem(
    'noRoom',
    `${folder} has ${free} free, ${what} needs ${wanted}: make room on that disk`,
  );
}
