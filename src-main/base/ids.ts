/**
 * Ids: short, unique, sortable by time of creation, safe in file names, header fields and URLs.
 *
 * Shape: 9 characters of time (milliseconds, base 32) then 7 of randomness (35 bits), e.g. `1jm4q8v2k7d3fz0x`.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 9;
const RANDOM_CHARACTERS = 7;

/** A source of unpredictable bytes; the caller gets exactly `length` of them. */
export type RandomBytes = (length: number) => Uint8Array;

export type MakeId = () => string;

/** Makes an id generator from a clock and a source of randomness. */
export function createIdMaker(now: () => number, randomBytes: RandomBytes): MakeId {
  return () => encodeTime(now()) + encodeRandom(randomBytes(RANDOM_CHARACTERS));
}

function encodeTime(ms: number): string {
  let text = '';
  let rest = ms;
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeRandom(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ALPHABET.charAt(byte & 31);
  return text;
}
