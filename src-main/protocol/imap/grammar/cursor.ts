/**
 * Cursor: reads the elements of IMAP's grammar from one command (RFC 9051 §9), one small method per ABNF rule.
 *
 * The command is text in which each character is one octet; a literal stands in it as `{3}`, CRLF and its octets.
 * Invariants: linear time; what does not fit the grammar throws ImapSyntaxError and nothing else.
 */
import { MAX_NESTING } from '../limits.ts';

/** The client's fault: answered with BAD. */
export class ImapSyntaxError extends Error {
  override readonly name = 'ImapSyntaxError';
}

/** CR, LF, `)` and what may not stand in an atom. */
const ATOM_SPECIALS = makeSet('(){ %*"\\]');
/** astring may hold `]` too. */
const ASTRING_SPECIALS = makeSet('(){ %*"\\');
/** list-mailbox may hold the wildcards. */
const LIST_SPECIALS = makeSet('(){ "\\');
const ITEM_SPECIALS = makeSet('(){ %*"\\][<');
const TAG_SPECIALS = makeSet('(){ %*"\\+');

const LITERAL = /~?\{(\d{1,15})\+?\}\r\n/y;
/** The end of a line that announces a literal (RFC 9051 §4.3, RFC 7888). */
const LITERAL_ANNOUNCEMENT = /(~)?\{(\d{1,15})(\+|-)?\}$/;
/** Octets of the longest one. */
const MAX_ANNOUNCEMENT = 20;

export interface LiteralAnnouncement {
  readonly octets: number;
  /** The client waits for our go-ahead. */
  readonly isSynchronizing: boolean;
  /** literal8 (RFC 9051 §4.3), which may hold NUL. */
  readonly isBinary: boolean;
}

/** What a line announces at its end, or null. */
export function readLiteralAnnouncement(line: string): LiteralAnnouncement | null {
  if (!line.endsWith('}')) return null;
  const match = LITERAL_ANNOUNCEMENT.exec(line.slice(-MAX_ANNOUNCEMENT));
  if (match === null) return null;
  return {
    octets: Number(match[2]),
    isSynchronizing: match[3] === undefined,
    isBinary: match[1] !== undefined,
  };
}

export class Cursor {
  readonly #text: string;
  #at: number;
  #depth = 0;

  constructor(text: string, at = 0) {
    this.#text = text;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Whether what is left is the announcement of a literal whose octets have not come. */
  get isAtAnnouncement(): boolean {
    const tail = Math.max(0, this.#text.length - MAX_ANNOUNCEMENT);
    const announcement = LITERAL_ANNOUNCEMENT.exec(this.#text.slice(tail));
    return announcement !== null && tail + announcement.index === this.#at;
  }

  /** Whether nothing but spaces is left. */
  get isBlank(): boolean {
    for (let at = this.#at; at < this.#text.length; at++) if (this.#text[at] !== ' ') return false;
    return true;
  }

  fail(expected: string): never {
    throw new ImapSyntaxError(`expected ${expected}`);
  }

  /** Whether `character` comes next; takes nothing. */
  sees(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  /** Whether `character` comes next and after it one that fits; takes nothing. */
  seesAfter(character: string, next: RegExp): boolean {
    return this.sees(character) && next.test(this.#text[this.#at + 1] ?? '');
  }

  /** Takes `text` if it comes next, without regard to case. */
  take(text: string): boolean {
    const found = this.#text.slice(this.#at, this.#at + text.length);
    if (found !== text && found.toUpperCase() !== text) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(JSON.stringify(text));
  }

  space(): void {
    if (!this.take(' ')) this.fail('a space');
    // Some clients send two; nothing can begin with a space.
    while (this.take(' '));
  }

  end(): void {
    while (this.take(' '));
    if (!this.isAtEnd) this.fail('the end of the command');
  }

  tag(): string {
    return this.#run(TAG_SPECIALS, 'a tag');
  }

  /** An atom as it stands. */
  atom(): string {
    return this.#run(ATOM_SPECIALS, 'an atom');
  }

  /** An atom that is a keyword of the grammar, in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** The name of a fetch item: an atom up to its `[`, in upper case. */
  itemName(): string {
    return this.#run(ITEM_SPECIALS, 'a fetch item').toUpperCase();
  }

  /** Atom, quoted string or literal, as octets. */
  astring(): string {
    return this.#seesString() ? this.string() : this.#run(ASTRING_SPECIALS, 'a string');
  }

  /** A mailbox name pattern with wildcards. */
  listMailbox(): string {
    return this.#seesString() ? this.string() : this.#run(LIST_SPECIALS, 'a mailbox pattern');
  }

  string(): string {
    if (this.sees('"')) return this.#quoted();
    return this.#literal();
  }

  nstring(): string | null {
    if (this.#seesString()) return this.string();
    if (this.take('NIL')) return null;
    return this.fail('a string or NIL');
  }

  number(): number {
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    const digits = this.#text.slice(start, this.#at);
    if (digits === '' || digits.length > 15) this.fail('a number');
    return Number(digits);
  }

  /** RFC 9051 §9: nz-number is 32 bits. */
  nonZeroNumber(): number {
    const value = this.number();
    if (value === 0 || value > 0xffff_ffff) this.fail('a number above zero');
    return value;
  }

  /** RFC 7162 §7 mod-sequence-valzer: 63 bits; one beyond what we ever give out is only known to be great. */
  modSequence(): number {
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    const digits = this.#text.slice(start, this.#at);
    if (digits === '' || digits.length > 20) this.fail('a mod-sequence');
    return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  }

  seesDigit(): boolean {
    return isDigit(this.#text.charCodeAt(this.#at));
  }

  /** `(item item …)`, at least `minimum` items. */
  list<T>(item: () => T, minimum = 1): T[] {
    this.expect('(');
    const items = this.nested(() => this.#itemsUntilClose(item));
    if (items.length < minimum) this.fail('a list that is not empty');
    return items;
  }

  /** Runs `read` one level deeper; too many levels are an error, so that recursion stays shallow. */
  nested<T>(read: () => T): T {
    if (++this.#depth > MAX_NESTING) this.fail('fewer levels of nesting');
    const result = read();
    this.#depth--;
    return result;
  }

  /** A system flag or a keyword. */
  flag(): string {
    const start = this.#at;
    if (this.take('\\')) this.atom();
    else this.atom();
    return this.#text.slice(start, this.#at);
  }

  /** Everything that is left. */
  rest(): string {
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return rest;
  }

  #itemsUntilClose<T>(item: () => T): T[] {
    const items: T[] = [];
    while (!this.take(')')) {
      if (items.length > 0) this.space();
      if (this.take(')')) break;
      items.push(item());
    }
    return items;
  }

  #seesString(): boolean {
    return this.sees('"') || this.sees('{') || (this.sees('~') && this.#text[this.#at + 1] === '{');
  }

  #run(specials: Uint8Array, expected: string): string {
    const start = this.#at;
    while (this.#at < this.#text.length && specials[this.#text.charCodeAt(this.#at)] === 0) this.#at++;
    if (this.#at === start) this.fail(expected);
    return this.#text.slice(start, this.#at);
  }

  #quoted(): string {
    let value = '';
    let run = ++this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '"') {
        value += this.#text.slice(run, this.#at++);
        return value;
      }
      if (character === '\r' || character === '\n') break;
      if (character !== '\\') continue;
      value += this.#text.slice(run, this.#at);
      const escaped = this.#text[this.#at + 1];
      // RFC 9051 §9: only these two may be escaped.
      if (escaped !== '"' && escaped !== '\\') break;
      run = ++this.#at;
    }
    return this.fail('the end of a quoted string');
  }

  #literal(): string {
    LITERAL.lastIndex = this.#at;
    const match = LITERAL.exec(this.#text);
    if (match === null) return this.fail('a string');
    const start = this.#at + match[0].length;
    const end = start + Number(match[1]);
    if (end > this.#text.length) this.fail('the octets of a literal');
    this.#at = end;
    return this.#text.slice(start, end);
  }
}

/** Octets as text: UTF-8 (RFC 9051 §4.3). */
export function decodeOctets(octets: string): string {
  return isAscii(octets) ? octets : Buffer.from(octets, 'latin1').toString('utf8');
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Octets that end a run: the given ones, controls, and DEL. Octets above 127 are let through: clients send raw UTF-8. */
function makeSet(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (let code = 0; code < 0x20; code++) set[code] = 1;
  set[0x7f] = 1;
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}
