/**
 * What whoever writes a data folder does before the first request: migrations, and the tidying up after an end in the middle of things.
 *
 * Flow: writer worker (storage-worker.ts) → here. Invariants: files that no committed row names are of messages that were
 * arriving, or leaving, when the program was cut off; nothing else is removed.
 */
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from './connection.ts';
import { namedFiles } from './content-store.ts';
import { examineQuickly } from './doctor/examine.ts';
import type { DoctorFinding } from './doctor/findings.ts';
import { migrate } from './migrations/index.ts';
import { OFFICE } from './sealing/keyring.ts';
import { makeFolderDurably } from './sync-folder.ts';
import type { WorkerSetup } from './worker-messages.ts';

export type WritingSetup = Omit<WorkerSetup, 'mode'>;

/** Answers what a disk may have lost, where the last one to have the folder was cut off. */
export function beginWriting(connection: Connection, setup: WritingSetup): readonly DoctorFinding[] {
  prepareDatabase(connection, setup);
  makeFolderDurably(setup.contentFolder);
  if (!setup.isReplacement) removeUnnamedFiles(connection, setup.contentFolder);
  return setup.wasCut ? examineQuickly(connection, setup.contentFolder) : [];
}

function prepareDatabase(
  connection: Connection,
  { databasePath, newRootKey, encryptsNew }: WritingSetup,
): void {
  const isNew = connection.pragma('user_version') === 0;
  migrate(connection, databasePath);
  if (newRootKey !== null) connection.run('UPDATE sealing SET root_key = ?', newRootKey);
  if (isNew && encryptsNew) {
    connection.run("UPDATE sealing SET state = 'on'");
    connection.keyring.makeKey(OFFICE);
  }
  connection.keyring.refresh();
}

function removeUnnamedFiles(connection: Connection, folder: string): void {
  const files = readdirSync(folder);
  const named = namedFiles(connection, files);
  removeFiles(
    folder,
    files.filter((file) => !named.has(file)),
  );
}

/** Deletes files that nothing names any more; one that cannot be deleted now goes at the next start. */
export function removeFiles(folder: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      unlinkSync(join(folder, name));
    } catch {
      // An antivirus may hold it; it takes space until the next start, nothing more.
    }
  }
}
