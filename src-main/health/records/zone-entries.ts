/**
 * ZoneEntries: a master file's text as entries of words (RFC 1035 §5.1): comments gone, parentheses joined, strings opened.
 *
 * Flow: read-zone-file.ts → here. Invariants: never throws, linear time; a character of a string is an octet; a problem says its line and
 * ends its entry alone.
 */
import { utf8Octets } from './zone-text.ts';

export interface ZoneWord {
  /** A string: its octets. A plain word: as it stands, with its backslashes. */
  readonly text: string;
  readonly isQuoted: boolean;
}

export interface ZoneEntry {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it begins with white space: its owner is the one before. */
  readonly isIndented: boolean;
  readonly words: readonly ZoneWord[];
  readonly problem: ZoneEntryProblem | null;
}

export type ZoneEntryProblem = 'openString' | 'openParenthesis' | 'closedTooOften';

/** Up to what ends a plain word; a backslash takes the next character with it. */
const PLAIN_WORD = /(?:\\[^\n]|[^\s"();\\])+/uy;
const STRING = /"((?:\\[^]|[^"\\\n])*)("?)/uy;
const LINE_END = /[^\n]*/uy;
const BLANKS = /[^\S\n]+/uy;

export function* readZoneEntries(text: string): Generator<ZoneEntry, void, void> {
  const scanner = new EntryScanner(text.replaceAll(/\r\n?/gu, '\n'));
  for (let entry = scanner.next(); entry !== null; entry = scanner.next()) {
    if (entry.words.length > 0 || entry.problem !== null) yield entry;
  }
}

class EntryScanner {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the end of a line outside of parentheses; null at the end of the text. */
  next(): ZoneEntry | null {
    if (this.#at >= this.#text.length) return null;
    const line = this.#line;
    const isIndented = /[^\S\n]/u.test(this.#text[this.#at] ?? '');
    const words: ZoneWord[] = [];
    let depth = 0;
    let problem: ZoneEntryProblem | null = null;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      if (character === '\n' && depth === 0) break;
      if (character === '(') depth++;
      if (character === ')') depth--;
      if (depth < 0) problem = 'closedTooOften';
      depth = Math.max(0, depth);
      problem = this.#pass(character, words) ?? problem;
    }
    this.#skipLineEnd();
    return { line, isIndented, words, problem: depth > 0 ? 'openParenthesis' : problem };
  }

  /** Goes past what begins with the character. */
  #pass(character: string, words: ZoneWord[]): ZoneEntryProblem | null {
    if (character === '\n') this.#skipLineEnd();
    else if (character === '(' || character === ')') this.#at++;
    else if (character === ';') this.#take(LINE_END);
    else if (character === '"') return this.#passString(words);
    else if (this.#take(BLANKS) === null) {
      const word = this.#take(PLAIN_WORD)?.[0];
      // Only a backslash at the end of a line is no word.
      if (word === undefined) this.#at++;
      else words.push({ text: word, isQuoted: false });
    }
    return null;
  }

  #passString(words: ZoneWord[]): ZoneEntryProblem | null {
    const [whole = '"', inner = '', end = ''] = this.#take(STRING) ?? [];
    this.#line += whole.split('\n').length - 1;
    words.push({ text: unescapeOctets(inner), isQuoted: true });
    return end === '' ? 'openString' : null;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #skipLineEnd(): void {
    if (this.#text[this.#at] !== '\n') return;
    this.#at++;
    this.#line++;
  }
}

/** `\DDD` and `\X` as octets; what is beyond ASCII as UTF-8. */
export function unescapeOctets(text: string): string {
  return text.replaceAll(/\\(\d{3})|\\([^])|[^\0-\x7f]+/gu, (whole, code?: string, plain?: string) => {
    return code === undefined ? utf8Octets(plain ?? whole) : String.fromCharCode(Number(code) % 256);
  });
}
