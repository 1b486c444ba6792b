/**
 * ContentFiles: the folder of large contents, one file each.
 *
 * Flow: MessageReceiver writes a file while a message arrives; the commit names it; readers read ranges of it.
 * Invariants: finish() resolves after the file and its directory are synced. A file is written once, under a new name.
 */
import { mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MakeId } from '../base/ids.ts';
import type { ContentSpool, SpoolFile, StagedContent } from '../mail/content/port.ts';
import { KEY_OCTETS } from './sealing/codec.ts';
import { fileKey, FileSealer, SealedRange } from './sealing/content-cipher.ts';
import { syncFolder } from './sync-folder.ts';

/** A large content's file, and the key that it is sealed with, if it is. */
export interface ContentFile {
  readonly fileName: string;
  readonly dataKey: Uint8Array | null;
}

export class ContentFiles implements ContentSpool {
  readonly #folder: string;
  readonly #makeId: MakeId;
  readonly #isNamed: (fileName: string) => boolean;
  readonly #isSealing: () => boolean;

  /** `isNamed`: whether a committed row names the file. */
  constructor(options: {
    folder: string;
    makeId: MakeId;
    isNamed: (fileName: string) => boolean;
    isSealing: () => boolean;
  }) {
    this.#folder = options.folder;
    this.#makeId = options.makeId;
    this.#isNamed = options.isNamed;
    this.#isSealing = options.isSealing;
  }

  async create(): Promise<SpoolFile> {
    const fileName = `${this.#makeId()}.eml`;
    const path = join(this.#folder, fileName);
    // wx: a name is never used twice
    const handle = await open(path, 'wx', 0o600);
    return {
      fileName,
      ...this.#writing(handle, fileName),
      abort: async () => {
        await handle.close();
        await unlink(path);
      },
    };
  }

  #writing(handle: FileHandle, fileName: string): Pick<SpoolFile, 'write' | 'finish' | 'dataKey'> {
    if (!this.#isSealing())
      return { write: (chunk) => writeAll(handle, chunk), finish: () => this.#finish(handle) };
    const dataKey = randomBytes(KEY_OCTETS);
    const sealer = new FileSealer(fileKey(dataKey, fileName));
    return {
      dataKey,
      write: (chunk) => writeAll(handle, sealer.write(chunk)),
      finish: async () => {
        await writeAll(handle, sealer.end());
        await this.#finish(handle);
      },
    };
  }

  async discard({ body }: StagedContent): Promise<void> {
    // A commit whose answer was lost (its thread died) may have happened all the same: then the file belongs to it.
    if (body.kind === 'file' && !this.#isNamed(body.fileName)) await this.remove(body.fileName);
  }

  readRange({ body }: StagedContent, start: number, end: number): Promise<Uint8Array> {
    if (body.kind === 'inline') return Promise.resolve(body.bytes.subarray(start, end));
    return this.readFile({ fileName: body.fileName, dataKey: body.dataKey ?? null }, start, end);
  }

  async readFile({ fileName, dataKey }: ContentFile, start: number, end: number): Promise<Uint8Array> {
    const handle = await open(join(this.#folder, fileName), 'r');
    try {
      if (dataKey === null) return await readOctets(handle, start, end);
      const range = new SealedRange({ start, end }, (await handle.stat()).size);
      return range.open(await readOctets(handle, range.start, range.end), fileKey(dataKey, fileName));
    } finally {
      await handle.close();
    }
  }

  async list(): Promise<readonly string[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return readdir(this.#folder);
  }

  /** Removes a file; one that is gone already is fine. */
  async remove(fileName: string): Promise<void> {
    await unlink(join(this.#folder, fileName)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  async #finish(handle: FileHandle): Promise<void> {
    await handle.sync();
    await handle.close();
    await syncFolder(this.#folder);
  }
}

async function readOctets(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const octets = Buffer.allocUnsafe(Math.max(0, end - start));
  const { bytesRead } = await handle.read(octets, 0, octets.length, start);
  return octets.subarray(0, bytesRead);
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}
