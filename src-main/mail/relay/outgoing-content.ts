/** A queue entry's message as the client sends it: its prefix, then its content in ranges, so that no message is ever whole in memory. */
import { findSevenBitForm, type SevenBitForm } from '../../format/seven-bit-message.ts';
import type { ContentId, ContentReader } from '../content/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import { CONTENT_RANGE_OCTETS } from './limits.ts';

type OutgoingEntry = Pick<QueueEntry, 'contentId' | 'sizeBytes' | 'prefix'>;

export function readInRanges(reader: ContentReader, entry: OutgoingEntry): AsyncGenerator<Uint8Array> {
  return afterPrefix(entry, readBetween(reader, entry.contentId, { start: 0, end: entry.sizeBytes }));
}

/** Octets of the message with its prefix. */
export function outgoingSize({ sizeBytes, prefix = '' }: OutgoingEntry): number {
  return sizeBytes + Buffer.byteLength(prefix);
}

async function* afterPrefix(
  { prefix = '' }: Pick<QueueEntry, 'prefix'>,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (prefix !== '') yield Buffer.from(prefix);
  yield* content;
}

async function* readBetween(
  reader: ContentReader,
  contentId: ContentId,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += CONTENT_RANGE_OCTETS) {
    yield await reader.readRange(contentId, at, Math.min(at + CONTENT_RANGE_OCTETS, end));
  }
}

/** How the message may go to a server that takes seven bits only (RFC 6152 §3). */
export async function sevenBitForm(reader: ContentReader, entry: QueueEntry): Promise<SevenBitForm> {
  const { root } = await reader.readIndex(entry.contentId);
  const form = await findSevenBitForm(root, (start, end) =>
    readBetween(reader, entry.contentId, { start, end }),
  );
  return form.kind === 'converted' ? { ...form, content: () => afterPrefix(entry, form.content()) } : form;
}

/** RFC 6532: whether the header section holds octets beyond ASCII. Only a client that said SMTPUTF8 may have sent such. */
export async function hasUtf8Header(reader: ContentReader, entry: QueueEntry): Promise<boolean> {
  if (!entry.smtpUtf8) return false;
  const { root } = await reader.readIndex(entry.contentId);
  const header = await reader.readRange(entry.contentId, 0, root.bodyStart);
  return header.some((octet) => octet > 0x7f);
}
