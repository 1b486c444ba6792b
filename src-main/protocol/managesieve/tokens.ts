/**
 * Tokens of ManageSieve's lines: atoms, numbers, quoted strings, and the announcement of a literal at a line's end (RFC 5804 §4).
 *
 * Lines are texts in which each character is one octet. Invariants: never throws, linear time.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { MAX_ARGUMENTS, MAX_QUOTED_OCTETS } from './limits.ts';

export type Token =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  /** Decoded from UTF-8. */
  | { readonly kind: 'string'; readonly text: string }
  /** A literal whose octets could not be taken. */
  | { readonly kind: 'tooLarge'; readonly octets: number };

const SPACES = / +/y;
const ATOM = /[^\x00-\x20(){}"\\\x7f]+/y;
const QUOTED = /"((?:[^"\\\r\n\0]|\\["\\])*)"/y;
/** RFC 5804 §4: clients send non-synchronizing literals only. */
const LITERAL = /\{(\d{1,10})(\+?)\}$/y;

/** Reads a line, or what follows a literal; the error is a sentence for the client. */
export function readTokens(line: string): Result<readonly Token[], string> {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < line.length) {
    if (take(SPACES) !== null) continue;
    if (tokens.length > MAX_ARGUMENTS) return err('Too many arguments');
    const literal = take(LITERAL);
    if (literal !== null) {
      return literal[2] === '' ? err('Write {n+}: literals wait for no answer') : ok(tokens);
    }
    const quoted = take(QUOTED);
    const atom = quoted === null ? take(ATOM) : null;
    if (quoted === null && atom === null) return err('The line does not fit the grammar');
    const token = quoted === null ? atomToken(atom?.[0] ?? '') : quotedToken(quoted[1] ?? '');
    if (token === null) return err('A quoted string must be UTF-8 of at most 1024 octets');
    tokens.push(token);
  }
  return ok(tokens);
}

/** Octets of the literal that follows the line; null where the command ends with it. */
export function announcedOctets(line: string): number | null {
  const match = /\{(\d{1,10})\+\}$/.exec(line.slice(-16));
  return match === null ? null : Number(match[1]);
}

/** The token of a literal's octets; null where they are not UTF-8. */
export function literalToken(octets: Uint8Array): Token | null {
  const text = decodeUtf8(octets);
  return text === null ? null : { kind: 'string', text };
}

function atomToken(text: string): Token {
  return /^\d{1,10}$/.test(text) ? { kind: 'number', value: Number(text) } : { kind: 'atom', text };
}

function quotedToken(escaped: string): Token | null {
  if (escaped.length > MAX_QUOTED_OCTETS * 12) return null;
  return literalToken(Buffer.from(escaped.replace(/\\(["\\])/g, '$1'), 'latin1'));
}

function decodeUtf8(octets: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return null;
  }
}

/** A string as the server sends it: quoted where it is short and on one line, else a literal. */
export function formatString(text: string): string {
  const octets = Buffer.byteLength(text);
  if (octets <= MAX_QUOTED_OCTETS && !/[\r\n\0]/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `{${octets}}\r\n${text}`;
}
