/**
 * Macro strings of SPF: what a domain's record leaves to be filled in for each message.
 *
 * RFC 7208 §7. Flow: record.ts parses them with the record; check-host.ts expands them.
 * Invariants: never throws; expansion is linear; the unvalidated name (`p`) is asked for only where a macro needs it.
 */
import type { Result } from '../../../base/result.ts';
import { err, ok } from '../../../base/result.ts';
import { MAX_DNS_NAME_OCTETS } from '../limits.ts';

/** A literal text, or a macro. */
export type MacroPiece =
  | string
  | {
      /** Lower case. */
      readonly letter: string;
      /** How many of the right-hand parts stay; 0: all. */
      readonly keep: number;
      readonly isReversed: boolean;
      readonly delimiters: string;
      /** Written in upper case: percent-encoded (RFC 7208 §7.3). */
      readonly isEscaped: boolean;
    };

export type MacroString = readonly MacroPiece[];

/** What a macro letter stands for. */
export type MacroValue = (letter: string) => string | Promise<string>;

const EXPAND = /%\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}/iy;
const LITERAL = /[\x21-\x24\x26-\x7e]+/y;
/** In explanations spaces stand between words (RFC 7208 §6.2). */
const LITERAL_WITH_SPACE = /[\x20-\x24\x26-\x7e]+/y;
const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };
/** c, r and t are for explanations only (RFC 7208 §7.2). */
const LETTERS = 'slodiphv';
const EXPLANATION_LETTERS = 'slodiphvcrt';

/** The error is a sentence without its full stop. */
export function parseMacroString(
  text: string,
  { isExplanation = false }: { isExplanation?: boolean } = {},
): Result<MacroString, string> {
  const pieces: MacroPiece[] = [];
  const literal = isExplanation ? LITERAL_WITH_SPACE : LITERAL;
  for (let at = 0; at < text.length;) {
    const run = match(literal, text, at) ?? match(EXPAND, text, at);
    if (run === null) {
      const escape = ESCAPES[text.slice(at, at + 2)];
      if (escape === undefined) return err(`"${text.slice(at, at + 8)}" is no macro`);
      pieces.push(escape);
      at += 2;
      continue;
    }
    const piece = run[0].startsWith('%{') ? readMacro(run) : run[0];
    if (typeof piece !== 'string' && !isAllowed(piece, isExplanation))
      return err(`"${run[0]}" is not allowed here`);
    pieces.push(piece);
    at += run[0].length;
  }
  return ok(pieces);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function readMacro([, letter = '', digits = '', reverse = '', delimiters = '']: RegExpExecArray) {
  return {
    letter: letter.toLowerCase(),
    // RFC 7208 §7.1: the digit is not zero.
    keep: digits === '' ? 0 : Number(digits) || -1,
    isReversed: reverse !== '',
    delimiters: delimiters === '' ? '.' : delimiters,
    isEscaped: letter !== letter.toLowerCase(),
  };
}

function isAllowed(piece: Exclude<MacroPiece, string>, isExplanation: boolean): boolean {
  return piece.keep >= 0 && (isExplanation ? EXPLANATION_LETTERS : LETTERS).includes(piece.letter);
}

const TOP_LABEL = /\.(?=[a-z\d-]*[a-z-])[a-z\d](?:[a-z\d-]*[a-z\d])?\.?$/i;

/** RFC 7208 §7.1: a domain-spec ends with a macro or with a dot and a top-level label. */
export function parseDomainSpec(text: string): Result<MacroString, string> {
  const parsed = parseMacroString(text);
  if (!parsed.ok) return parsed;
  if (text.endsWith('}') || /%[%_-]$/.test(text) || TOP_LABEL.test(text)) return parsed;
  return err(`"${text}" is no domain name`);
}

export async function expandMacroString(pieces: MacroString, valueOf: MacroValue): Promise<string> {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else text += transform(await valueOf(piece.letter), piece);
  }
  return text;
}

function transform(value: string, piece: Exclude<MacroPiece, string>): string {
  const { delimiters, isReversed, keep, isEscaped } = piece;
  const parts = splitAny(value, delimiters);
  if (isReversed) parts.reverse();
  const text = (keep === 0 ? parts : parts.slice(-keep)).join('.');
  return isEscaped ? escapeUri(text) : text;
}

function splitAny(text: string, delimiters: string): string[] {
  const parts = [''];
  for (const character of text) {
    if (delimiters.includes(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** RFC 3986 §2.3: everything but unreserved characters. */
function escapeUri(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/gu, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}

/** RFC 7208 §7.3: a name that became too long loses labels from its left. A dot at its end is none of the name. */
export function fitDomain(text: string): string {
  let name = text.replace(/\.$/, '');
  while (name.length > MAX_DNS_NAME_OCTETS && name.includes('.')) name = name.slice(name.indexOf('.') + 1);
  return name;
}
