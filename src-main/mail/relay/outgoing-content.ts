/** The content of a queue entry as the client sends it: in ranges, so that no message is ever whole in memory. */
import type { ContentReader } from '../content/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import { CONTENT_RANGE_OCTETS } from './limits.ts';

export async function* readInRanges(
  reader: ContentReader,
  { contentId, sizeBytes }: Pick<QueueEntry, 'contentId' | 'sizeBytes'>,
): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < sizeBytes; start += CONTENT_RANGE_OCTETS) {
    yield await reader.readRange(contentId, start, Math.min(start + CONTENT_RANGE_OCTETS, sizeBytes));
  }
}

/** RFC 6532: whether the header section holds octets beyond ASCII. Only a client that said SMTPUTF8 may have sent such. */
export async function hasUtf8Header(reader: ContentReader, entry: QueueEntry): Promise<boolean> {
  if (!entry.smtpUtf8) return false;
  const { root } = await reader.readIndex(entry.contentId);
  const header = await reader.readRange(entry.contentId, 0, root.bodyStart);
  return header.some((octet) => octet > 0x7f);
}
