/**
 * Extended regular expressions (POSIX 1003.2 §2.8.4, as draft-ietf-sieve-regex names them) as a tree.
 *
 * Flow: `:regex` pattern → here → program. Invariants: linear time, bounded depth; what is malformed is a sentence.
 * Back-references are not part of extended expressions: they are what makes matching take for ever.
 */
import { MAX_NESTING } from '../limits.ts';

export interface CharacterSet {
  readonly isNegated: boolean;
  /** Code points, inclusive. */
  readonly ranges: readonly (readonly [number, number])[];
}

export type RegexNode =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'any' | 'start' | 'end' | 'empty' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence' | 'choice'; readonly nodes: readonly RegexNode[] }
  /** `number` counts from 1, by the opening parentheses. */
  | { readonly kind: 'group'; readonly number: number; readonly node: RegexNode }
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly minimum: number; readonly maximum: number };

/** Something wrong with a pattern, in a sentence without its full stop. */
export class RegexProblem extends Error {
  override readonly name = 'RegexProblem';
}

/** POSIX RE_DUP_MAX. */
const MAX_REPETITIONS = 255;

const CLASSES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  digit: [[0x30, 0x39]],
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  upper: [[0x41, 0x5a]],
  lower: [[0x61, 0x7a]],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  print: [[0x20, 0x7e]],
  graph: [[0x21, 0x7e]],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/** Throws RegexProblem. */
export function parseRegex(pattern: string): { readonly root: RegexNode; readonly groups: number } {
  const parser = new RegexParser(pattern);
  return { root: parser.whole(), groups: parser.groups };
}

class RegexParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  groups = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  whole(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new RegexProblem('")" has no "("');
    return node;
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()];
    while (this.#takes('|')) nodes.push(this.#sequence());
    return nodes.length === 1 ? (nodes[0] ?? { kind: 'empty' }) : { kind: 'choice', nodes };
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    while (this.#at < this.#characters.length && !this.#sees('|') && !this.#sees(')')) {
      nodes.push(this.#repeated());
    }
    return { kind: 'sequence', nodes };
  }

  #repeated(): RegexNode {
    let node = this.#atom();
    for (let times = 0; ; times++) {
      const range = this.#repetition();
      if (range === null) return node;
      if (times >= MAX_NESTING) throw new RegexProblem('there are too many repetitions in a row');
      node = { kind: 'repeat', node, ...range };
    }
  }

  #repetition(): { minimum: number; maximum: number } | null {
    if (this.#takes('*')) return { minimum: 0, maximum: Infinity };
    if (this.#takes('+')) return { minimum: 1, maximum: Infinity };
    if (this.#takes('?')) return { minimum: 0, maximum: 1 };
    return this.#takes('{') ? this.#bounds() : null;
  }

  #bounds(): { minimum: number; maximum: number } {
    const minimum = this.#number();
    let maximum = minimum;
    if (this.#takes(',')) maximum = this.#sees('}') ? Infinity : this.#number();
    if (!this.#takes('}') || maximum < minimum)
      throw new RegexProblem('"{" must begin a range as {2}, {2,} or {2,5}');
    return { minimum, maximum };
  }

  #number(): number {
    let digits = '';
    while (/^\d$/.test(this.#characters[this.#at] ?? '')) digits += this.#next();
    if (digits === '' || Number(digits) > MAX_REPETITIONS) {
      throw new RegexProblem(`"{" must be followed by a number up to ${MAX_REPETITIONS}`);
    }
    return Number(digits);
  }

  #atom(): RegexNode {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'set', set: this.#set() };
      case '.':
        return { kind: 'any' };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '*':
      case '+':
      case '?':
      case '{':
        throw new RegexProblem(`there is nothing before "${character}" to repeat`);
      case '\\':
        return { kind: 'character', character: this.#escaped() };
      default:
        return { kind: 'character', character };
    }
  }

  #escaped(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw new RegexProblem('the pattern ends with a backslash');
    if (/^[1-9]$/.test(character)) throw new RegexProblem('back-references are not supported');
    return this.#next();
  }

  #group(): RegexNode {
    if (++this.#depth > MAX_NESTING)
      throw new RegexProblem('there are too many parentheses within parentheses');
    const number = ++this.groups;
    const node = this.#choice();
    if (!this.#takes(')')) throw new RegexProblem('"(" has no ")"');
    this.#depth--;
    return { kind: 'group', number, node };
  }

  /** A bracket expression; `]` stands for itself where it comes first. */
  #set(): CharacterSet {
    const isNegated = this.#takes('^');
    const ranges: (readonly [number, number])[] = [];
    for (let isFirst = true; isFirst || !this.#takes(']'); isFirst = false) {
      if (this.#at >= this.#characters.length) throw new RegexProblem('"[" has no "]"');
      ranges.push(...this.#setItem());
    }
    return { isNegated, ranges };
  }

  #setItem(): readonly (readonly [number, number])[] {
    if (this.#sees('[') && this.#characters[this.#at + 1] === ':') return this.#class();
    const first = this.#next().codePointAt(0) ?? 0;
    const isRange =
      this.#sees('-') && this.#characters[this.#at + 1] !== ']' && this.#at + 1 < this.#characters.length;
    if (!isRange) return [[first, first]];
    this.#next();
    const last = this.#next().codePointAt(0) ?? 0;
    if (last < first) throw new RegexProblem('a range in "[ ]" ends before it begins');
    return [[first, last]];
  }

  #class(): readonly (readonly [number, number])[] {
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const name = /^\[:([a-z]+):\]/.exec(rest)?.[1] ?? '';
    const ranges = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
    if (ranges === undefined) throw new RegexProblem(`there is no class of characters as in "${rest}"`);
    this.#at += name.length + 4;
    return ranges;
  }

  #sees(character: string): boolean {
    return this.#characters[this.#at] === character;
  }

  #takes(character: string): boolean {
    const isSeen = this.#sees(character);
    if (isSeen) this.#at++;
    return isSeen;
  }

  #next(): string {
    return this.#characters[this.#at++] ?? '';
  }
}
