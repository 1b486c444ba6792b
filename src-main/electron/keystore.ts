/**
 * Keystore: the data folder's key protected by the operating system's keystore (DPAPI, Keychain, libsecret), as Electron has it.
 *
 * Where the system has none (Linux without a secret service: Electron would use a key that is the same everywhere) the file is
 * plain, as the service's.
 */
import { join } from 'node:path';
import { KeyFile, KeyProblem, type KeyPlace, type KeyProtection } from '../storage/sealing/key-place.ts';
import { PLAIN_HEAD, plainProtection } from '../storage/sealing/key-protections.ts';

/** What is used of Electron's safeStorage. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  /** Only on Linux. */
  getSelectedStorageBackend?: () => string;
  encryptString(text: string): Buffer;
  decryptString(octets: Buffer): string;
}

/** After Electron is ready. */
export function openKeystore(dataFolder: string, safeStorage: SafeStorage): KeyPlace {
  const path = join(dataFolder, 'postroom.key');
  return new KeyFile(path, isUsable(safeStorage) ? keystoreProtection(safeStorage) : plainProtection);
}

/** Leaves the key as a plain file, which the folder's owner alone reads: for a service, which has nobody's keystore. */
export async function freeKey(dataFolder: string, safeStorage: SafeStorage): Promise<void> {
  const place = openKeystore(dataFolder, safeStorage);
  const keys = await place.read();
  if (keys !== null) await new KeyFile(place.path, plainProtection).write(keys);
}

function isUsable(safeStorage: SafeStorage): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend?.() !== 'basic_text';
}

function keystoreProtection(safeStorage: SafeStorage): KeyProtection {
  const isOwn = (octets: Uint8Array): boolean => !Buffer.from(octets).toString().startsWith(PLAIN_HEAD);
  return {
    kind: 'keystore',
    isOwn,
    protect: (keys) => Promise.resolve(safeStorage.encryptString(Buffer.from(keys).toString('base64'))),
    unprotect: async (octets) => {
      if (!isOwn(octets)) return plainProtection.unprotect(octets);
      try {
        return Buffer.from(safeStorage.decryptString(Buffer.from(octets)), 'base64');
      } catch (error) {
        throw new KeyProblem(
          `the system's keystore does not open the key in this data folder: ${String(error)}`,
        );
      }
    },
  };
}
