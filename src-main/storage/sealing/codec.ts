/**
 * Codec: sealed values: AES-256-GCM (NIST SP 800-38D) with what the value is, and of which row, as associated data.
 *
 * Layout: marker (3 octets) | kind | key id (4) | nonce (12) | ciphertext | tag (16). The marker cannot begin a UTF-8 text; octets
 * that begin with it are quoted, so sealed and clear values are never taken for each other, whoever wrote them.
 * Invariants: a value opens only where it was sealed: pieces cannot be swapped between rows or columns. Nonces are random; a key
 * seals far fewer than 2^32 values (§8.3).
 */
import { createCipheriv, createDecipheriv, createHmac, randomFillSync, type KeyObject } from 'node:crypto';

export const KEY_OCTETS = 32;
export const NONCE_OCTETS = 12;
export const TAG_OCTETS = 16;

const ALGORITHM = 'aes-256-gcm';
const MARKER = Buffer.from([0xff, 0x50, 0x53]);
const KIND_AT = MARKER.length;
const KEY_ID_AT = KIND_AT + 1;
const NONCE_AT = KEY_ID_AT + 4;
const CIPHERTEXT_AT = NONCE_AT + NONCE_OCTETS;

const KINDS = { quoted: 0, text: 1, octets: 2 } as const;

/** A value cannot be opened: damaged, moved, or sealed with another key. */
export class SealBrokenError extends Error {
  override name = 'SealBrokenError' as const;
}

export interface SealingKey {
  readonly id: number;
  readonly key: KeyObject;
}

/** Octets that begin like a sealed value. */
export function isMarked(octets: Uint8Array): boolean {
  return octets[0] === MARKER[0] && octets[1] === MARKER[1] && octets[2] === MARKER[2];
}

export function isSealed(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && isMarked(value) && value[KIND_AT] !== KINDS.quoted;
}

/** The id of the key that a sealed value was sealed with. */
export function keyIdOf(sealed: Uint8Array): number {
  return view(sealed).readUInt32BE(KEY_ID_AT);
}

export function sealValue(value: string | Uint8Array, { id, key }: SealingKey, about: string): Buffer {
  return sealWith(value, { id, key, nonce: randomNonce() }, about);
}

/** The same text gives the same sealed value, so that it can be looked up; for names that are keys of rows. */
export function sealName(text: string, { id, key }: SealingKey, about: string): Buffer {
  const nonce = createHmac('sha256', key).update(about).update('\0').update(text).digest();
  return sealWith(text, { id, key, nonce: nonce.subarray(0, NONCE_OCTETS) }, about);
}

function sealWith(
  value: string | Uint8Array,
  { id, key, nonce }: SealingKey & { readonly nonce: Uint8Array },
  about: string,
): Buffer {
  const octets = typeof value === 'string' ? Buffer.from(value) : value;
  const head = Buffer.allocUnsafe(CIPHERTEXT_AT);
  MARKER.copy(head);
  head[KIND_AT] = typeof value === 'string' ? KINDS.text : KINDS.octets;
  head.writeUInt32BE(id, KEY_ID_AT);
  head.set(nonce, NONCE_AT);
  return Buffer.concat([head, ...encryptParts(octets, { key, nonce, about: aboutHead(head, about) })]);
}

export function openValue(sealed: Uint8Array, key: KeyObject, about: string): string | Uint8Array {
  if (sealed.length < CIPHERTEXT_AT + TAG_OCTETS) throw new SealBrokenError('a sealed value is too short');
  const octets = decrypt(sealed.subarray(CIPHERTEXT_AT), {
    key,
    nonce: sealed.subarray(NONCE_AT, CIPHERTEXT_AT),
    about: aboutHead(sealed, about),
  });
  return sealed[KIND_AT] === KINDS.text ? octets.toString() : octets;
}

/** The kind and the key are sealed as well. */
function aboutHead(head: Uint8Array, about: string): string {
  return `${head[KIND_AT]} ${keyIdOf(head)} ${about}`;
}

/** Clear octets as they are stored; see above. */
export function quoteOctets(octets: Uint8Array): Uint8Array {
  return isMarked(octets) ? Buffer.concat([MARKER, Buffer.of(KINDS.quoted), octets]) : octets;
}

export function unquoteOctets(octets: Uint8Array): Uint8Array {
  return isMarked(octets) && octets[KIND_AT] === KINDS.quoted ? octets.subarray(KEY_ID_AT) : octets;
}

export interface GcmInput {
  readonly key: KeyObject;
  readonly nonce: Uint8Array;
  readonly about: string;
}

/** Ciphertext and tag. */
export function encrypt(octets: Uint8Array, input: GcmInput): Buffer {
  return Buffer.concat(encryptParts(octets, input));
}

function encryptParts(octets: Uint8Array, { key, nonce, about }: GcmInput): readonly [Buffer, Buffer] {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_OCTETS });
  cipher.setAAD(Buffer.from(about));
  const ciphertext = cipher.update(octets);
  cipher.final();
  return [ciphertext, cipher.getAuthTag()];
}

export function decrypt(sealed: Uint8Array, { key, nonce, about }: GcmInput): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_OCTETS });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_OCTETS));
  const octets = decipher.update(sealed.subarray(0, sealed.length - TAG_OCTETS));
  try {
    decipher.final();
  } catch {
    throw new SealBrokenError('what is stored sealed was changed, moved, or sealed with another key');
  }
  return octets;
}

const POOL_OCTETS = 4_092;
const pool = Buffer.alloc(POOL_OCTETS);
let poolAt = POOL_OCTETS;

/** Of a pool: asking the system for twelve octets each time would cost as much as sealing. */
export function randomNonce(): Buffer {
  if (poolAt === POOL_OCTETS) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const nonce = Buffer.from(pool.subarray(poolAt, poolAt + NONCE_OCTETS));
  poolAt += NONCE_OCTETS;
  return nonce;
}

function view(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
