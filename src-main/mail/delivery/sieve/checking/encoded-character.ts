/**
 * Encoded characters: `${hex: 40}` and `${unicode: 40}` in strings (RFC 5228 §2.4.2.4).
 *
 * Invariant: what does not fit the syntax stays as it stands; a number that is no character is an error.
 */
import { SieveProblemError } from '../grammar/ast.ts';
import type { StringLiteral } from '../grammar/ast.ts';

/** Neighbours are taken together, so that the octets of one character may stand in several. */
const HEX_RUN = /(?:\$\{hex:\s*[0-9a-f]{1,2}(?:\s+[0-9a-f]{1,2})*\s*\})+/gi;
const UNICODE = /\$\{unicode:\s*([0-9a-f]+(?:\s+[0-9a-f]+)*)\s*\}/gi;

export function decodeEncodedCharacters(literal: StringLiteral): StringLiteral {
  if (!literal.value.includes('${')) return literal;
  const value = literal.value
    .replace(HEX_RUN, decodeOctets)
    .replace(UNICODE, (_whole, digits: string) => decodeCodePoints(digits, literal));
  return { ...literal, value };
}

function decodeOctets(run: string): string {
  const digits = run.replace(/\$\{hex:/gi, ' ').match(/[0-9a-f]{1,2}/gi) ?? [];
  return new TextDecoder().decode(Uint8Array.from(digits.map((pair) => parseInt(pair, 16))));
}

function decodeCodePoints(digits: string, literal: StringLiteral): string {
  const points = digits
    .trim()
    .split(/\s+/)
    .map((each) => parseInt(each, 16));
  const isCharacter = (point: number) => point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  if (!points.every(isCharacter)) {
    throw new SieveProblemError('"${unicode:}" holds a number that is no Unicode character', literal.at);
  }
  return String.fromCodePoint(...points);
}
