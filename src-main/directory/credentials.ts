/**
 * Credentials: how passwords are kept and compared.
 *
 * scrypt: RFC 7914. Flow: the directory hashes at change, the sign-in compares.
 * Invariants: comparison takes the same time whether or not the account exists; clear text is never kept: what makes
 * repeated sign-ins quick is remembered under a key that dies with the process.
 */
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import { isForeignHash, matchesForeignHash } from './foreign-hashes.ts';
import { deriveScramKeys, parseScramKeys, SCRAM_SALT_OCTETS } from './scram-keys.ts';
import type { StoredCredentials } from './store-port.ts';

/** 16 MiB and some 40 ms a guess: dear for a thief, bearable for a sign-in. */
const SCRYPT = { N: 16_384, r: 8, p: 1 };
const SCRYPT_PREFIX = `scrypt$${SCRYPT.N}$${SCRYPT.r}$${SCRYPT.p}$`;
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
/** A phone signs in every few minutes; this long a right password is not hashed again. */
const REMEMBER_MS = 10 * 60_000;
/** More than any small office has devices. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly until: number;
  readonly isRight: Promise<boolean>;
}

export interface HashOptions {
  readonly before?: StoredCredentials | null;
  /** SCRAM-SHA-1 keys too, for old programs. */
  readonly withSha1?: boolean;
}

export class PasswordKeeper {
  readonly #clock: Clock;
  readonly #randomBytes: RandomBytes;
  readonly #processKey: Uint8Array;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: { clock: Clock; randomBytes: RandomBytes }) {
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes;
    this.#processKey = options.randomBytes(KEY_OCTETS);
  }

  /** `before`: what the account had, whose salt for SCRAM stays, since its app passwords have the same. */
  async hash(password: string, options: HashOptions = {}): Promise<StoredCredentials> {
    const normalized = normalizePassword(password);
    const salt = options.before?.scramSha256 ? parseScramKeys(options.before.scramSha256).salt : this.#salt();
    const [scryptText, scramSha256, scramSha1] = await Promise.all([
      this.#hashScrypt(normalized),
      deriveScramKeys('sha256', normalized, salt),
      options.withSha1 === true ? deriveScramKeys('sha1', normalized, salt) : null,
    ]);
    return { scrypt: scryptText, scramSha256, ...(scramSha1 !== null && { scramSha1 }) };
  }

  /** Whether a right password should be hashed anew: by today's costs, with the keys that are asked for. */
  isOutdated(stored: StoredCredentials, { withSha1 }: { withSha1: boolean }): boolean {
    return !stored.scrypt.startsWith(SCRYPT_PREFIX) || withSha1 !== (stored.scramSha1 !== undefined);
  }

  /** The same for the same name while this process runs: what a name that nobody has is answered with. */
  inventedSalt(name: string): Uint8Array {
    const salt = createHmac('sha256', this.#processKey).update(name.toLowerCase()).digest();
    return salt.subarray(0, SCRAM_SALT_OCTETS);
  }

  /** A mark of a secret by which it is known again, and from which it cannot be had. */
  markOf(...parts: readonly string[]): string {
    return createHmac('sha256', this.#processKey).update(parts.join('\0')).digest('base64');
  }

  /** Whether verify() would answer without hashing. */
  isRemembered(password: string, stored: string): boolean {
    const known = this.#remembered.get(this.markOf(stored, normalizePassword(password)));
    return known !== undefined && known.until > this.#clock.now();
  }

  /** `scrypt` is null for an account that does not exist: the answer is false, and takes as long. */
  verify(password: string, stored: string | null): Promise<boolean> {
    const normalized = normalizePassword(password);
    if (stored === null) return this.#compare(normalized, DUMMY).then(() => false);
    const key = this.markOf(stored, normalized);
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > this.#clock.now()) return known.isRight;
    const isRight = this.#compare(normalized, stored);
    this.#remember(key, isRight);
    return isRight;
  }

  #salt(): Uint8Array {
    return this.#randomBytes(SCRAM_SALT_OCTETS);
  }

  #remember(key: string, isRight: Promise<boolean>): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { until: this.#clock.now() + REMEMBER_MS, isRight });
    // A wrong guess costs its full price every time.
    const forget = () => void this.#remembered.delete(key);
    isRight.then((right) => (right ? undefined : forget()), forget);
  }

  async #hashScrypt(password: string): Promise<string> {
    const salt = this.#randomBytes(SALT_OCTETS);
    const hash = await scryptKey(password, salt, SCRYPT);
    return `${SCRYPT_PREFIX}${toBase64(salt)}$${toBase64(hash)}`;
  }

  async #compare(password: string, stored: string): Promise<boolean> {
    if (isForeignHash(stored)) return matchesForeignHash(password, stored);
    const [, N, r, p, salt = '', hash = ''] = stored.split('$');
    const expected = Buffer.from(hash, 'base64');
    const options = { N: Number(N), r: Number(r), p: Number(p) };
    const found = await scryptKey(password, Buffer.from(salt, 'base64'), options);
    return expected.length === found.length && timingSafeEqual(expected, found);
  }
}

/** Costs what a real one costs, and nothing matches it. */
const DUMMY = `${SCRYPT_PREFIX}${toBase64(new Uint8Array(SALT_OCTETS))}$`;

function scryptKey(password: string, salt: Uint8Array, options: typeof SCRYPT): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_OCTETS, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function toBase64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

/** RFC 8265 §4.2.1 (OpaqueString), as far as passwords people type need it: NFC, all spaces alike. */
export function normalizePassword(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
