/**
 * Sections: which octets of a message a FETCH section means (RFC 9051 §6.4.5.1), from the message's index.
 *
 * Part numbers: a multipart's parts are counted; what is no multipart is its own part 1; below a message/rfc822 part the
 * numbers go on within the message.
 */
import type { IndexedPart, MessageIndex } from '../../../format/message-index.ts';
import type { Section } from '../../../protocol/imap/grammar/fetch-item.ts';

/** Octets of the message; the end is exclusive. */
export interface OctetRange {
  readonly start: number;
  readonly end: number;
}

/** The octets of a section before its header fields are chosen, or null where the message has no such section. */
export function locateSection(index: MessageIndex, section: Section): OctetRange | null {
  const part = locatePart(index, section.path);
  if (part === null) return null;
  // The message whose header and text HEADER and TEXT mean.
  const message = section.path.length === 0 ? index.root : (part.message?.root ?? null);
  switch (section.what) {
    case 'all':
      if (section.path.length === 0) return { start: 0, end: index.sizeBytes };
      return { start: part.bodyStart, end: part.bodyEnd };
    case 'mime':
      return { start: part.headerStart, end: part.bodyStart };
    case 'text':
      return message === null ? null : { start: message.bodyStart, end: message.bodyEnd };
    case 'header':
    case 'headerFields':
    case 'headerFieldsNot':
      return message === null ? null : { start: message.headerStart, end: message.bodyStart };
  }
}

/** The part with this number, the root for none, or null. */
export function locatePart(index: MessageIndex, path: readonly number[]): IndexedPart | null {
  let part = index.root;
  let container: IndexedPart | null = part;
  for (const number of path) {
    const next: IndexedPart | null = container === null ? null : childOf(container, number);
    if (next === null) return null;
    part = next;
    container = part.message?.root ?? (part.children.length > 0 ? part : null);
  }
  return part;
}

/** `container` is a multipart, or the root of a message. */
function childOf(container: IndexedPart, number: number): IndexedPart | null {
  if (container.children.length > 0) return container.children[number - 1] ?? null;
  return number === 1 ? container : null;
}
