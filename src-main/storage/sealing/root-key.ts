/**
 * Root key: what the master key wraps, and what wraps all other keys. It is made at the first start with a data folder, whether or not
 * anything is encrypted yet, so that encryption can be switched on while the server runs.
 *
 * Invariants: a folder whose key is not there, or another one, is refused before anything in it is touched; changing the master
 * key wraps the root key anew and nothing else.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Connection, rollBackJournal } from '../connection.ts';
import { KEY_OCTETS, openValue, SealBrokenError, sealValue } from './codec.ts';
import { KeyProblem, type KeyPlace } from './key-place.ts';

const ABOUT = 'root key';
/** The master key has no row. */
const MASTER_KEY_ID = 0;

export function wrapRootKey(rootKey: Uint8Array, masterKey: Uint8Array): Buffer {
  return sealValue(rootKey, { id: MASTER_KEY_ID, key: createSecretKey(masterKey) }, ABOUT);
}

/** Null where none of the keys is the right one. */
function unwrapRootKey(wrapped: Uint8Array, masterKeys: readonly Uint8Array[]) {
  for (const masterKey of masterKeys) {
    try {
      return { octets: openValue(wrapped, createSecretKey(masterKey), ABOUT) as Uint8Array, masterKey };
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
    }
  }
  return null;
}

/** What the writer gets: the root key of this folder, with its wrapped form where it is new. */
export interface RootKey {
  readonly octets: Uint8Array;
  /** To be stored; null: it is stored already. */
  readonly wrapped: Uint8Array | null;
}

/** Rejects with KeyProblem. */
export async function openRootKey(databasePath: string, place: KeyPlace): Promise<RootKey> {
  const wrapped = existsSync(databasePath) ? readWrapped(databasePath) : null;
  const masterKeys = await place.read();
  if (wrapped !== null) {
    if (masterKeys === null)
      throw new KeyProblem(
        `the data folder's key ${place.path} is not there: put the key file back, or say where it lies (--key-file); without it nothing in the folder can be read`,
      );
    const opened = unwrapRootKey(wrapped, masterKeys);
    if (opened === null)
      throw new KeyProblem(
        `the key in ${place.path} is not the one of this data folder: give the right one (--key-file)`,
      );
    // A change of the key was cut off: from now on there is one again.
    if (masterKeys.length > 1) await place.write([opened.masterKey]);
    return { octets: opened.octets, wrapped: null };
  }
  const masterKey = masterKeys?.[0] ?? randomBytes(KEY_OCTETS);
  if (masterKeys === null) await place.write([masterKey]);
  const octets = randomBytes(KEY_OCTETS);
  return { octets, wrapped: wrapRootKey(octets, masterKey) };
}

/** As it is in the database; null where there is none yet, or the database is of before. */
function readWrapped(databasePath: string): Uint8Array | null {
  rollBackJournal(databasePath);
  const connection = new Connection(databasePath, { readonly: true });
  try {
    const table = connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'sealing'");
    if (table === undefined) return null;
    return connection.get<{ root_key: Uint8Array | null }>('SELECT root_key FROM sealing')?.root_key ?? null;
  } finally {
    connection.close();
  }
}
