/**
 * The recovery key: 32 octets, all that is needed to read a repository, as a text that can be printed and typed.
 *
 * Shape: Crockford's base 32 (no I, L, O, U; what is mistyped for 1 and 0 is understood), 52 characters and 4 of a checksum, in
 * groups of four: a slip of the pen is told before any place is asked.
 */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../base/result.ts';

export const RECOVERY_KEY_OCTETS = 32;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY_CHARACTERS = 52;
const CHECK_CHARACTERS = 4;
const BITS = 5;

export function formatRecoveryKey(key: Uint8Array): string {
  const text = encode(key) + checksum(key);
  return text.match(/.{4}/gu)?.join('-') ?? text;
}

/** The error is a sentence. Lines that begin with `#` are words for people. */
export function parseRecoveryKey(text: string): Result<Uint8Array, string> {
  const lines = text.split(/\r?\n/u).filter((line) => !line.startsWith('#'));
  const typed = lines
    .join('')
    .toUpperCase()
    .replaceAll(/[\s-]/gu, '')
    .replaceAll(/[IL]/gu, '1')
    .replaceAll('O', '0');
  if (typed.length !== KEY_CHARACTERS + CHECK_CHARACTERS)
    return err(
      `a recovery key has ${KEY_CHARACTERS + CHECK_CHARACTERS} letters and digits, not ${typed.length}`,
    );
  const key = decode(typed.slice(0, KEY_CHARACTERS));
  if (key === null || checksum(key) !== typed.slice(KEY_CHARACTERS))
    return err('the recovery key is mistyped: its last four characters do not fit the others');
  return ok(key);
}

function checksum(key: Uint8Array): string {
  return encode(createHash('sha256').update('postroom recovery key').update(key).digest()).slice(
    0,
    CHECK_CHARACTERS,
  );
}

function encode(octets: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xfff;
    bits += 8;
    for (; bits >= BITS; bits -= BITS) text += ALPHABET.charAt((held >> (bits - BITS)) & 31);
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (BITS - bits)) & 31);
}

function decode(text: string): Uint8Array | null {
  const octets: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value === -1) return null;
    held = ((held << BITS) | value) & 0xfff;
    bits += BITS;
    if (bits < 8) continue;
    bits -= 8;
    octets.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(octets.slice(0, RECOVERY_KEY_OCTETS));
}
