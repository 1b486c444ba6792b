/**
 * SCRAM keys of a secret, as they are kept (RFC 5802 §3, RFC 5803).
 *
 * Invariants: all secrets of an account share one salt, because the server sends the salt before it can know which of them the
 * client has: a proof is then compared with each.
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScramHash } from '../protocol/sasl/exchange.ts';

const derive = promisify(pbkdf2);

/** RFC 7677 §4 asks for 4,096 at least; the client pays for them, and phones sign in often. */
export const SCRAM_ITERATIONS = 10_000;
export const SCRAM_SALT_OCTETS = 16;

const NAMES: Readonly<Record<ScramHash, string>> = { sha1: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256' };
const KEY_OCTETS: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 };

export interface StoredScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** `SCRAM-SHA-256$iterations:salt$storedKey:serverKey` */
export async function deriveScramKeys(hash: ScramHash, secret: string, salt: Uint8Array): Promise<string> {
  const salted = await derive(secret, salt, SCRAM_ITERATIONS, KEY_OCTETS[hash], hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  const storedKey = createHash(hash).update(clientKey).digest('base64');
  const serverKey = createHmac(hash, salted).update('Server Key').digest('base64');
  const saltText = Buffer.from(salt).toString('base64');
  return `${NAMES[hash]}$${SCRAM_ITERATIONS}:${saltText}$${storedKey}:${serverKey}`;
}

export function parseScramKeys(stored: string): StoredScramKeys {
  const [, iterations = '', salt = '', storedKey = '', serverKey = ''] = stored.split(/[$:]/u);
  const octets = (text: string) => Buffer.from(text, 'base64');
  return {
    salt: octets(salt),
    iterations: Number(iterations),
    storedKey: octets(storedKey),
    serverKey: octets(serverKey),
  };
}

/** Keys that no proof fits. */
export function impossibleKeys(hash: ScramHash, randomBytes: (count: number) => Uint8Array) {
  const key = randomBytes(KEY_OCTETS[hash]);
  return { storedKey: key, serverKey: key };
}
