/**
 * Searchable message: the texts of a message as searches see them: fields and text parts decoded from any charset and
 * transfer encoding (RFC 9051 §6.4.4).
 *
 * Invariants: each piece is read and decoded once per search; text parts beyond MAX_SEARCHED_OCTETS only up to it.
 */
import { decodeCharset, guessText } from '../../../format/charset.ts';
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import { scanFields, unfold } from '../../../format/field-scanner.ts';
import type { IndexedAddress, IndexedPart, MessageIndex } from '../../../format/message-index.ts';
import { htmlToText } from '../../../format/preview.ts';
import { decodeTransferEncoding } from '../../../format/transfer-encoding.ts';
import { MAX_SEARCHED_OCTETS } from './limits.ts';
import type { EnvelopeTextField } from './port.ts';
import { foldText } from './search-text.ts';

/** The day, month and year of a Date field, however the rest of it looks. */
const DATE = /(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*[\s-]+(\d{4}|\d{2})/;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** A message whose octets are at hand. */
export interface MessageSource {
  readonly index: MessageIndex;
  /** Offsets as in the index. */
  readonly readRange: (start: number, end: number) => Uint8Array;
}

/** Where a text stands: in the header section of the message itself, or below it. */
export type TextPlace = 'header' | 'body';
export type TextVisitor = (text: string, place: TextPlace) => void;

const ENVELOPE_FIELDS = ['bcc', 'cc', 'from', 'subject', 'to'] as const;

/** What is asked of most messages: it can be kept, so that they need not be opened. */
export interface SearchedEnvelope {
  /** The day of the Date field as it is written there, whatever its zone; midnight as if in UTC. */
  readonly sentDay: number | null;
  /** The folded text of a field that the index has. */
  envelopeText(field: EnvelopeTextField): string;
}

export class SearchableMessage implements SearchedEnvelope {
  readonly #message: MessageSource;
  /** Names in lower case and folded texts of the header section. */
  #fields: readonly (readonly [name: string, text: string])[] | null = null;

  constructor(message: MessageSource) {
    this.#message = message;
  }

  get index(): MessageIndex {
    return this.#message.index;
  }

  get sentDay(): number | null {
    const match = DATE.exec(this.#message.index.envelope.date ?? '');
    const month = MONTHS.indexOf((match?.[2] ?? '?').toLowerCase());
    if (match === null || month < 0 || month % 3 !== 0) return null;
    const year = Number(match[3]);
    const fullYear = year >= 100 ? year : year < 50 ? 2000 + year : 1900 + year;
    return Date.UTC(fullYear, month / 3, Number(match[1]));
  }

  envelopeText(field: EnvelopeTextField): string {
    const { index } = this.#message;
    if (field === 'subject') return foldText(index.subject);
    return foldText(index.envelope[field].map(addressText).join(', '));
  }

  /** The folded texts of all fields of this name. */
  fieldTexts(name: string): string[] {
    const fields = this.#readFields();
    return fields.filter(([each]) => each === name).map(([, text]) => text);
  }

  /** Whether a text part, or a header field of a message within, has the text. */
  bodyHas(text: string): boolean {
    return this.#partHas(this.#message.index.root, text);
  }

  /** The same, or a header field of the message itself. */
  textHas(text: string): boolean {
    const fields = this.#readFields();
    return (
      fields.some(([name, value]) => `${name.toUpperCase()}: ${value}`.includes(text)) || this.bodyHas(text)
    );
  }

  /** Every text that a search looks into, piece by piece: what an index of the message must know. */
  visitTexts(visit: TextVisitor): void {
    for (const field of ENVELOPE_FIELDS) visit(this.envelopeText(field), 'header');
    for (const [name, value] of this.#readFields()) visit(`${name.toUpperCase()}: ${value}`, 'header');
    this.#visitPart(this.#message.index.root, visit);
  }

  #visitPart(part: IndexedPart, visit: TextVisitor): void {
    if (part.message !== null) {
      const { root } = part.message;
      for (const [name, value] of this.#readSection(root)) visit(`${name.toUpperCase()}: ${value}`, 'body');
      this.#visitPart(root, visit);
    } else if (part.type === 'text') {
      for (const text of this.#readText(part)) visit(text, 'body');
    } else {
      for (const child of part.children) this.#visitPart(child, visit);
    }
  }

  #partHas(part: IndexedPart, text: string): boolean {
    if (part.message !== null) return this.#messageHas(part.message.root, text);
    if (part.type === 'text') return this.#readText(part).some((each) => each.includes(text));
    for (const child of part.children) if (this.#partHas(child, text)) return true;
    return false;
  }

  #messageHas(root: IndexedPart, text: string): boolean {
    const fields = this.#readSection(root);
    return (
      fields.some(([name, value]) => `${name.toUpperCase()}: ${value}`.includes(text)) ||
      this.#partHas(root, text)
    );
  }

  /** The folded text of a part; of HTML both what people see and its source, where links and addresses are. */
  #readText(part: IndexedPart): string[] {
    const end = Math.min(part.bodyEnd, part.bodyStart + MAX_SEARCHED_OCTETS);
    const octets = this.#message.readRange(part.bodyStart, end);
    const decoded = decodeTransferEncoding(octets, part.encoding) ?? octets;
    const text = decodeCharset(decoded, part.parameters['charset']);
    return part.subtype === 'html' ? [foldText(htmlToText(text)), foldText(text)] : [foldText(text)];
  }

  #readFields(): readonly (readonly [string, string])[] {
    this.#fields ??= this.#readSection(this.#message.index.root);
    return this.#fields;
  }

  #readSection(root: IndexedPart): readonly (readonly [string, string])[] {
    const section = guessText(this.#message.readRange(root.headerStart, root.bodyStart));
    const fields: [string, string][] = [];
    scanFields(section, (name, value) => {
      fields.push([name, foldText(decodeEncodedWords(unfold(value)))]);
    });
    return fields;
  }
}

/** As text, to be kept. */
export function packEnvelope(envelope: SearchedEnvelope): string {
  return JSON.stringify([envelope.sentDay, ...ENVELOPE_FIELDS.map((field) => envelope.envelopeText(field))]);
}

export function unpackEnvelope(packed: string): SearchedEnvelope {
  const [sentDay, ...texts] = JSON.parse(packed) as [number | null, ...string[]];
  return { sentDay, envelopeText: (field) => texts[ENVELOPE_FIELDS.indexOf(field)] ?? '' };
}

function addressText({ name, mailbox, host }: IndexedAddress): string {
  const address = host === null ? (mailbox ?? '') : `${mailbox ?? ''}@${host}`;
  return name === null ? address : `${decodeEncodedWords(name)} <${address}>`;
}
