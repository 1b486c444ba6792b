/** Messages of another's mailbox as a reader sees them: with \Seen and a MODSEQ of its own (mail/mailstore/sharing). */
import type { AccountId, MailboxId, ModSeq, Uid, UidRange } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import type { Transaction } from '../transaction.ts';
import { SEEN_BIT, type MessageRow } from './rows.ts';

export interface ReaderRow extends MessageRow {
  /** The flags that everybody sees, the owner's \Seen among them. */
  readonly shared_flags: number;
}

export interface ReaderPlace {
  readonly mailboxId: MailboxId;
  readonly reader: AccountId;
}

const SELECT_ROWS = `
  SELECT message.mailbox_id, message.uid, message.keywords, message.internal_date, message.saved_at, message.size_bytes,
         message.content_id, message.prefix, message.trace_id, message.flags AS shared_flags,
         max(message.mod_seq, coalesce(own.mod_seq, 0)) AS mod_seq,
         (message.flags & ~${SEEN_BIT}) | (coalesce(own.is_seen, 0) * ${SEEN_BIT}) AS flags
    FROM message LEFT JOIN reader_seen AS own
      ON own.mailbox_id = message.mailbox_id AND own.uid = message.uid AND own.account_id = ?
   WHERE message.mailbox_id = ?`;

export function readReaderRows(
  connection: Connection,
  { mailboxId, reader }: ReaderPlace,
  ranges: readonly UidRange[],
): ReaderRow[] {
  return ranges.flatMap(({ first, last }) =>
    connection.all<ReaderRow>(
      `${SELECT_ROWS} AND message.uid BETWEEN ? AND ? ORDER BY message.uid`,
      reader,
      mailboxId,
      first,
      last,
    ),
  );
}

/** Those that anybody changed, or the reader's own \Seen. */
export function readReaderChanges(
  connection: Connection,
  { mailboxId, reader }: ReaderPlace,
  since: ModSeq,
): ReaderRow[] {
  return connection.all<ReaderRow>(
    `${SELECT_ROWS} AND message.uid IN (
       SELECT uid FROM message WHERE mailbox_id = ? AND mod_seq > ?
       UNION SELECT uid FROM reader_seen WHERE account_id = ? AND mailbox_id = ? AND mod_seq > ?)
     ORDER BY message.uid`,
    reader,
    mailboxId,
    mailboxId,
    since,
    reader,
    mailboxId,
    since,
  );
}

/** The reader's \Seen of one message; the caller has raised the mailbox's MODSEQ to `modSeq`. */
export function writeReaderSeen(
  { connection }: Transaction,
  { mailboxId, reader }: ReaderPlace,
  message: { uid: Uid; isSeen: boolean; modSeq: ModSeq },
): void {
  connection.run(
    'INSERT OR REPLACE INTO reader_seen (mailbox_id, uid, account_id, is_seen, mod_seq) VALUES (?, ?, ?, ?, ?)',
    mailboxId,
    message.uid,
    reader,
    Number(message.isSeen),
    message.modSeq,
  );
}

/** Messages leave the mailbox: nobody has seen them any more. Most mailboxes have no readers, which costs one look. */
export function forgetSeen({ connection }: Transaction, mailboxId: MailboxId, uids: readonly Uid[]): void {
  const any = connection.get('SELECT 1 FROM reader_seen WHERE mailbox_id = ? LIMIT 1', mailboxId);
  if (any === undefined) return;
  for (const uid of uids) {
    connection.run('DELETE FROM reader_seen WHERE mailbox_id = ? AND uid = ?', mailboxId, uid);
  }
}
