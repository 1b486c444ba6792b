/** What the doctor saves of a sealed file that was damaged: the chunks up to the first that does not open, in a file of their own. */
import { randomBytes } from 'node:crypto';
import { openSync, closeSync, fsyncSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../connection.ts';
import { KEY_OCTETS } from './codec.ts';
import { fileKey, FileSealer, openWhatOpens } from './content-cipher.ts';
import { OFFICE } from './keyring.ts';

export interface DamagedFile {
  readonly contentId: number;
  readonly fileName: string;
  readonly dataKey: Uint8Array;
}

interface Place {
  readonly connection: Connection;
  readonly contentFolder: string;
}

/** The clear octets up to the first chunk that does not open. */
export function openDamaged(
  { connection, contentFolder }: Place,
  { contentId, fileName, dataKey }: DamagedFile,
): Uint8Array {
  const key = fileKey(connection.keyring.openDataKey(dataKey, contentId), fileName);
  return openWhatOpens(readFileSync(join(contentFolder, fileName)), key);
}

/** Answers the octets that were saved; the damaged file is named by nothing any more. */
export function salvageFile(place: Place, damaged: DamagedFile): Uint8Array {
  const { connection, contentFolder } = place;
  const { contentId, fileName } = damaged;
  const octets = openDamaged(place, damaged);
  const dataKey = randomBytes(KEY_OCTETS);
  const newName = `saved-${contentId}-${fileName}`;
  const sealer = new FileSealer(fileKey(dataKey, newName));
  writeSynced(join(contentFolder, newName), Buffer.concat([sealer.write(octets), sealer.end()]));
  const newKey = connection.keyring.wrap(dataKey, { contentId, holder: OFFICE });
  connection.run('UPDATE content SET file_name = ?, data_key = ? WHERE id = ?', newName, newKey, contentId);
  return octets;
}

function writeSynced(path: string, octets: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, octets);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
