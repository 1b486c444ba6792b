/** Staged and stored content as MessageOctets, for those who need not know which it is. */
import type { MessageOctets } from './message-octets.ts';
import type { ContentId, ContentReader, ContentSpool, StagedContent } from './port.ts';

/** Content that waits for its commit. */
export function octetsOfStaged(
  spool: Pick<ContentSpool, 'readRange'>,
  content: StagedContent,
): MessageOctets {
  const { sizeBytes, index } = content;
  return { sizeBytes, index, readRange: (start, end) => spool.readRange(content, start, end) };
}

/** Content that a committed reference holds. */
export async function octetsOfStored(reader: ContentReader, id: ContentId): Promise<MessageOctets> {
  const index = await reader.readIndex(id);
  return {
    sizeBytes: index.sizeBytes,
    index,
    readRange: (start, end) => reader.readRange(id, start, end),
  };
}
