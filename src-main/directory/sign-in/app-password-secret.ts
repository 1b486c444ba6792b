/** The secret of an app password: how it is made, known again, and kept. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '../../base/ids.ts';

/** Without letters that look like others; 16 of 25 are 74 bits. */
const LETTERS = 'abcdefghjkmnopqrstuvwxyz';
const GROUPS = 4;
const GROUP_LETTERS = 4;
const SALT_OCTETS = 16;

/** `abcd-efgh-jkmn-pqrs` */
export function makeAppSecret(randomBytes: RandomBytes): string {
  const group = () => Array.from({ length: GROUP_LETTERS }, () => randomLetter(randomBytes)).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** Octets beyond the last whole run of letters are thrown away, so that no letter is likelier than another. */
function randomLetter(randomBytes: RandomBytes): string {
  const end = 256 - (256 % LETTERS.length);
  for (;;) {
    const [octet = end] = randomBytes(1);
    if (octet < end) return LETTERS.charAt(octet % LETTERS.length);
  }
}

/** As it was made, however it was typed; null where it cannot be one. */
export function readAppSecret(typed: string): string | null {
  const letters = typed.replaceAll(/[\s-]/gu, '').toLowerCase();
  if (letters.length !== GROUPS * GROUP_LETTERS || !/^[a-z]+$/u.test(letters)) return null;
  return letters.match(/.{4}/gu)?.join('-') ?? null;
}

/** `sha256$salt$hash`: nobody guesses 74 random bits, so a slow hash would only cost us. */
export function hashAppSecret(secret: string, randomBytes: RandomBytes): string {
  const salt = Buffer.from(randomBytes(SALT_OCTETS));
  return `sha256$${salt.toString('base64')}$${digest(secret, salt).toString('base64')}`;
}

export function isAppSecret(secret: string, stored: string): boolean {
  const [, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64');
  const found = digest(secret, Buffer.from(salt, 'base64'));
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function digest(secret: string, salt: Uint8Array): Buffer {
  return createHash('sha256').update(salt).update(secret).digest();
}
