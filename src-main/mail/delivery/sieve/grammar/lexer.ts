/**
 * Lexer: cuts a Sieve script into tokens (RFC 5228 §8.1).
 *
 * Flow: script text → here → parser. Invariants: linear time; what does not fit throws SieveProblemError and nothing else.
 * Lines may end with CRLF or LF.
 */
import { SieveProblemError } from './ast.ts';
import type { Position } from './ast.ts';

export type Token =
  | { readonly kind: 'identifier' | 'tag' | 'string'; readonly text: string; readonly at: Position }
  | { readonly kind: 'number'; readonly value: number; readonly at: Position }
  | { readonly kind: 'punctuation'; readonly text: string; readonly at: Position }
  | { readonly kind: 'end'; readonly at: Position };

const WHITE_SPACE = /[ \t\r\n]+/y;
const HASH_COMMENT = /#[^\n]*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const TAG = /:[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(\d+)([KMGkmg]?)(?![A-Za-z0-9_])/y;
/** `text:`, perhaps a comment, and the end of the line. */
const MULTI_LINE = /text:[ \t]*(?:#[^\n]*)?\r?\n/iy;
const QUOTED_PART = /[^"\\]*/y;
const QUANTIFIERS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A byte order mark that editors leave. */
const BYTE_ORDER_MARK = '\uFEFF';

export class Lexer {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith(BYTE_ORDER_MARK)) this.#lineStart = this.#at = 1;
  }

  next(): Token {
    this.#skipBlanks();
    const at = this.#position();
    const character = this.#text[this.#at];
    if (character === undefined) return { kind: 'end', at };
    if ('{}()[],;'.includes(character)) {
      this.#at++;
      return { kind: 'punctuation', text: character, at };
    }
    if (character === '"') return { kind: 'string', text: this.#quoted(at), at };
    if (this.#take(MULTI_LINE) !== null) return { kind: 'string', text: this.#multiLine(at), at };
    const tag = this.#take(TAG);
    if (tag !== null) return { kind: 'tag', text: tag[0].slice(1).toLowerCase(), at };
    const identifier = this.#take(IDENTIFIER);
    if (identifier !== null) return { kind: 'identifier', text: identifier[0].toLowerCase(), at };
    return this.#number(at, character);
  }

  #number(at: Position, character: string): Token {
    const match = this.#take(NUMBER);
    if (match === null) {
      const what = /\d/.test(character)
        ? 'a number may end with K, M or G only'
        : `${JSON.stringify(character)} does not belong here`;
      throw new SieveProblemError(what, at);
    }
    const value = Number(match[1]) * (QUANTIFIERS[(match[2] ?? '').toUpperCase()] ?? 1);
    if (!Number.isSafeInteger(value)) throw new SieveProblemError('the number is too large', at);
    return { kind: 'number', value, at };
  }

  #skipBlanks(): void {
    for (;;) {
      if (this.#take(WHITE_SPACE) !== null || this.#take(HASH_COMMENT) !== null) continue;
      if (!this.#text.startsWith('/*', this.#at)) return;
      const end = this.#text.indexOf('*/', this.#at + 2);
      if (end < 0) throw new SieveProblemError('the comment has no "*/" at its end', this.#position());
      this.#moveTo(end + 2);
    }
  }

  /** RFC 5228 §2.4.2: a backslash stands for the character after it, whatever that is. */
  #quoted(at: Position): string {
    let value = '';
    this.#at++;
    for (;;) {
      value += this.#take(QUOTED_PART)?.[0] ?? '';
      const end = this.#text[this.#at];
      if (end === undefined) throw new SieveProblemError('the string has no closing quotation mark', at);
      if (end === '"') break;
      value += this.#text[this.#at + 1] ?? '';
      this.#moveTo(this.#at + 2);
    }
    this.#at++;
    return withCrLf(withoutNul(value, at));
  }

  /** RFC 5228 §2.4.2: lines up to one of a dot alone; a line that begins with a dot has one more. */
  #multiLine(at: Position): string {
    const lines: string[] = [];
    for (;;) {
      const lineFeed = this.#text.indexOf('\n', this.#at);
      const end = lineFeed < 0 ? this.#text.length : lineFeed;
      const line = this.#text.slice(this.#at, end).replace(/\r$/, '');
      const isLast = line === '.';
      if (lineFeed < 0 && !isLast) {
        throw new SieveProblemError('the text has no line of a dot alone at its end', at);
      }
      this.#moveTo(lineFeed < 0 ? end : end + 1);
      if (isLast) return withoutNul(lines.join(''), at);
      lines.push(`${line.startsWith('.') ? line.slice(1) : line}\r\n`);
    }
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null && match[0] !== '') this.#moveTo(pattern.lastIndex);
    return match;
  }

  /** Counts the lines on the way. */
  #moveTo(end: number): void {
    for (let at = this.#text.indexOf('\n', this.#at); at >= 0 && at < end;) {
      this.#line++;
      this.#lineStart = at + 1;
      at = this.#text.indexOf('\n', at + 1);
    }
    this.#at = end;
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}

/** RFC 5228 §8.1: NUL may stand nowhere. */
function withoutNul(value: string, at: Position): string {
  if (value.includes('\0')) throw new SieveProblemError('a string may not hold a NUL character', at);
  return value;
}

function withCrLf(value: string): string {
  return value.includes('\n') ? value.replace(/\r?\n/g, '\r\n') : value;
}
