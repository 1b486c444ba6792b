/** Stored message: a content and its prefix as the search worker reads them: at once and without waiting. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageIndex } from '../../format/message-index.ts';
import { shiftIndex } from '../../mail/mailstore/mailbox-rules.ts';
import { SearchableMessage, type MessageSource } from '../../mail/mailstore/search/searchable-message.ts';
import type { Connection } from '../connection.ts';

export interface ContentPlace {
  readonly connection: Connection;
  readonly contentFolder: string;
}

interface ContentRow {
  message_index: string;
  octets: Uint8Array | null;
  file_name: string | null;
}

/** Null where the content is gone. */
export function openContent(place: ContentPlace, contentId: number): MessageSource | null {
  const row = place.connection.get<ContentRow>(
    `SELECT body.message_index, body.octets, content.file_name
       FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
    contentId,
  );
  if (row === undefined) return null;
  return {
    index: JSON.parse(row.message_index) as MessageIndex,
    readRange: (start, end) => readContent(place, row, { start, end }),
  };
}

/** The same with a copy's prefix, as searches see it. */
export function openStored(place: ContentPlace, contentId: number, prefix: string): SearchableMessage | null {
  const content = openContent(place, contentId);
  if (content === null) return null;
  if (prefix === '') return new SearchableMessage(content);
  const head = Buffer.from(prefix);
  return new SearchableMessage({
    index: shiftIndex(content.index, head.length),
    readRange: (start, end) => {
      const octets = content.readRange(Math.max(0, start - head.length), Math.max(0, end - head.length));
      return start >= head.length ? octets : Buffer.concat([head.subarray(start, end), octets]);
    },
  });
}

/** The index of a content alone. */
export function readIndex(connection: Connection, contentId: number): MessageIndex | null {
  const row = connection.get<{ message_index: string }>(
    'SELECT message_index FROM content_body WHERE content_id = ?',
    contentId,
  );
  return row === undefined ? null : (JSON.parse(row.message_index) as MessageIndex);
}

function readContent(
  { contentFolder }: ContentPlace,
  row: ContentRow,
  { start, end }: { start: number; end: number },
): Uint8Array {
  if (row.file_name === null) return (row.octets ?? new Uint8Array(0)).subarray(start, end);
  const octets = Buffer.alloc(end - start);
  const file = openSync(join(contentFolder, row.file_name), 'r');
  try {
    return octets.subarray(0, readSync(file, octets, 0, octets.length, start));
  } finally {
    closeSync(file);
  }
}
