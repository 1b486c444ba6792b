/**
 * Deflate stream: a connection whose octets are compressed both ways (RFC 1951 raw deflate, for COMPRESS of RFC 4978).
 *
 * Flow: line channel ↔ here ↔ socket. Invariants: what is written at once can be read at once by the peer (a sync flush per
 * write); input is inflated no faster than it is read, so that a small input cannot fill the memory; one end breaks the other.
 */
import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import type { DeflateRaw, InflateRaw } from 'node:zlib';

/** About 48 KiB per session instead of 256 KiB; mail compresses nearly as well. */
const DEFLATE_OPTIONS = { windowBits: 13, memLevel: 6 };

export class DeflateStream extends Duplex {
  readonly #socket: Duplex;
  readonly #deflate: DeflateRaw;
  readonly #inflate: InflateRaw;
  #isSocketFull = false;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    this.#deflate = createDeflateRaw(DEFLATE_OPTIONS);
    this.#inflate = createInflateRaw();
    this.#deflate.on('data', (chunk: Buffer) => {
      this.#isSocketFull = !socket.write(chunk);
    });
    this.#inflate.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) this.#inflate.pause();
    });
    this.#inflate.once('end', () => this.push(null));
    // What cannot be inflated is no peer that can be talked to; one that goes in the middle of a block is simply gone.
    this.#inflate.once('error', () => this.destroy());
    this.#deflate.once('error', () => this.destroy());
    socket.once('error', () => this.destroy());
    socket.once('close', () => this.destroy());
    socket.pipe(this.#inflate);
  }

  override _read(): void {
    this.#inflate.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#deflate.write(chunk);
    this.#flush(done);
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.#deflate.write(chunk);
    this.#flush(done);
  }

  override _final(done: () => void): void {
    this.#deflate.once('end', () => this.#socket.end(done));
    this.#deflate.end();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.unpipe(this.#inflate);
    this.#socket.destroy();
    this.#deflate.destroy();
    this.#inflate.destroy();
    done(error);
  }

  #flush(done: () => void): void {
    this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
      if (this.#isSocketFull) this.#socket.once('drain', done);
      else done();
    });
  }
}
