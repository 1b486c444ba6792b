/**
 * Parses what an IMAP server says (RFC 9051 §7, §9), leniently: servers that people leave are old, and each has its own ways.
 *
 * A response is text in which each character is one octet; a literal stands in it as `{3}`, CRLF and its octets.
 * Invariants: linear time, bounded depth; whatever comes is a response or null, never an exception.
 */
import { MAX_NESTING } from './limits.ts';

/** An atom, a string, NIL, or a list of such. */
export type ResponseValue = string | null | readonly ResponseValue[];

export type Response =
  | { readonly kind: 'continuation'; readonly text: string }
  /** The end of a command. */
  | { readonly kind: 'completion'; readonly tag: string; readonly status: Status; readonly text: string }
  /** `* OK`, `* BYE` and the like. */
  | { readonly kind: 'status'; readonly status: string; readonly text: string }
  /** `* 12 FETCH (…)`, `* LIST (…) "/" INBOX`; the number is null where none stands before the name. */
  | { readonly kind: 'data'; readonly name: string; readonly number: number | null; readonly rest: string };

export type Status = 'OK' | 'NO' | 'BAD';

const COMPLETION = /^([^ *+]+) (OK|NO|BAD)(?: ([^]*))?$/iu;
const STATUS = /^\* (OK|NO|BAD|PREAUTH|BYE)(?: ([^]*))?$/iu;
const DATA = /^\* (?:(\d{1,10}) )?([A-Za-z][^ ()]*) ?([^]*)$/u;

export function parseResponse(text: string): Response | null {
  if (text.startsWith('+')) return { kind: 'continuation', text: text.slice(1).trimStart() };
  const status = STATUS.exec(text);
  if (status !== null)
    return { kind: 'status', status: (status[1] ?? '').toUpperCase(), text: status[2] ?? '' };
  const data = DATA.exec(text);
  if (data !== null) {
    const number = data[1] === undefined ? null : Number(data[1]);
    return { kind: 'data', number, name: (data[2] ?? '').toUpperCase(), rest: data[3] ?? '' };
  }
  const completion = COMPLETION.exec(text);
  if (completion === null) return null;
  const [, tag = '', word = '', rest = ''] = completion;
  return { kind: 'completion', tag, status: word.toUpperCase() as Status, text: rest };
}

/** The values of a response's rest, or null where it is malformed. */
export function parseValues(rest: string): readonly ResponseValue[] | null {
  return new ValueReader(rest).read();
}

/** `NAME value NAME value` as pairs, names in upper case: what FETCH and STATUS lists hold. */
export function pairsOf(values: ResponseValue | undefined): ReadonlyMap<string, ResponseValue> {
  const pairs = new Map<string, ResponseValue>();
  if (!Array.isArray(values)) return pairs;
  for (let at = 0; at + 1 < values.length; at += 2) {
    const [name, value] = [values[at] as ResponseValue, values[at + 1] as ResponseValue];
    if (typeof name === 'string') pairs.set(name.toUpperCase(), value);
  }
  return pairs;
}

const LITERAL = /~?\{(\d{1,10})\+?\}\r\n/y;

class ValueReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly ResponseValue[] | null {
    const values = this.#readList(0);
    return values !== null && this.#at >= this.#text.length ? values : null;
  }

  /** Up to its `)`, or to the end of the text where it is the outermost one. */
  #readList(depth: number): ResponseValue[] | null {
    if (depth > MAX_NESTING) return null;
    const values: ResponseValue[] = [];
    for (; this.#at < this.#text.length;) {
      const character = this.#text[this.#at];
      if (character === ' ') this.#at++;
      else if (character === ')') return depth === 0 ? null : values;
      else {
        const value = this.#readValue(depth);
        if (value === undefined) return null;
        values.push(value);
      }
    }
    return depth === 0 ? values : null;
  }

  #readValue(depth: number): ResponseValue | undefined {
    const character = this.#text[this.#at];
    if (character === '"') return this.#readQuoted();
    if (character === '(') {
      this.#at++;
      const list = this.#readList(depth + 1);
      this.#at++;
      return list ?? undefined;
    }
    LITERAL.lastIndex = this.#at;
    const literal = LITERAL.exec(this.#text);
    return literal === null ? this.#readAtom() : this.#readLiteral(literal);
  }

  #readLiteral([whole, octets]: RegExpExecArray): string | undefined {
    const start = this.#at + whole.length;
    this.#at = start + Number(octets);
    return this.#at > this.#text.length ? undefined : this.#text.slice(start, this.#at);
  }

  #readQuoted(): string | undefined {
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
    return undefined;
  }

  /** Brackets belong to the atom with all that is in them: `BODY[HEADER.FIELDS (MESSAGE-ID)]`. */
  #readAtom(): string | null | undefined {
    const start = this.#at;
    while (this.#at < this.#text.length && !' ()"'.includes(this.#text[this.#at] ?? '')) {
      if (this.#text[this.#at] === '[') {
        const close = this.#text.indexOf(']', this.#at);
        if (close < 0) return undefined;
        this.#at = close;
      }
      this.#at++;
    }
    const atom = this.#text.slice(start, this.#at);
    return atom.toUpperCase() === 'NIL' ? null : atom;
  }
}
