/** A zip archive of `.eml` files, a folder for each mailbox: one file to carry away. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ZipFile } from 'yazl';
import { LineRewriter } from '../../../format/line-rewriter.ts';
import { formatStatusFields } from '../../../format/status-fields.ts';
import { toPathLevels } from '../mailbox-paths.ts';
import type { ExportTarget, LeavingMessage } from '../port.ts';
import { emlNameOf } from './eml-target.ts';

export class ZipTarget implements ExportTarget {
  readonly #zip: ZipFile;
  readonly #file: WriteStream;
  readonly #written: Promise<void>;
  #folder = '';
  /** A message ended in the middle: the archive can have no end. */
  #isBroken = false;

  private constructor(zip: ZipFile, file: WriteStream) {
    this.#zip = zip;
    this.#file = file;
    this.#zip.on('error', () => (this.#isBroken = true));
    this.#written = pipeline(this.#zip.outputStream, file);
    // Heard of by whoever writes next.
    this.#written.catch(() => undefined);
  }

  /** The file must not exist. */
  static async create(path: string): Promise<ZipTarget> {
    const { ZipFile } = await import('yazl');
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
    await once(file, 'open');
    return new ZipTarget(new ZipFile(), file);
  }

  openMailbox(name: string): Promise<void> {
    this.#folder = toPathLevels(name).join('/');
    return Promise.resolve();
  }

  async write(message: LeavingMessage): Promise<void> {
    const octets = Readable.from(textOf(message), { objectMode: false });
    const mtime = new Date(message.internalDate);
    this.#zip.addReadStream(octets, `${this.#folder}/${emlNameOf(message)}`, { mtime, mode: 0o100600 });
    try {
      // One message at a time, so that memory does not grow; where the disk is full it is the archive that ends.
      await Promise.race([finished(octets, { writable: false }), this.#written]);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  closeMailbox(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#isBroken) return void this.#file.destroy();
    this.#zip.end();
    await this.#written;
  }
}

async function* textOf(message: LeavingMessage): AsyncGenerator<Uint8Array> {
  yield Buffer.from(formatStatusFields(message.flags));
  const rewriter = new LineRewriter({ lineEnd: 'crlf' });
  for await (const chunk of message.octets()) yield rewriter.push(chunk);
  yield rewriter.end();
}
