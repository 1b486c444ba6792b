/**
 * SCRAM-SHA-256, client side (RFC 5802, RFC 7677), without channel binding.
 *
 * Invariants: the password never leaves; a server that cannot prove that it knows it too is not believed.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { err, ok, type Result } from '../../base/result.ts';

const derive = promisify(pbkdf2);

/** RFC 7677 §4: fewer make the stored keys too easy to guess. */
const MIN_ITERATIONS = 4_096;
/** Each costs us time: a server may not ask for hours of it. */
const MAX_ITERATIONS = 1_000_000;
const KEY_OCTETS = 32;

/** RFC 5802 §6: no channel binding. */
const GS2_HEADER = 'n,,';

export class ScramSha256Client {
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | undefined;

  /** `nonce`: printable and unpredictable, without a comma. */
  constructor(credentials: { user: string; password: string }, nonce: string) {
    this.#password = credentials.password.normalize('NFKC');
    this.#nonce = nonce;
    const name = credentials.user.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#firstBare = `n=${name},r=${nonce}`;
  }

  get firstMessage(): string {
    return GS2_HEADER + this.#firstBare;
  }

  /** Answers the server's challenge; the error is a sentence. */
  async respond(serverFirst: string): Promise<Result<string, string>> {
    const challenge = this.#readChallenge(serverFirst);
    if (!challenge.ok) return challenge;
    const { nonce, salt, iterations } = challenge.value;
    const salted = await derive(this.#password, salt, iterations, KEY_OCTETS, 'sha256');
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const authMessage = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    return ok(`${withoutProof},p=${proof.toString('base64')}`);
  }

  /** Whether the server has proved that it knows the password's keys. */
  isProvedBy(serverFinal: string): boolean {
    const value = /^v=([^,]+)/u.exec(serverFinal)?.[1];
    if (value === undefined || this.#serverSignature === undefined) return false;
    const given = Buffer.from(value, 'base64');
    return given.length === KEY_OCTETS && timingSafeEqual(given, this.#serverSignature);
  }

  #readChallenge(serverFirst: string): Result<{ nonce: string; salt: Buffer; iterations: number }, string> {
    const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})(?:,|$)/u.exec(serverFirst);
    const [, nonce = '', salt = '', count = ''] = match ?? [];
    if (match === null) return err('The host sent a SCRAM challenge that is none');
    const isOurs = nonce.startsWith(this.#nonce) && nonce.length > this.#nonce.length;
    if (!isOurs) return err('The host answered to the nonce of somebody else');
    const iterations = Number(count);
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      return err(`The host asked for ${iterations} rounds of SCRAM`);
    }
    return ok({ nonce, salt: Buffer.from(salt, 'base64'), iterations });
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
