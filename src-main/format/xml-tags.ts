/**
 * XML in a stream: the tags of a document that may be larger than memory (XML 1.0), one after another.
 *
 * Flow: octets of a file → here → whoever keeps what it needs of them. Invariants: never throws, linear time; memory is bounded by one
 * tag, whatever the document's size; elements are closed in the order in which they were opened; a document type declaration is
 * refused, so that nothing can be defined, fetched or multiplied. Text and CDATA are passed over; UTF-8 only.
 */
import { err, ok, type Result } from '../base/result.ts';

/** An empty-element tag is told of as two. */
export interface XmlTag {
  readonly kind: 'open' | 'close';
  /** Without its prefix. */
  readonly name: string;
  /** What stands behind the name; attributeOf() reads it. Empty at the end of an element. */
  readonly attributeText: string;
  /** Octets of the document before the tag. */
  readonly start: number;
  /** Octets of the document up to its end. */
  readonly end: number;
}

/** Folders in folders, with their collections, nest two levels each. */
const MOST_DEPTH = 256;
/** A long absence note is some kilobytes. */
const MOST_TAG_OCTETS = 1024 * 1024;

const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
/** The marks of XML 1.0 §2.5, §2.6, §2.7 that are not tags, and what ends each. */
const PASSED_OVER: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];
const TAG_NAME = /^[^\s/]+/u;

type Step = Result<'goOn' | 'needsMore', string>;

export class XmlTagReader {
  readonly #decoder = new TextDecoder();
  readonly #open: string[] = [];
  #tags: XmlTag[] = [];
  #octets: Uint8Array = new Uint8Array(0);
  /** Where `#octets` begins in the document. */
  #base: number;
  #at = 0;
  /** How far the tag at `#at` has been searched for its end, and the quote it is in. */
  #searched = 0;
  #quote = 0;
  /** What ends the part that is passed over. */
  #until: string | null = null;
  #hasRoot = false;

  /** `base`: where the first octets stand in the document, for who reads one element of it. */
  constructor(base = 0) {
    this.#base = base;
  }

  /** The tags that end in these octets. The error is a sentence without its full stop; nothing is to be written after it. */
  write(octets: Uint8Array): Result<readonly XmlTag[], string> {
    this.#append(octets);
    this.#tags = [];
    for (;;) {
      const step = this.#until === null ? this.#readMarkup() : this.#passOver(this.#until);
      if (!step.ok) return step;
      if (step.value === 'needsMore') return ok(this.#tags);
    }
  }

  /** After the last octets: whether the document was whole. */
  end(): Result<void, string> {
    if (this.#at < this.#octets.length || this.#until !== null) return err('the markup does not end');
    if (this.#open.length > 0) return err('an element is not closed');
    return this.#hasRoot ? ok(undefined) : err('there is no element');
  }

  #append(octets: Uint8Array): void {
    const rest = this.#octets.subarray(this.#at);
    this.#base += this.#at;
    this.#at = 0;
    if (rest.length === 0) {
      this.#octets = octets;
      return;
    }
    this.#octets = new Uint8Array(rest.length + octets.length);
    this.#octets.set(rest);
    this.#octets.set(octets, rest.length);
  }

  #readMarkup(): Step {
    const start = this.#octets.indexOf(LESS_THAN, this.#at);
    this.#at = start < 0 ? this.#octets.length : start;
    if (start < 0) return ok('needsMore');
    const head = this.#decoder.decode(this.#octets.subarray(start, start + '<![CDATA['.length));
    for (const [mark, until] of PASSED_OVER) {
      if (!head.startsWith(mark)) {
        if (mark.startsWith(head)) return ok('needsMore');
        continue;
      }
      this.#at += mark.length;
      this.#until = until;
      return ok('goOn');
    }
    if (head.startsWith('<!')) return err('a document type declaration is not allowed');
    return this.#readTag();
  }

  #passOver(until: string): Step {
    const mark = new TextEncoder().encode(until);
    const last = this.#octets.length - mark.length;
    for (let at = this.#octets.indexOf(mark[0] ?? 0, this.#at); at >= 0 && at <= last;) {
      if (mark.every((octet, index) => this.#octets[at + index] === octet)) {
        this.#at = at + mark.length;
        this.#until = null;
        return ok('goOn');
      }
      at = this.#octets.indexOf(mark[0] ?? 0, at + 1);
    }
    // The mark may be cut in two.
    this.#at = Math.max(this.#at, last + 1);
    return ok('needsMore');
  }

  #readTag(): Step {
    const end = this.#findTagEnd();
    if (end < 0)
      return this.#octets.length - this.#at > MOST_TAG_OCTETS ? err('a tag is too long') : ok('needsMore');
    const text = this.#decoder.decode(this.#octets.subarray(this.#at + 1, end - 1));
    const place = { start: this.#base + this.#at, end: this.#base + end };
    this.#at = end;
    const problem = this.#take(text, place);
    return problem === null ? ok('goOn') : err(problem);
  }

  /** Where the tag at `#at` is over; -1: not in these octets. A `>` in quotes is a character like others (XML 1.0 §2.4). */
  #findTagEnd(): number {
    for (let at = this.#at + 1 + this.#searched; at < this.#octets.length; at++) {
      const octet = this.#octets[at] ?? 0;
      if (this.#quote !== 0) this.#quote = octet === this.#quote ? 0 : this.#quote;
      else if (octet === QUOTE || octet === APOSTROPHE) this.#quote = octet;
      else if (octet === GREATER_THAN) {
        this.#searched = 0;
        return at + 1;
      }
    }
    this.#searched = this.#octets.length - this.#at - 1;
    return -1;
  }

  /** What is wrong with the tag, or null. */
  #take(tag: string, place: Pick<XmlTag, 'start' | 'end'>): string | null {
    if (tag.startsWith('/')) return this.#close(tag.slice(1).trim(), place);
    const qualifiedName = TAG_NAME.exec(tag)?.[0] ?? '';
    if (qualifiedName === '') return 'a tag has no name';
    if (this.#open.length >= MOST_DEPTH) return 'the elements are nested too deep';
    if (this.#open.length === 0 && this.#hasRoot) return 'there is more than one element';
    this.#hasRoot = true;
    this.#open.push(qualifiedName);
    const attributeText = tag.slice(qualifiedName.length).replace(/\/$/u, '');
    this.#tags.push({ kind: 'open', name: localName(qualifiedName), attributeText, ...place });
    return tag.endsWith('/') ? this.#close(qualifiedName, place) : null;
  }

  #close(qualifiedName: string, place: Pick<XmlTag, 'start' | 'end'>): string | null {
    if (this.#open.pop() !== qualifiedName)
      return `the end of "${qualifiedName.slice(0, 40)}" has no beginning`;
    this.#tags.push({ kind: 'close', name: localName(qualifiedName), attributeText: '', ...place });
    return null;
  }
}

function localName(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.indexOf(':') + 1);
}
