/**
 * Key place: where the master key lies: a file, outside the database, protected in one of three ways: by the file system alone, by a
 * passphrase, by the keystore of the operating system (electron/).
 *
 * Invariants: while the key is changed the file holds the old one and the new one, so that a crash between the file and the
 * database loses neither; the file is replaced as a whole, and its folder synced.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KEY_OCTETS } from './codec.ts';
import { syncFolder } from '../sync-folder.ts';

export type KeyProtectionKind = 'file' | 'passphrase' | 'keystore';

/** How the file's octets are protected. */
export interface KeyProtection {
  readonly kind: KeyProtectionKind;
  /** Whether the octets are protected in this way; a plain file may be taken over. */
  isOwn(octets: Uint8Array): boolean;
  protect(keys: Uint8Array): Promise<Uint8Array>;
  /** Rejects with KeyProblem where that cannot be done here. */
  unprotect(octets: Uint8Array): Promise<Uint8Array>;
}

/** The key is missing, or cannot be read here; the message says what to do. */
export class KeyProblem extends Error {
  override name = 'KeyProblem' as const;
}

export interface KeyPlace {
  readonly kind: KeyProtectionKind;
  readonly path: string;
  /** The newest first; null where there is no file. */
  read(): Promise<readonly Uint8Array[] | null>;
  write(keys: readonly Uint8Array[]): Promise<void>;
}

export class KeyFile implements KeyPlace {
  readonly path: string;
  readonly #protection: KeyProtection;

  constructor(path: string, protection: KeyProtection) {
    this.path = path;
    this.#protection = protection;
  }

  get kind(): KeyProtectionKind {
    return this.#protection.kind;
  }

  async read(): Promise<readonly Uint8Array[] | null> {
    const octets = await readFile(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new KeyProblem(`cannot read the key file ${this.path}: ${error.message}`);
    });
    if (octets === null) return null;
    const keys = await this.#protection.unprotect(octets);
    if (keys.length === 0 || keys.length % KEY_OCTETS !== 0)
      throw new KeyProblem(`${this.path} is no key file, or was made with another protection`);
    const list = Array.from({ length: keys.length / KEY_OCTETS }, (_, at) =>
      keys.slice(at * KEY_OCTETS, (at + 1) * KEY_OCTETS),
    );
    if (!this.#protection.isOwn(octets)) await this.write(list);
    return list;
  }

  async write(keys: readonly Uint8Array[]): Promise<void> {
    const octets = await this.#protection.protect(Buffer.concat(keys));
    const next = `${this.path}.next`;
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(octets);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, this.path);
    await syncFolder(dirname(this.path));
  }
}
