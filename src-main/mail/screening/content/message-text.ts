/**
 * MessageText: what people read of a message: its header fields and its texts, decoded; and what they click on.
 *
 * RFC 5322, RFC 2045-2047. Invariants: bounded by limits.ts whatever the message is like; octets that are not what they claim
 * to be are read as well as can be.
 */
import { decodeCharset } from '../../../format/charset.ts';
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import {
  fieldBody,
  findFields,
  parseHeaderSection,
  type HeaderSection,
} from '../../../format/header-section.ts';
import type { IndexedPart } from '../../../format/message-index.ts';
import { htmlToText } from '../../../format/preview.ts';
import { decodeTransferEncoding } from '../../../format/transfer-encoding.ts';
import type { MessageOctets } from '../../content/message-octets.ts';
import { MAX_PART_TEXT_OCTETS, MAX_TEXT_OCTETS } from '../limits.ts';
import { findLinks, type Link } from './links.ts';

export interface MessageText {
  readonly header: HeaderSection;
  /** Bodies of the fields of that name, unfolded, encoded words decoded. */
  fields(name: string): readonly string[];
  /** What is shown, of all text parts; of HTML the words. */
  readonly body: string;
  readonly links: readonly Link[];
  /** The message shows a picture and next to no words. */
  readonly isOnlyPicture: boolean;
}

/** Fewer words than this beside a picture are none. */
const FEW_CHARACTERS = 40;

export async function readMessageText(octets: MessageOctets): Promise<MessageText> {
  const { root } = octets.index;
  const headerOctets = await octets.readRange(root.headerStart, root.bodyStart);
  const header = parseHeaderSection(withoutEmptyLine(headerOctets));
  const parts = leavesOf(root);
  const texts = await readTexts(octets, parts);
  const body = texts.map(({ text, isHtml }) => (isHtml ? htmlToText(text) : text)).join('\n');
  const hasPicture =
    parts.some(({ type }) => type === 'image') || texts.some(({ text }) => /<img\b/iu.test(text));
  return {
    header,
    fields: (name) => findFields(header, name).map((field) => decodeEncodedWords(fieldBody(header, field))),
    body,
    links: texts.flatMap(({ text, isHtml }) => findLinks(text, isHtml)),
    isOnlyPicture: hasPicture && body.replace(/\s+/gu, '').length < FEW_CHARACTERS,
  };
}

/** The empty line that ends the section is not part of it. */
function withoutEmptyLine(octets: Uint8Array): Uint8Array {
  const { length } = octets;
  return octets[length - 2] === 0x0d && octets[length - 3] === 0x0a ? octets.subarray(0, length - 2) : octets;
}

/** The parts that hold something themselves, in their order, those of messages within too. */
export function leavesOf(part: IndexedPart): readonly IndexedPart[] {
  if (part.message !== null) return leavesOf(part.message.root);
  return part.children.length > 0 ? part.children.flatMap(leavesOf) : [part];
}

async function readTexts(octets: MessageOctets, parts: readonly IndexedPart[]) {
  const texts: { readonly text: string; readonly isHtml: boolean }[] = [];
  let left = MAX_TEXT_OCTETS;
  for (const part of parts) {
    if (part.type !== 'text' || part.disposition?.type === 'attachment' || left <= 0) continue;
    const most = Math.min(left, MAX_PART_TEXT_OCTETS);
    const raw = await octets.readRange(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + most));
    left -= raw.length;
    const decoded = decodeTransferEncoding(raw, part.encoding) ?? raw;
    texts.push({ text: decodeCharset(decoded, part.parameters['charset']), isHtml: part.subtype === 'html' });
  }
  return texts;
}
