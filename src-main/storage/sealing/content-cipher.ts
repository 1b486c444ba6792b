/**
 * Content cipher: a content's octets under a key of its own (its data key): whole where they lie in a row, in chunks where they lie
 * in a file, so that a range is read without the rest.
 *
 * File: chunks of CHUNK_OCTETS, each followed by its tag; the nonce is the chunk's number (each file has its own key, derived), and
 * the last chunk says that it is, so a file that was cut short does not open.
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import {
  decrypt,
  encrypt,
  KEY_OCTETS,
  NONCE_OCTETS,
  randomNonce,
  SealBrokenError,
  TAG_OCTETS,
} from './codec.ts';

export const CHUNK_OCTETS = 64 * 1024;
const SEALED_CHUNK_OCTETS = CHUNK_OCTETS + TAG_OCTETS;

/** What of a content lies in its rows. */
export type ContentPart = 'octets' | 'index';

/** nonce | ciphertext | tag. */
export function sealPart(octets: Uint8Array, key: KeyObject, part: ContentPart): Buffer {
  const nonce = randomNonce();
  return Buffer.concat([nonce, encrypt(octets, { key, nonce, about: `content ${part}` })]);
}

export function openPart(sealed: Uint8Array, key: KeyObject, part: ContentPart): Buffer {
  if (sealed.length < NONCE_OCTETS + TAG_OCTETS) throw new SealBrokenError('a sealed content is too short');
  const nonce = sealed.subarray(0, NONCE_OCTETS);
  return decrypt(sealed.subarray(NONCE_OCTETS), { key, nonce, about: `content ${part}` });
}

/** How many octets a part has in the clear. */
export function clearPartSize(sealedSize: number): number {
  return sealedSize - NONCE_OCTETS - TAG_OCTETS;
}

/** How large the file of a content is. An empty one has a chunk too. */
export function sealedFileSize(size: number): number {
  return size + Math.max(1, Math.ceil(size / CHUNK_OCTETS)) * TAG_OCTETS;
}

export function clearFileSize(sealedSize: number): number {
  return sealedSize - Math.max(1, Math.ceil(sealedSize / SEALED_CHUNK_OCTETS)) * TAG_OCTETS;
}

export function fileKey(dataKey: Uint8Array, fileName: string): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', dataKey, '', `content file ${fileName}`, KEY_OCTETS)),
  );
}

function chunkInput(key: KeyObject, number: number, isLast: boolean) {
  const nonce = Buffer.alloc(NONCE_OCTETS);
  nonce.writeUInt32BE(number, NONCE_OCTETS - 4);
  return { key, nonce, about: isLast ? 'last chunk' : 'chunk' };
}

/** Makes the file's octets from what arrives. */
export class FileSealer {
  readonly #key: KeyObject;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #number = 0;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** The chunks that are full now; a copy of the rest is kept. */
  write(octets: Uint8Array): Buffer {
    this.#waiting.push(Uint8Array.from(octets));
    this.#waitingOctets += octets.length;
    // A full chunk that may be the last one waits.
    if (this.#waitingOctets <= CHUNK_OCTETS) return Buffer.alloc(0);
    const clear = Buffer.concat(this.#waiting);
    const sealed: Buffer[] = [];
    let at = 0;
    for (; clear.length - at > CHUNK_OCTETS; at += CHUNK_OCTETS) {
      sealed.push(this.#seal(clear.subarray(at, at + CHUNK_OCTETS), false));
    }
    this.#waiting = [clear.subarray(at)];
    this.#waitingOctets = clear.length - at;
    return Buffer.concat(sealed);
  }

  end(): Buffer {
    return this.#seal(Buffer.concat(this.#waiting), true);
  }

  #seal(chunk: Uint8Array, isLast: boolean): Buffer {
    return encrypt(chunk, chunkInput(this.#key, this.#number++, isLast));
  }
}

/** Where the chunks of a clear range lie in a file, and how they are opened. */
export class SealedRange {
  /** Octets of the file to read. */
  readonly start: number;
  readonly end: number;
  readonly #first: number;
  readonly #chunks: number;
  readonly #range: { readonly start: number; readonly end: number };

  constructor(range: { start: number; end: number }, sealedSize: number) {
    const size = clearFileSize(sealedSize);
    const start = Math.min(Math.max(0, range.start), size);
    const end = Math.max(start, Math.min(range.end, size));
    this.#range = { start, end };
    this.#chunks = Math.max(1, Math.ceil(sealedSize / SEALED_CHUNK_OCTETS));
    this.#first = Math.min(Math.floor(start / CHUNK_OCTETS), this.#chunks - 1);
    const last = Math.min(Math.max(this.#first, Math.ceil(end / CHUNK_OCTETS) - 1), this.#chunks - 1);
    this.start = this.#first * SEALED_CHUNK_OCTETS;
    this.end = Math.min(sealedSize, (last + 1) * SEALED_CHUNK_OCTETS);
  }

  /** `sealed` is what lies between start and end. */
  open(sealed: Uint8Array, key: KeyObject): Buffer {
    const clear: Buffer[] = [];
    for (let at = 0, number = this.#first; at < sealed.length; at += SEALED_CHUNK_OCTETS, number++) {
      const chunk = sealed.subarray(at, at + SEALED_CHUNK_OCTETS);
      if (chunk.length < TAG_OCTETS) throw new SealBrokenError('a sealed file was cut short');
      clear.push(decrypt(chunk, chunkInput(key, number, number === this.#chunks - 1)));
    }
    const from = this.#first * CHUNK_OCTETS;
    return Buffer.concat(clear).subarray(this.#range.start - from, this.#range.end - from);
  }
}

/** The clear octets up to the first chunk that does not open; of a file that was cut short, the last one that is whole. */
export function openWhatOpens(sealed: Uint8Array, key: KeyObject): Buffer {
  const clear: Buffer[] = [];
  for (let at = 0, number = 0; at < sealed.length; at += SEALED_CHUNK_OCTETS, number++) {
    const chunk = openChunk(sealed.subarray(at, at + SEALED_CHUNK_OCTETS), key, number);
    if (chunk === null) break;
    clear.push(chunk);
  }
  return Buffer.concat(clear);
}

function openChunk(sealed: Uint8Array, key: KeyObject, number: number): Buffer | null {
  for (const isLast of [false, true]) {
    try {
      return decrypt(sealed, chunkInput(key, number, isLast));
    } catch {
      // Cut short, damaged, or the other kind of chunk.
    }
  }
  return null;
}
