/**
 * Messages from a zip archive: `.eml` files, and mbox files as Google Takeout makes them.
 *
 * Flow: yauzl → one file at a time in a scratch folder → the readers of files. Invariants: no more than one file of the archive
 * is unpacked at a time, into a name of ours, so no name in the archive leads anywhere; a file larger than the disk has room
 * for is not begun.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import { readEmlFile } from './eml-files.ts';
import { isEml, isMbox } from './file-kinds.ts';
import { readMboxFile } from './mbox-files.ts';
import type { FoundFile } from './walk-folder.ts';
import type { ImportSource, SourceMessage } from '../port.ts';
import { TransferStop } from '../transfer-log.ts';

/** What mbox files are called; everything else in an archive is not unpacked to be looked at. */
const MBOX_NAMES: ReadonlySet<string> = new Set(['', '.mbox', '.mbx']);

export class ZipSource implements ImportSource {
  readonly format = 'zip';
  readonly totalMessages = null;
  readonly totalOctets: number;
  readonly #path: string;
  readonly #scratchFolder: string;
  #finished = 0;
  #current = 0;

  private constructor(place: { path: string; scratchFolder: string }, totalOctets: number) {
    this.#path = place.path;
    this.#scratchFolder = place.scratchFolder;
    this.totalOctets = totalOctets;
  }

  /** `scratchFolder` is made where it does not exist. */
  static async open(place: { path: string; scratchFolder: string }): Promise<ZipSource> {
    let totalOctets = 0;
    for await (const octets of withZip(place.path, sizesOf)) totalOctets += octets;
    return new ZipSource(place, totalOctets);
  }

  octetsRead(): number {
    return this.#finished + this.#current;
  }

  async *messages(): AsyncGenerator<SourceMessage> {
    await mkdir(this.#scratchFolder, { recursive: true, mode: 0o700 });
    const scratch = await mkdtemp(join(this.#scratchFolder, '.unpacked-'));
    try {
      yield* withZip(this.#path, (zip) => this.#read(zip, join(scratch, 'file')));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#read(zip: ZipFile, path: string): AsyncGenerator<SourceMessage> {
    for await (const entry of zip.eachEntry()) {
      if (!isMail(entry)) continue;
      yield* this.#readFile(await unpack(zip, entry, path));
      this.#current = 0;
      this.#finished += entry.uncompressedSize;
    }
  }

  async *#readFile(file: FoundFile): AsyncGenerator<SourceMessage> {
    if (isEml(file.levels.at(-1) ?? '')) yield* readEmlFile(file);
    else if (await isMbox(file.path)) yield* readMboxFile(file, 'auto', (octets) => (this.#current = octets));
  }
}

async function* sizesOf(zip: ZipFile): AsyncGenerator<number> {
  for await (const entry of zip.eachEntry()) if (isMail(entry)) yield entry.uncompressedSize;
}

function isMail({ fileName }: Entry): boolean {
  // What macOS adds of its own.
  if (fileName.endsWith('/') || fileName.startsWith('__MACOSX/')) return false;
  return isEml(fileName) || MBOX_NAMES.has(extname(fileName).toLowerCase());
}

/** Lets `use` read an archive, and closes it whatever happens. */
async function* withZip<T>(path: string, use: (zip: ZipFile) => AsyncIterable<T>): AsyncGenerator<T> {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(path, { autoClose: false });
  try {
    yield* use(zip);
  } finally {
    zip.close();
  }
}

async function unpack(zip: ZipFile, entry: Entry, path: string): Promise<FoundFile> {
  const { fileName, uncompressedSize: sizeBytes } = entry;
  const fail = (reason: string) => new TransferStop({ kind: 'failed', reason: `${fileName}: ${reason}` });
  if (entry.isEncrypted()) throw fail('the archive is protected by a password');
  const { bavail, bsize } = await statfs(join(path, '..'));
  if (sizeBytes > bavail * bsize) throw fail('the disk has no room to unpack it');
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode: 0o600 }));
  return { path, levels: fileName.split('/'), sizeBytes, modifiedAt: entry.getLastModDate().getTime() };
}
