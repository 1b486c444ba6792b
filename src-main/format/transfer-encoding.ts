/**
 * Transfer encoding: base64 and quoted-printable back to octets (RFC 2045 §6.7, §6.8; Q encoding: RFC 2047 §4.2).
 *
 * Invariants: never throws, linear time; what is not in the alphabet is skipped (base64) or kept as it stands (quoted-printable).
 */
const INVALID = 255;
const BASE64_VALUES = makeBase64Values();
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** Decodes by the name of Content-Transfer-Encoding; identity for 7bit, 8bit, binary; null for an unknown one. */
export function decodeTransferEncoding(bytes: Uint8Array, encoding: string): Uint8Array | null {
  switch (encoding) {
    case 'base64':
      return decodeBase64(bytes);
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes);
    case '7bit':
    case '8bit':
    case 'binary':
    case '':
      return bytes;
    default:
      return null;
  }
}

/** Decodes base64, skipping line ends and strays; goes on after padding, as for concatenated encodings. */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(((bytes.length * 3) >> 2) + 3);
  let length = 0;
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    const value = BASE64_VALUES[byte] ?? INVALID;
    if (value === INVALID) {
      // Padding ends a group; its leftover bits are dropped.
      if (byte === EQUALS) count = 0;
      continue;
    }
    bits = ((bits << 6) | value) & 0xffffff;
    count++;
    if (count === 1) continue;
    out[length++] = (bits >> (8 - 2 * count)) & 0xff;
    if (count === 4) count = 0;
  }
  return out.subarray(0, length);
}

/** Decodes quoted-printable with soft line breaks; trailing spaces of a line are transport padding. */
export function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let kept = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === EQUALS) {
      const next = skipSoftBreak(bytes, i + 1);
      if (next > 0) {
        i = next - 1;
        kept = length;
        continue;
      }
      const value = hexPair(bytes[i + 1], bytes[i + 2]);
      out[length++] = value < 0 ? byte : value;
      if (value >= 0) i += 2;
      kept = length;
      continue;
    }
    if (byte === LF || (byte === CR && bytes[i + 1] === LF)) length = kept;
    out[length++] = byte;
    if (byte !== SPACE && byte !== TAB) kept = length;
  }
  return out.subarray(0, length);
}

/** Decodes the Q encoding of encoded words: quoted-printable with `_` for a space and no line breaks. */
export function decodeQ(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const value = byte === EQUALS ? hexPair(bytes[i + 1], bytes[i + 2]) : -1;
    if (value >= 0) i += 2;
    out[length++] = value >= 0 ? value : byte === UNDERSCORE ? SPACE : byte;
  }
  return out.subarray(0, length);
}

/** The position after a soft line break whose `=` came before `start`, or 0 where there is none. */
function skipSoftBreak(bytes: Uint8Array, start: number): number {
  let i = start;
  while (bytes[i] === SPACE || bytes[i] === TAB) i++;
  if (bytes[i] === CR && bytes[i + 1] === LF) return i + 2;
  if (bytes[i] === LF) return i + 1;
  return i === bytes.length ? i : 0;
}

/** The value of two hexadecimal digits, or -1. */
export function hexPair(high: number | undefined, low: number | undefined): number {
  const first = hexDigit(high ?? 0);
  const second = hexDigit(low ?? 0);
  return first < 0 || second < 0 ? -1 : first * 16 + second;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function makeBase64Values(): Uint8Array {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const values = new Uint8Array(256).fill(INVALID);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}
