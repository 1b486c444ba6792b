/**
 * Content in the database: small octets in a row, large ones as a file named by a row; reference counted.
 *
 * Flow: enqueue() and appendMessages() add content in their commit; mailboxes and the queue hold references.
 * Invariants: a content row has a positive count; at zero, row and file go. A file named by a committed row is on disk,
 * synced, before that commit. Files without a row (a crash came between) are removed at start.
 */
import { randomBytes } from 'node:crypto';
import type { ContentId, ContentReader, StagedContent } from '../mail/content/port.ts';
import type { MessageIndex } from '../format/message-index.ts';
import type { Connection } from './connection.ts';
import type { ContentFiles } from './content-files.ts';
import { forgetSummary } from './mail-search/search-writes.ts';
import { KEY_OCTETS } from './sealing/codec.ts';
import type { Transaction } from './transaction.ts';

/** A staged content as it travels to the writer: flat, and the octets in a buffer of their own. */
export interface ContentArguments {
  /** Of a file that is sealed already. */
  readonly dataKey: Uint8Array | null;
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
    dataKey: body.kind === 'file' ? (body.dataKey ?? null) : null,
  };
}

/** Adds content with its first reference. `holder`: the account it is for, or the office. */
export function addContent(transaction: Transaction, content: ContentArguments, holder: number): ContentId {
  const { connection } = transaction;
  const { rowId } = connection.run(
    'INSERT INTO content (reference_count, size_bytes, file_name) VALUES (1, ?, ?)',
    content.sizeBytes,
    content.fileName,
  );
  const dataKey = giveDataKey(transaction, { id: rowId, holder }, content);
  connection.run(
    `INSERT INTO content_body (content_id, message_index, octets)
       VALUES (?1, seal_content(?2, ?4, 'index', ?1), seal_content(?3, ?4, 'octets', ?1))`,
    rowId,
    content.messageIndex,
    content.octets,
    dataKey,
  );
  return rowId;
}

/** The content's own key as it is stored, wrapped by its holder's; null where the content is kept in the clear. */
function giveDataKey(
  { connection }: Transaction,
  { id, holder }: { id: ContentId; holder: number },
  { fileName, dataKey }: Pick<ContentArguments, 'fileName' | 'dataKey'>,
): Uint8Array | null {
  const { keyring } = connection;
  // A file began as the state then was; the background rewrite finds those that came in between.
  const isSealed = fileName === null ? keyring.isSealing : dataKey !== null;
  if (!isSealed) return null;
  const wrapped = keyring.wrap(dataKey ?? randomBytes(KEY_OCTETS), { contentId: id, holder });
  connection.run('UPDATE content SET data_key = ? WHERE id = ?', wrapped, id);
  return wrapped;
}

/** Gives a content to whoever holds it now: an account where it is the only one, else the office. */
export function holdContent(
  { connection }: Pick<Transaction, 'connection'>,
  id: ContentId,
  holder: number,
): void {
  const row = connection.get<{ data_key: Uint8Array | null }>(
    'SELECT data_key FROM content WHERE id = ?',
    id,
  );
  if (row === undefined || row.data_key === null) return;
  const wrapped = connection.keyring.rewrap(row.data_key, { contentId: id, holder });
  if (wrapped !== null) connection.run('UPDATE content SET data_key = ? WHERE id = ?', wrapped, id);
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
  data_key: Uint8Array | null;
}

/** Of a joined content and content_body. */
export const MESSAGE_INDEX = "unseal_content(body.message_index, content.data_key, 'index', content.id)";
export const OCTETS = "unseal_content(body.octets, content.data_key, 'octets', content.id)";

export class SqliteContentReader implements ContentReader {
  readonly #connection: Connection;
  readonly #files: ContentFiles;

  constructor(connection: Connection, files: ContentFiles) {
    this.#connection = connection;
    this.#files = files;
  }

  readIndex(id: ContentId): Promise<MessageIndex> {
    const row = this.#connection.get<{ message_index: string }>(
      `SELECT ${MESSAGE_INDEX} AS message_index
         FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
      id,
    );
    if (row === undefined) return Promise.reject(new Error(`no content ${id}`));
    return Promise.resolve(JSON.parse(row.message_index) as MessageIndex);
  }

  async readRange(id: ContentId, start: number, end: number): Promise<Uint8Array> {
    try {
      return await this.#readOnce(id, start, end);
    } catch (error) {
      // The file was sealed or opened meanwhile, and has another name.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return this.#readOnce(id, start, end);
    }
  }

  async #readOnce(id: ContentId, start: number, end: number): Promise<Uint8Array> {
    const row = this.#connection.get<BodyRow>(
      `SELECT substr(${OCTETS}, ?, ?) AS octets, content.file_name, content.data_key
         FROM content JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
      start + 1,
      Math.max(0, end - start),
      id,
    );
    if (row === undefined) throw new Error(`no content ${id}`);
    if (row.file_name === null) return row.octets ?? new Uint8Array(0);
    const dataKey = row.data_key === null ? null : this.#connection.keyring.openDataKey(row.data_key, id);
    return this.#files.readFile({ fileName: row.file_name, dataKey }, start, end);
  }
}
