/**
 * Stored copy: a message of a mailbox opened for reading: its prefix, then the content that copies share.
 *
 * Invariants: the index is parsed when somebody asks for it; small contents come with the first look-up.
 */
import type { MessageIndex } from '../../format/message-index.ts';
import { shiftIndex } from '../../mail/mailstore/mailbox-rules.ts';
import type { MailboxId, OpenMessage, Uid } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { MESSAGE_INDEX, OCTETS, type SqliteContentReader } from '../content-store.ts';
import { PREFIX } from './rows.ts';

/** A content up to this size is read whole at once: most messages, and the beginning is what most readers want. */
const READ_AT_ONCE_OCTETS = 16 * 1024;

interface CopyRow {
  size_bytes: number;
  content_id: number;
  prefix: string;
  message_index: string;
  octets: Uint8Array | null;
}

/** Null where the message is gone. */
export function openCopy(
  connection: Connection,
  content: SqliteContentReader,
  { id, uid }: { id: MailboxId; uid: Uid },
): OpenMessage | null {
  const row = connection.get<CopyRow>(
    `SELECT message.size_bytes, message.content_id, ${PREFIX} AS prefix, ${MESSAGE_INDEX} AS message_index,
            iif(message.size_bytes <= ?, ${OCTETS}, NULL) AS octets
       FROM message JOIN content ON content.id = message.content_id JOIN content_body AS body ON body.content_id = message.content_id
      WHERE message.mailbox_id = ? AND message.uid = ?`,
    READ_AT_ONCE_OCTETS,
    id,
    uid,
  );
  return row === undefined ? null : new StoredCopy(row, content);
}

class StoredCopy implements OpenMessage {
  readonly sizeBytes: number;
  readonly #row: CopyRow;
  readonly #content: SqliteContentReader;
  readonly #prefix: Buffer;
  #index: MessageIndex | null = null;

  constructor(row: CopyRow, content: SqliteContentReader) {
    this.sizeBytes = row.size_bytes;
    this.#row = row;
    this.#content = content;
    this.#prefix = Buffer.from(row.prefix);
  }

  get index(): MessageIndex {
    this.#index ??= shiftIndex(JSON.parse(this.#row.message_index) as MessageIndex, this.#prefix.length);
    return this.#index;
  }

  async readRange(start: number, end: number): Promise<Uint8Array> {
    const head = this.#prefix;
    if (start >= head.length) return this.#readContent(start - head.length, end - head.length);
    const first = head.subarray(start, Math.min(end, head.length));
    if (end <= head.length) return first;
    return Buffer.concat([first, await this.#readContent(0, end - head.length)]);
  }

  #readContent(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    const { octets, content_id } = this.#row;
    return octets === null ? this.#content.readRange(content_id, start, end) : octets.subarray(start, end);
  }
}
