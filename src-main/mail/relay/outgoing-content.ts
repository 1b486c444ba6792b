/** A queue entry's message as the client sends it: signatures, its prefix, its content in ranges, so that no message is ever whole in memory. */
import { findSevenBitForm, type SevenBitForm } from '../../format/seven-bit-message.ts';
import type { ContentId, ContentReader } from '../content/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import type { OutgoingSigner } from '../signing/port.ts';
import { CONTENT_RANGE_OCTETS } from './limits.ts';

/** What the message is made from on its way out. */
export interface OutgoingSource {
  readonly content: ContentReader;
  /** Makes what stands above everything; absent: nothing does. */
  readonly signer?: OutgoingSigner;
}

/** The message in the forms in which it may leave. Each is signed once, however often it is sent. */
export interface OutgoingForms {
  readonly sizeOctets: number;
  readonly hasUtf8Header: boolean;
  content(): AsyncIterable<Uint8Array>;
  sevenBitForm(): Promise<SevenBitForm>;
}

export async function prepareOutgoing(source: OutgoingSource, entry: QueueEntry): Promise<OutgoingForms> {
  const { contentId, sizeBytes } = entry;
  const stored = () => readBetween(source.content, contentId, { start: 0, end: sizeBytes });
  const above = await readAbove(source, entry, stored());
  let sevenBit: Promise<SevenBitForm> | undefined;
  return {
    sizeOctets: above.length + sizeBytes,
    hasUtf8Header: await hasUtf8Header(source.content, entry),
    content: () => below(above, stored()),
    sevenBitForm: () => (sevenBit ??= makeSevenBitForm(source, entry)),
  };
}

/** Signatures, and below them what was found out about the message. */
async function readAbove(
  { signer }: OutgoingSource,
  entry: QueueEntry,
  content: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const signatures = (await signer?.sign(entry, content)) ?? '';
  return Buffer.concat([Buffer.from(signatures, 'latin1'), Buffer.from(entry.prefix ?? '')]);
}

async function* below(above: Uint8Array, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (above.length > 0) yield above;
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

/** How the message may go to a server that takes seven bits only (RFC 6152 §3). What is converted is signed anew. */
async function makeSevenBitForm(source: OutgoingSource, entry: QueueEntry): Promise<SevenBitForm> {
  const { root } = await source.content.readIndex(entry.contentId);
  const form = await findSevenBitForm(root, (start, end) =>
    readBetween(source.content, entry.contentId, { start, end }),
  );
  if (form.kind !== 'converted') return form;
  const above = await readAbove(source, entry, form.content());
  return { ...form, content: () => below(above, form.content()) };
}

/** RFC 6532: whether the header section holds octets beyond ASCII. Only a client that said SMTPUTF8 may have sent such. */
async function hasUtf8Header(reader: ContentReader, entry: QueueEntry): Promise<boolean> {
  if (!entry.smtpUtf8) return false;
  const { root } = await reader.readIndex(entry.contentId);
  const header = await reader.readRange(entry.contentId, 0, root.bodyStart);
  return header.some((octet) => octet > 0x7f);
}
