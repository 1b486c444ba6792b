/**
 * A folder as a place: a second disk, a USB stick, a share of the network.
 *
 * Invariants: an object is written under another name, synced, and renamed, and its folder synced: after a power cut it is whole or not
 * there. The folder itself is made only by makeFolder(): where a disk is not plugged in, its mount point must not be filled instead.
 */
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlaceProblem, type OctetRange, type Place, type PlaceTrouble, type StoredObject } from '../port.ts';

const UNFINISHED = '.unfinished';

const TROUBLES: Readonly<Record<string, PlaceTrouble>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENODEV: 'gone',
  ENXIO: 'gone',
  EIO: 'gone',
  ESTALE: 'gone',
  EHOSTDOWN: 'gone',
  ETIMEDOUT: 'gone',
  ENOTCONN: 'gone',
};

const WORDS: Readonly<Record<PlaceTrouble, string>> = {
  full: 'there is no room left',
  gone: 'it does not answer any more: is the disk still plugged in?',
  refused: 'we may not read or write there',
  missing: 'it is not there',
  other: 'it failed',
};

export class FolderPlace implements Place {
  readonly title: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.title = folder;
    this.#folder = folder;
  }

  /** Only where a repository is to be made. */
  async makeFolder(): Promise<void> {
    await this.#try('', () => makeFolders(this.#folder));
  }

  async list(folder: string): Promise<readonly StoredObject[]> {
    const path = join(this.#folder, folder);
    const names = await this.#try('', () => readdir(path).catch((error) => this.#emptyWhereNew(error)));
    const objects: StoredObject[] = [];
    for (const name of names) {
      const full = join(path, name);
      if (name.endsWith(UNFINISHED)) continue;
      const found = await this.#try(name, () => stat(full));
      if (found.isFile())
        objects.push({ name: folder === '' ? name : `${folder}/${name}`, octets: found.size });
    }
    return objects;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    const path = join(this.#folder, name);
    const folder = dirname(path);
    await this.#try(name, async () => {
      // Not recursive: the place itself must be there.
      if (folder !== this.#folder) await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
      try {
        await writeSynced(`${path}${UNFINISHED}`, octets);
        await rename(`${path}${UNFINISHED}`, path);
      } catch (error) {
        await rm(`${path}${UNFINISHED}`, { force: true }).catch(() => undefined);
        throw error;
      }
      await syncFolder(folder);
    });
  }

  get(name: string, range?: OctetRange): Promise<Uint8Array> {
    return this.#try(name, async () => {
      const file = await open(join(this.#folder, name), 'r');
      try {
        const { start, end } = range ?? { start: 0, end: (await file.stat()).size };
        const octets = Buffer.allocUnsafe(Math.max(0, end - start));
        const { bytesRead } = await file.read(octets, 0, octets.length, start);
        return octets.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    });
  }

  remove(name: string): Promise<void> {
    return this.#try(name, () => rm(join(this.#folder, name), { force: true }));
  }

  async freeOctets(): Promise<number | null> {
    const found = await statfs(this.#folder).catch(() => null);
    return found === null ? null : found.bavail * found.bsize;
  }

  /** A folder of objects that is not there holds none, if the place itself is there. */
  async #emptyWhereNew(error: NodeJS.ErrnoException): Promise<string[]> {
    if (error.code !== 'ENOENT') throw error;
    const isThere = await stat(this.#folder).then(
      () => true,
      () => false,
    );
    if (isThere) return [];
    throw new PlaceProblem('gone', `${this.title}: the folder is not there: is the disk plugged in?`);
  }

  async #try<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PlaceProblem) throw error;
      const { code = '', message } = error as NodeJS.ErrnoException;
      const trouble = code === 'ENOENT' ? await this.#whatIsMissing() : (TROUBLES[code] ?? 'other');
      const where = name === '' ? this.title : `${this.title}, ${name}`;
      throw new PlaceProblem(trouble, `${where}: ${WORDS[trouble]} (${message})`, { cause: error });
    }
  }

  async #whatIsMissing(): Promise<PlaceTrouble> {
    return stat(this.#folder).then(
      () => 'missing' as const,
      () => 'gone' as const,
    );
  }
}

/** With the folders above it. Node's own way to do that never ends where a file system refuses as if something were missing (/proc). */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function writeSynced(path: string, octets: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(octets);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no way to sync a directory; shares of the network may refuse it, and answer for themselves.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
    });
  } finally {
    await folder.close();
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
