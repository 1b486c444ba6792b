/** The copy of the database from before its migrations: kept at an upgrade, put back by a rollback (roll-back.ts). */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Connection } from '../connection.ts';
import { renameDurably } from '../sync-folder.ts';

const MARK = '.before-migration-';

/** Keeps one, if there is none of this version yet; those from before earlier upgrades go. */
export function keepCopy(connection: Connection, path: string, version: number): void {
  const copy = copyBefore(path, version);
  if (existsSync(copy)) return;
  // What a crash has cut short is no copy: it gets its name when it is whole, and on disk.
  const begun = `${copy}.begun`;
  rmSync(begun, { force: true });
  connection.run('VACUUM INTO ?', begun);
  renameDurably(begun, copy);
  for (const older of versionsKept(path).filter((each) => each !== version)) rmSync(copyBefore(path, older));
}

/** Where the copy of the database at `path` lies from when it had this version. */
export function copyBefore(path: string, version: number): string {
  return `${path}${MARK}${version}`;
}

/** Versions of the copies beside the database, newest first. */
export function versionsKept(path: string): readonly number[] {
  const start = `${basename(path)}${MARK}`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(start))
    .map((name) => Number(name.slice(start.length)))
    .filter((version) => Number.isInteger(version))
    .sort((a, b) => b - a);
}
