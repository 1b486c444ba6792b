/**
 * Credentials: how passwords are kept and compared.
 *
 * scrypt: RFC 7914; SCRAM-SHA-256 keys: RFC 5802 §3, RFC 7677. Flow: the directory hashes at change, compares at sign-in.
 * Invariants: comparison takes the same time whether or not the account exists; clear text is never kept: what makes
 * repeated sign-ins quick is remembered under a key that dies with the process.
 */
import { createHash, createHmac, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { StoredCredentials } from './store-port.ts';

const pbkdf2Async = promisify(pbkdf2);
/** 16 MiB and some 40 ms a guess: dear for a thief, bearable for a sign-in. */
const SCRYPT = { N: 16_384, r: 8, p: 1 };
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
/** RFC 7677 §4 asks for 4,096 at least. */
const SCRAM_ITERATIONS = 10_000;
/** A phone signs in every few minutes; this long a right password is not hashed again. */
const REMEMBER_MS = 10 * 60_000;
/** More than any small office has devices. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly until: number;
  readonly isRight: Promise<boolean>;
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

  async hash(password: string): Promise<StoredCredentials> {
    const normalized = normalize(password);
    const [scryptText, scramSha256] = await Promise.all([
      this.#hashScrypt(normalized),
      this.#hashScram(normalized),
    ]);
    return { scrypt: scryptText, scramSha256 };
  }

  /** `scrypt` is null for an account that does not exist: the answer is false, and takes as long. */
  verify(password: string, stored: string | null): Promise<boolean> {
    const normalized = normalize(password);
    if (stored === null) return this.#compare(normalized, DUMMY).then(() => false);
    const key = createHmac('sha256', this.#processKey)
      .update(stored)
      .update('\0')
      .update(normalized)
      .digest('base64');
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > this.#clock.now()) return known.isRight;
    const isRight = this.#compare(normalized, stored);
    this.#remember(key, isRight);
    return isRight;
  }

  /** The keys of RFC 5802 §3; for no account (null) they are made up, always the same for the same name. */
  scramKeys(stored: string | null, name: string) {
    const nonce = toBase64(this.#randomBytes(SALT_OCTETS));
    if (stored === null) {
      const salt = createHmac('sha256', this.#processKey).update(name.toLowerCase()).digest();
      const unknown = this.#randomBytes(KEY_OCTETS);
      const keys = { storedKey: unknown, serverKey: unknown, nonce };
      return { salt: salt.subarray(0, SALT_OCTETS), iterations: SCRAM_ITERATIONS, ...keys };
    }
    const [, iterations = '', salt = '', storedKey = '', serverKey = ''] = stored.split(/[$:]/u);
    const octets = (text: string) => Buffer.from(text, 'base64');
    const keys = { storedKey: octets(storedKey), serverKey: octets(serverKey), nonce };
    return { salt: octets(salt), iterations: Number(iterations), ...keys };
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
    const numbers = [SCRYPT.N, SCRYPT.r, SCRYPT.p].join('$');
    return `scrypt$${numbers}$${toBase64(salt)}$${toBase64(hash)}`;
  }

  async #hashScram(password: string): Promise<string> {
    const salt = this.#randomBytes(SALT_OCTETS);
    const salted = await pbkdf2Async(password, salt, SCRAM_ITERATIONS, KEY_OCTETS, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    const storedKey = createHash('sha256').update(clientKey).digest('base64');
    const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
    return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${toBase64(salt)}$${storedKey}:${serverKey}`;
  }

  async #compare(password: string, stored: string): Promise<boolean> {
    const [, N, r, p, salt = '', hash = ''] = stored.split('$');
    const expected = Buffer.from(hash, 'base64');
    const options = { N: Number(N), r: Number(r), p: Number(p) };
    const found = await scryptKey(password, Buffer.from(salt, 'base64'), options);
    return expected.length === found.length && timingSafeEqual(expected, found);
  }
}

/** Costs what a real one costs, and nothing matches it. */
const DUMMY = `scrypt$${SCRYPT.N}$${SCRYPT.r}$${SCRYPT.p}$${toBase64(new Uint8Array(SALT_OCTETS))}$`;

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
function normalize(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
