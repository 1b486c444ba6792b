/**
 * Format: values as IMAP writes them (RFC 9051 §9): quoted strings where they fit, literals where they do not.
 *
 * Invariants: text is written as UTF-8; a literal's count is octets. Without UTF-8 enabled, quoted strings are 7-bit
 * (RFC 3501 §9), and what is not goes into a literal.
 */
import { isAscii } from './cursor.ts';

/** What a quoted string may hold besides letters, without escapes. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const ATOM = /^[A-Za-z0-9!#$&'+\-./:;<=>?@^_`|~]+$/;
const LINE_BREAK = /[\r\n]/;
/** RFC 9051 §4.3: clients may expect quoted strings to be short. */
const MAX_QUOTED = 4000;

export function formatString(text: string, isUtf8: boolean): string {
  if (text.length <= MAX_QUOTED && PLAIN.test(text)) return `"${text}"`;
  // No string may hold NUL.
  const clean = text.replaceAll('\0', '');
  const fits = clean.length <= MAX_QUOTED && !LINE_BREAK.test(clean) && (isUtf8 || isAscii(clean));
  return fits ? `"${clean.replace(/["\\]/g, '\\$&')}"` : formatLiteral(clean);
}

export function formatNstring(text: string | null, isUtf8: boolean): string {
  return text === null ? 'NIL' : formatString(text, isUtf8);
}

/** An atom where the octets are one, else a string. */
export function formatAstring(octets: string): string {
  return ATOM.test(octets) && octets.toUpperCase() !== 'NIL' ? octets : formatString(octets, false);
}

function formatLiteral(text: string): string {
  return `{${Buffer.byteLength(text)}}\r\n${text}`;
}
