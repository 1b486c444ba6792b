/**
 * Contents in the background rewrite: those in rows here, those in files by whoever copies the file (sealing-desk.ts) and swaps it in.
 *
 * Invariants: a content has a data key where its octets and its index are sealed, all or none; a content that only one message holds
 * is sealed for that message's account, any other for the office.
 */
import { randomBytes } from 'node:crypto';
import { holdContent } from '../content-store.ts';
import type { Transaction, Write } from '../transaction.ts';
import { KEY_OCTETS } from './codec.ts';
import { OFFICE } from './keyring.ts';

interface ContentRow {
  readonly id: number;
  readonly data_key: Uint8Array | null;
  readonly file_name: string | null;
}

const REWRITE_BODY = `UPDATE content_body SET
    message_index = seal_content(unseal_content(message_index, ?2, 'index', ?1), ?3, 'index', ?1),
    octets = seal_content(unseal_content(octets, ?2, 'octets', ?1), ?3, 'octets', ?1)
  WHERE content_id = ?1`;

/** A content in a row, as the state has it; one in a file is left alone. */
export function rewriteContent(transaction: Transaction, id: number): void {
  const { connection } = transaction;
  const { keyring } = connection;
  const row = connection.get<ContentRow>('SELECT id, data_key, file_name FROM content WHERE id = ?', id);
  if (row === undefined || row.file_name !== null || (row.data_key !== null) === keyring.isSealing) return;
  const dataKey = keyring.isSealing ? randomBytes(KEY_OCTETS) : null;
  setDataKey(transaction, row, dataKey);
}

function setDataKey({ connection }: Transaction, row: ContentRow, dataKey: Uint8Array | null): void {
  const wrapped =
    dataKey === null ? null : connection.keyring.wrap(dataKey, { contentId: row.id, holder: OFFICE });
  connection.run(REWRITE_BODY, row.id, row.data_key, wrapped);
  connection.run('UPDATE content SET data_key = ? WHERE id = ?', wrapped, row.id);
}

/** After its content was rewritten. */
export function handToOwner(transaction: Transaction, mailboxId: number, uid: number): void {
  const owned = transaction.connection.get<{ id: number; account_id: number }>(
    `SELECT content.id, mailbox.account_id FROM message JOIN mailbox ON mailbox.id = message.mailbox_id
       JOIN content ON content.id = message.content_id
      WHERE mailbox_id = ? AND uid = ? AND content.data_key IS NOT NULL AND content.reference_count = 1`,
    mailboxId,
    uid,
  );
  if (owned !== undefined) holdContent(transaction, owned.id, owned.account_id);
}

/** Contents in files that are not as the state has it. */
export interface FileToRewrite {
  readonly contentId: number;
  readonly fileName: string;
  readonly sizeBytes: number;
}

const FILES_A_LOOK = 20;

export const findFilesToRewrite: Write<null, readonly FileToRewrite[]> = ({ connection }) =>
  connection.all<FileToRewrite>(
    `SELECT id AS contentId, file_name AS fileName, size_bytes AS sizeBytes FROM content
      WHERE file_name IS NOT NULL AND (data_key IS NULL) = ? ORDER BY id LIMIT ?`,
    connection.keyring.isSealing ? 1 : 0,
    FILES_A_LOOK,
  );

export interface FileSwap extends FileToRewrite {
  readonly newName: string;
  readonly dataKey: Uint8Array | null;
}

/** Puts a copy of the file in its place; where the content has left or changed meanwhile the copy goes. */
export const swapContentFile: Write<FileSwap, void> = (
  transaction,
  { contentId, fileName, newName, dataKey },
) => {
  const { connection, releasedFiles } = transaction;
  const row = connection.get<ContentRow>(
    'SELECT id, data_key, file_name FROM content WHERE id = ?',
    contentId,
  );
  if (row?.file_name !== fileName) {
    releasedFiles.push(newName);
    return;
  }
  setDataKey(transaction, row, dataKey);
  connection.run('UPDATE content SET file_name = ? WHERE id = ?', newName, contentId);
  releasedFiles.push(fileName);
};
