/**
 * Content in the database: small octets in a row, large ones as a file named by a row; reference counted.
 *
 * Flow: enqueue() and appendMessages() add content in their commit; mailboxes and the queue hold references.
 * Invariants: a content row has a positive count; at zero, row and file go. A file named by a committed row is on disk,
 * synced, before that commit. Files without a row (a crash came between) are removed at start.
 */
import type { ContentId, ContentReader, StagedContent } from '../mail/content/port.ts';
import type { MessageIndex } from '../format/message-index.ts';
import type { Connection } from './connection.ts';
import type { ContentFiles } from './content-files.ts';
import { forgetSummary } from './mail-search/search-writes.ts';
import type { Transaction } from './transaction.ts';

/** A staged content as it travels to the writer: flat, and the octets in a buffer of their own. */
export interface ContentArguments {
  readonly sizeBytes: number;
  readonly messageIndex: string;
  readonly octets: Uint8Array | null;
  readonly fileName: string | null;
}

/** Flattens a staged content. The octets are copied: a view would drag its whole buffer through the worker's port. */
export function toContentArguments(content: StagedContent): ContentArguments {
  const { body } = content;
  return {
    sizeBytes: content.sizeBytes,
    messageIndex: JSON.stringify(content.index),
    octets: body.kind === 'inline' ? Uint8Array.from(body.bytes) : null,
    fileName: body.kind === 'file' ? body.fileName : null,
  };
}

export function addContent(
  transaction: Transaction,
  content: ContentArguments,
  referenceCount: number,
): ContentId {
  const { connection } = transaction;
  const { rowId } = connection.run(
    'INSERT INTO content (reference_count, size_bytes, file_name) VALUES (?, ?, ?)',
    referenceCount,
    content.sizeBytes,
    content.fileName,
  );
  connection.run(
    'INSERT INTO content_body (content_id, message_index, octets) VALUES (?, ?, ?)',
    rowId,
    content.messageIndex,
    content.octets,
  );
  return rowId;
}

/** Adds (or, negative, gives back) references; removes content that nobody refers to any more. */
export function changeReferences(transaction: Transaction, id: ContentId, by: number): void {
  if (by === 0) return;
  const row = transaction.connection.get<{ reference_count: number; file_name: string | null }>(
    'UPDATE content SET reference_count = reference_count + ? WHERE id = ? RETURNING reference_count, file_name',
    by,
    id,
  );
  if (row === undefined) throw new Error(`no content ${id}`);
  if (row.reference_count > 0) return;
  transaction.connection.run('DELETE FROM content WHERE id = ?', id);
  transaction.connection.run('DELETE FROM content_body WHERE content_id = ?', id);
  forgetSummary(transaction.connection, id);
  if (row.file_name !== null) transaction.releasedFiles.push(row.file_name);
}

/** Which of these files a content row names. */
export function namedFiles(connection: Connection, fileNames: readonly string[]): ReadonlySet<string> {
  const isNamed = (name: string) =>
    connection.get('SELECT 1 FROM content WHERE file_name = ?', name) !== undefined;
  return new Set(fileNames.filter(isNamed));
}

interface BodyRow {
  octets: Uint8Array | null;
  file_name: string | null;
}

export class SqliteContentReader implements ContentReader {
  readonly #connection: Connection;
  readonly #files: ContentFiles;

  constructor(connection: Connection, files: ContentFiles) {
    this.#connection = connection;
    this.#files = files;
  }

  readIndex(id: ContentId): Promise<MessageIndex> {
    const row = this.#connection.get<{ message_index: string }>(
      'SELECT message_index FROM content_body WHERE content_id = ?',
      id,
    );
    if (row === undefined) return Promise.reject(new Error(`no content ${id}`));
    return Promise.resolve(JSON.parse(row.message_index) as MessageIndex);
  }

  async readRange(id: ContentId, start: number, end: number): Promise<Uint8Array> {
    const row = this.#connection.get<BodyRow>(
      `SELECT substr(body.octets, ?, ?) AS octets, content.file_name
         FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
      start + 1,
      Math.max(0, end - start),
      id,
    );
    if (row === undefined) throw new Error(`no content ${id}`);
    if (row.file_name === null) return row.octets ?? new Uint8Array(0);
    return this.#files.readFile(row.file_name, start, end);
  }
}
