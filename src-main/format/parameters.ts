/**
 * Parameters: the values of Content-Type, Content-Disposition and their like (RFC 2045 §5.1, RFC 2183, RFC 2231).
 *
 * Invariants: never throws, linear time; names are lower case; values are decoded where they are extended (RFC 2231) and
 * otherwise as they stand, encoded words included. The first of two parameters of one name counts.
 */
import { decodeCharset } from './charset.ts';
import { endOfComment } from './comment.ts';
import { MAX_PARAMETERS } from './limits.ts';
import { hexPair } from './transfer-encoding.ts';

export interface ParameterizedValue {
  /** What stands before the first semicolon, comments removed, as the sender spelled it. */
  readonly value: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Piece of a parameter value: `name*section*` (RFC 2231 §3, §4). */
interface Piece {
  readonly section: number;
  readonly isExtended: boolean;
  readonly text: string;
}

const NAME_WITH_SECTION = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/;

/** Parses an unfolded field value: `value; name=value; name="quoted"`. */
export function parseParameterized(text: string): ParameterizedValue {
  const cursor = new Cursor(text);
  const value = cursor.readUntilSemicolon();
  const pieces = new Map<string, Piece[]>();
  while (cursor.takeSemicolon() && pieces.size < MAX_PARAMETERS) {
    const attribute = cursor.readAttribute();
    if (attribute === '' || !cursor.takeEquals()) {
      cursor.readUntilSemicolon();
      continue;
    }
    addPiece(pieces, attribute, cursor.readValue());
  }
  return { value, parameters: joinPieces(pieces) };
}

function addPiece(pieces: Map<string, Piece[]>, attribute: string, text: string): void {
  const match = NAME_WITH_SECTION.exec(attribute);
  const name = match?.[1] ?? attribute;
  const section = match?.[2] === undefined ? -1 : Number(match[2]);
  const known = pieces.get(name);
  const piece = { section, isExtended: match?.[3] !== undefined, text };
  if (known === undefined) pieces.set(name, [piece]);
  else if (known.length < MAX_PARAMETERS) known.push(piece);
}

function joinPieces(pieces: Map<string, Piece[]>): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, list] of pieces) entries.push([name, joinValue(list)]);
  return Object.fromEntries(entries);
}

/** RFC 2231 §4.1: an extended value wins over the plain one that old software is given beside it. */
function joinValue(list: readonly Piece[]): string {
  const [first] = list;
  if (list.length === 1 && first !== undefined && !first.isExtended) return first.text;
  const sections = list.filter((piece) => piece.section >= 0).sort((a, b) => a.section - b.section);
  const whole = list.find((piece) => piece.section < 0 && piece.isExtended);
  if (whole !== undefined) return decodeExtended([whole]);
  if (sections.length > 0 && sections[0]?.section === 0) return decodeExtended(sections);
  return first?.text ?? '';
}

function decodeExtended(pieces: readonly Piece[]): string {
  let charset = 'utf-8';
  const bytes: number[] = [];
  pieces.forEach((piece, index) => {
    let text = piece.text;
    if (index === 0 && piece.isExtended) {
      const match = /^([^']*)'[^']*'/.exec(text);
      if (match !== null) {
        charset = match[1] ?? charset;
        text = text.slice(match[0].length);
      }
    }
    appendPercentDecoded(bytes, text, piece.isExtended);
  });
  return decodeCharset(Uint8Array.from(bytes), charset).replace(/[\r\n\0]+/g, ' ');
}

function appendPercentDecoded(bytes: number[], text: string, isExtended: boolean): void {
  const raw = new TextEncoder().encode(text);
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i] ?? 0;
    const value = isExtended && byte === 0x25 ? hexPair(raw[i + 1], raw[i + 2]) : -1;
    bytes.push(value < 0 ? byte : value);
    if (value >= 0) i += 2;
  }
}

/** Reads the elements of a parameterized value; comments and white space are skipped between them. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readUntilSemicolon(): string {
    let value = '';
    while (this.#at < this.#text.length && this.#text[this.#at] !== ';') {
      if (this.#text[this.#at] === '(') this.#skipComment();
      else if (this.#text[this.#at] === '"') value += this.#readQuoted();
      else value += this.#text[this.#at++] ?? '';
    }
    return value.trim();
  }

  takeSemicolon(): boolean {
    let isTaken = false;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== ';') return isTaken && this.#at < this.#text.length;
      this.#at++;
      isTaken = true;
    }
  }

  readAttribute(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s=;(]/.test(this.#text[this.#at] ?? '')) this.#at++;
    const name = this.#text.slice(start, this.#at).toLowerCase();
    this.#skipSpace();
    return name;
  }

  takeEquals(): boolean {
    if (this.#text[this.#at] !== '=') return false;
    this.#at++;
    this.#skipSpace();
    return true;
  }

  /** A quoted string, or everything up to the semicolon: software leaves out quotes around spaces. */
  readValue(): string {
    if (this.#text[this.#at] !== '"') return this.readUntilSemicolon();
    const value = this.#readQuoted();
    this.readUntilSemicolon();
    return value;
  }

  #readQuoted(): string {
    let value = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (character === '"') {
        this.#at++;
        return value;
      }
      if (character === '\\') this.#at++;
      value += this.#text[this.#at] ?? '';
    }
    return value;
  }

  #skipSpace(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '(') this.#skipComment();
      else if (character === ' ' || character === '\t') this.#at++;
      else return;
    }
  }

  #skipComment(): void {
    this.#at = endOfComment(this.#text, this.#at) ?? this.#text.length;
  }
}
