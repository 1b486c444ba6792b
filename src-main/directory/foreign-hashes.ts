/**
 * Passwords as another mail server has kept them: good for the first sign-in here, which keeps them our way.
 *
 * Flow: move-in → directory (replaceCredentials) → PasswordKeeper. Invariants: they are weaker than ours and live until they are used
 * once or changed (isOutdated is true for them); they match by PLAIN and LOGIN only, since SCRAM needs keys that nobody can make of them.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

const PREFIX = 'hmailserver$';
/** hMailServer puts as many characters of salt before the digest. */
const SHA256_SALT_CHARACTERS = 6;
const FORMS: Readonly<Record<number, RegExp>> = { 2: /^[0-9a-f]{32}$/iu, 3: /^.{6}[0-9a-f]{64}$/iu };

/** `encryption`: hMailServer's number of the form; null: nothing can be verified with it. */
export function foreignHash(password: string, encryption: number): string | null {
  return FORMS[encryption]?.test(password) === true ? `${PREFIX}${encryption}$${password}` : null;
}

export function isForeignHash(stored: string): boolean {
  return stored.startsWith(PREFIX);
}

export function matchesForeignHash(password: string, stored: string): boolean {
  const form = stored.charAt(PREFIX.length);
  const kept = stored.slice(PREFIX.length + 2);
  // It took the octets of the Windows code page.
  return (['utf8', 'latin1'] as const).some((encoding) => {
    const octets = Buffer.from(password, encoding);
    return form === '3' ? matchesSha256(octets, kept) : isSame(digestOf('md5', octets), kept);
  });
}

function matchesSha256(password: Buffer, kept: string): boolean {
  const salt = kept.slice(0, SHA256_SALT_CHARACTERS);
  const digest = digestOf('sha256', Buffer.concat([Buffer.from(salt), password]));
  return isSame(digest, kept.slice(SHA256_SALT_CHARACTERS));
}

function digestOf(algorithm: 'md5' | 'sha256', octets: Buffer): Buffer {
  return createHash(algorithm).update(octets).digest();
}

function isSame(digest: Buffer, hexadecimal: string): boolean {
  const expected = Buffer.from(hexadecimal, 'hex');
  return expected.length === digest.length && timingSafeEqual(expected, digest);
}
