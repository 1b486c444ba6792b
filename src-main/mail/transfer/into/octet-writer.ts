/** Octet writer: gathers small pieces into large writes. */
import type { FileHandle } from 'node:fs/promises';
import { PIECE_OCTETS } from '../limits.ts';

const LF = 0x0a;

export class OctetWriter {
  readonly #handle: FileHandle;
  #pieces: Uint8Array[] = [];
  #octets = 0;
  #lastOctet = LF;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Whether the last octet written ends a line. */
  get endsLine(): boolean {
    return this.#lastOctet === LF;
  }

  async write(piece: Uint8Array): Promise<void> {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#octets += piece.length;
    this.#lastOctet = piece.at(-1) ?? LF;
    if (this.#octets >= PIECE_OCTETS) await this.flush();
  }

  async flush(): Promise<void> {
    const octets = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#octets = 0;
    for (let at = 0; at < octets.length;)
      at += (await this.#handle.write(octets, at, octets.length - at)).bytesWritten;
  }
}
