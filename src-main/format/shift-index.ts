/** A message's index where other octets stand above the message. */
import type { IndexedPart, MessageIndex } from './message-index.ts';

/** The index of a message that has `octets` of header fields of its own before its shared content. */
export function shiftIndex(index: MessageIndex, octets: number): MessageIndex {
  if (octets === 0) return index;
  const root = shiftPart(index.root, octets);
  return { ...index, sizeBytes: index.sizeBytes + octets, root: { ...root, headerStart: 0 } };
}

function shiftPart(part: IndexedPart, by: number): IndexedPart {
  return {
    ...part,
    headerStart: part.headerStart + by,
    bodyStart: part.bodyStart + by,
    bodyEnd: part.bodyEnd + by,
    children: part.children.map((child) => shiftPart(child, by)),
    message: part.message && { ...part.message, root: shiftPart(part.message.root, by) },
  };
}
