/** Stored message: a content and its prefix as the search worker reads them: at once and without waiting. */
import type { MessageIndex } from '../../format/message-index.ts';
import { shiftIndex } from '../../mail/mailstore/mailbox-rules.ts';
import { SearchableMessage, type MessageSource } from '../../mail/mailstore/search/searchable-message.ts';
import type { Connection } from '../connection.ts';
import { MESSAGE_INDEX, OCTETS } from '../content-store.ts';
import { readContentFile } from '../sealing/content-file.ts';

export interface ContentPlace {
  readonly connection: Connection;
  readonly contentFolder: string;
}

interface ContentRow {
  message_index: string;
  octets: Uint8Array | null;
  file_name: string | null;
  data_key: Uint8Array | null;
}

/** Null where the content is gone. */
export function openContent(place: ContentPlace, contentId: number): MessageSource | null {
  const row = place.connection.get<ContentRow>(
    `SELECT ${MESSAGE_INDEX} AS message_index, ${OCTETS} AS octets, content.file_name, content.data_key
       FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
    contentId,
  );
  if (row === undefined) return null;
  return {
    index: JSON.parse(row.message_index) as MessageIndex,
    readRange: (start, end) => readContent(place, { ...row, contentId }, { start, end }),
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
    `SELECT ${MESSAGE_INDEX} AS message_index
       FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
    contentId,
  );
  return row === undefined ? null : (JSON.parse(row.message_index) as MessageIndex);
}

/** Answers null where the file of a content is gone: the doctor tells of it, and nothing waits for it. */
export function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function readContent(
  { connection, contentFolder }: ContentPlace,
  row: ContentRow & { readonly contentId: number },
  { start, end }: { start: number; end: number },
): Uint8Array {
  if (row.file_name === null) return (row.octets ?? new Uint8Array(0)).subarray(start, end);
  try {
    return readContentFile(connection, { ...row, contentFolder, fileName: row.file_name }, { start, end });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // The file was sealed or opened meanwhile, and has another name.
    const now = connection.get<Pick<ContentRow, 'file_name' | 'data_key'>>(
      'SELECT file_name, data_key FROM content WHERE id = ?',
      row.contentId,
    );
    if (now === undefined || now.file_name === null || now.file_name === row.file_name) throw error;
    const file = { ...now, contentFolder, fileName: now.file_name, contentId: row.contentId };
    return readContentFile(connection, file, { start, end });
  }
}
