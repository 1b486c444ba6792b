/**
 * Packed facts: ContentFacts as one text, to be kept: of 20,000 messages that are sorted by one field only that is taken out.
 */
import type { ContentFacts } from './sort-messages.ts';

const SEPARATOR = '\x1f';
const REFERENCE_SEPARATOR = '\x1e';
const SEPARATORS = /[\x1e\x1f]/;

/** Null where a text has a separator in it: such a message is read from its index. */
export function packFacts(facts: ContentFacts): string | null {
  const { sentAt, subject, isReply, from, to, cc, displayFrom, displayTo, messageId, references } = facts;
  // The subject is first: most sorts are by it or by what is not in here.
  const texts = [subject, from, to, cc, displayFrom, displayTo, messageId];
  if ([...texts, ...references].some((text) => SEPARATORS.test(text))) return null;
  const rest = [String(sentAt ?? ''), isReply ? '1' : '', references.join(REFERENCE_SEPARATOR)];
  return [...texts, ...rest].join(SEPARATOR);
}

export class PackedFacts implements ContentFacts {
  readonly #text: string;
  #parts: readonly string[] | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  get subject(): string {
    return this.#text.slice(0, this.#text.indexOf(SEPARATOR));
  }

  get from(): string {
    return this.#part(1);
  }

  get to(): string {
    return this.#part(2);
  }

  get cc(): string {
    return this.#part(3);
  }

  get displayFrom(): string {
    return this.#part(4);
  }

  get displayTo(): string {
    return this.#part(5);
  }

  get messageId(): string {
    return this.#part(6);
  }

  get sentAt(): number | null {
    const text = this.#part(7);
    return text === '' ? null : Number(text);
  }

  get isReply(): boolean {
    return this.#part(8) === '1';
  }

  get references(): readonly string[] {
    const text = this.#part(9);
    return text === '' ? [] : text.split(REFERENCE_SEPARATOR);
  }

  #part(place: number): string {
    this.#parts ??= this.#text.split(SEPARATOR);
    return this.#parts[place] ?? '';
  }
}
