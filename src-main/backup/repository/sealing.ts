/**
 * Sealing of a repository: its keys, names of chunks, and octets that mean nothing without the recovery key.
 *
 * Keys: HKDF-SHA-256 (RFC 5869) of the recovery key and the repository's id gives one key for names and one for contents, so that one
 * recovery key serves several places. A chunk's name is an HMAC of what stands in it: equal chunks are found, nobody else can
 * tell what they are. Contents: zstd (RFC 8878) where that makes them smaller, then AES-256-GCM (NIST SP 800-38D) with what they are as
 * associated data, so that objects cannot be swapped.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const ALGORITHM = 'aes-256-gcm';
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const KEY_OCTETS = 32;
const PLAIN = 0;
const COMPRESSED = 1;
/** What is smaller is not worth the attempt. */
const LEAST_COMPRESSED_OCTETS = 128;
/** Fast: the disk or the line is what a backup waits for, and mail must not wait for the backup. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** 32 octets as hexadecimal digits. */
export type ChunkId = string;

/** Sealed octets were changed, cut, or sealed with another key. */
export class BrokenSealError extends Error {
  override name = 'BrokenSealError' as const;
}

export class RepositoryKeys {
  readonly #names: Uint8Array;
  readonly #contents: Uint8Array;

  constructor(recoveryKey: Uint8Array, repositoryId: string) {
    const derive = (purpose: string) =>
      new Uint8Array(hkdfSync('sha256', recoveryKey, repositoryId, `postroom backup ${purpose}`, KEY_OCTETS));
    this.#names = derive('names');
    this.#contents = derive('contents');
  }

  nameOf(chunk: Uint8Array): ChunkId {
    return createHmac('sha256', this.#names).update(chunk).digest('hex');
  }

  /** `about`: the object's name, or the chunk's. */
  seal(octets: Uint8Array, about: string): Buffer {
    const nonce = randomBytes(NONCE_OCTETS);
    const packed = octets.length < LEAST_COMPRESSED_OCTETS ? octets : zstdCompressSync(octets, LEVEL);
    const isSmaller = packed.length < octets.length;
    const cipher = createCipheriv(ALGORITHM, this.#contents, nonce, { authTagLength: TAG_OCTETS });
    cipher.setAAD(Buffer.from(about));
    const head = cipher.update(Buffer.of(isSmaller ? COMPRESSED : PLAIN));
    const body = cipher.update(isSmaller ? packed : octets);
    cipher.final();
    return Buffer.concat([nonce, head, body, cipher.getAuthTag()]);
  }

  /** Throws BrokenSealError. */
  open(sealed: Uint8Array, about: string): Buffer {
    if (sealed.length < NONCE_OCTETS + 1 + TAG_OCTETS) throw new BrokenSealError(`${about} is too short`);
    const nonce = sealed.subarray(0, NONCE_OCTETS);
    const decipher = createDecipheriv(ALGORITHM, this.#contents, nonce, { authTagLength: TAG_OCTETS });
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_OCTETS));
    const octets = decipher.update(sealed.subarray(NONCE_OCTETS, sealed.length - TAG_OCTETS));
    try {
      decipher.final();
    } catch {
      throw new BrokenSealError(`${about} was changed, or sealed with another key`);
    }
    const body = octets.subarray(1);
    return octets[0] === COMPRESSED ? zstdDecompressSync(body) : body;
  }
}
