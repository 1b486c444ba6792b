/**
 * What is wrong with the disk, told by an error's code, and the sentence that users of every protocol read.
 *
 * Flow: files and SQLite throw → (a storage thread's answer keeps the code) → whoever answers a client asks here.
 * Invariants: an error that is none of these is a mistake of ours, and is never told as trouble of the disk.
 */

export type StorageTrouble =
  | 'full'
  | 'readOnly'
  | 'faulty'
  | 'damaged'
  | 'outOfReach'
  | 'tooManyFiles'
  /** The thread that keeps the data has ended; another one begins. */
  | 'beginning';

/** The code of an error that says so. */
export const STORAGE_UNAVAILABLE = 'STORAGE_UNAVAILABLE';

/** Codes of the operating system, and of SQLite, whose longer ones begin with these. */
const TROUBLE_OF: ReadonlyMap<string, StorageTrouble> = new Map([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_FULL', 'full'],
  ['EROFS', 'readOnly'],
  ['SQLITE_READONLY', 'readOnly'],
  ['EIO', 'faulty'],
  ['SQLITE_IOERR', 'faulty'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['EACCES', 'outOfReach'],
  ['EPERM', 'outOfReach'],
  ['EBUSY', 'outOfReach'],
  ['SQLITE_CANTOPEN', 'outOfReach'],
  ['SQLITE_PERM', 'outOfReach'],
  ['SQLITE_BUSY', 'outOfReach'],
  ['SQLITE_LOCKED', 'outOfReach'],
  ['EMFILE', 'tooManyFiles'],
  ['ENFILE', 'tooManyFiles'],
  [STORAGE_UNAVAILABLE, 'beginning'],
  // A storage thread that took too much ends, and another one begins.
  ['ERR_WORKER_OUT_OF_MEMORY', 'beginning'],
]);

/** ASCII, without a full stop: they stand in replies. */
export const STORAGE_TROUBLE_TEXTS: Readonly<Record<StorageTrouble, string>> = {
  full: 'The disk of this server is full, try again later',
  readOnly: 'The disk of this server cannot be written to, try again later',
  faulty: 'The disk of this server reports errors, try again later',
  damaged: 'Data of this server is damaged, its administrator has to look at it',
  outOfReach: 'This server cannot open one of its files at the moment, try again later',
  tooManyFiles: 'This server has too many files open at the moment, try again later',
  beginning: 'The storage of this server is starting again, try again later',
};

/** null where the error is about something else. */
export function storageTroubleOf(error: unknown): StorageTrouble | null {
  const code = codeOf(error);
  if (code === null) return null;
  const short = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  return TROUBLE_OF.get(short) ?? null;
}

/** What the system or the driver calls the error. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
