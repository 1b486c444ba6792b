/**
 * Checks what mailboxes say of themselves and what lies in them.
 *
 * Invariants: a UID is never changed and UIDVALIDITY neither, so that mail programs need not fetch anything again and POP3
 * unique-ids stay; the next UID and the highest MODSEQ only ever rise.
 */
import { mailboxWrites } from '../mail-store/mailbox-writes.ts';
import { DELETED_BIT, PREFIX, SEEN_BIT } from '../mail-store/rows.ts';
import type { Examination } from './findings.ts';

interface Counted {
  id: number;
  account_id: number;
  name: string;
  uid_next: number;
  highest_mod_seq: number;
  message_count: number;
  unseen_count: number;
  deleted_count: number;
  size_bytes: number;
  real_uid_next: number;
  real_mod_seq: number;
  real_messages: number;
  real_unseen: number;
  real_deleted: number;
  real_size: number;
}

const COUNTED = `
  SELECT mailbox.*, max(uid_next, coalesce((SELECT max(uid) + 1 FROM message WHERE mailbox_id = mailbox.id), 1),
                        coalesce((SELECT max(uid) + 1 FROM expunged WHERE mailbox_id = mailbox.id), 1)) AS real_uid_next,
         max(highest_mod_seq, coalesce((SELECT max(mod_seq) FROM message WHERE mailbox_id = mailbox.id), 1),
             coalesce((SELECT max(mod_seq) FROM expunged WHERE mailbox_id = mailbox.id), 1),
             coalesce((SELECT max(mod_seq) FROM reader_seen WHERE mailbox_id = mailbox.id), 1)) AS real_mod_seq,
         count(message.uid) AS real_messages,
         coalesce(sum((message.flags & ${SEEN_BIT}) = 0), 0) AS real_unseen,
         coalesce(sum((message.flags & ${DELETED_BIT}) <> 0), 0) AS real_deleted,
         coalesce(sum(message.size_bytes), 0) AS real_size
    FROM mailbox LEFT JOIN message ON message.mailbox_id = mailbox.id
   GROUP BY mailbox.id`;

const FIGURES = [
  ['uid_next', 'real_uid_next', 'next UID'],
  ['highest_mod_seq', 'real_mod_seq', 'highest MODSEQ'],
  ['message_count', 'real_messages', 'messages'],
  ['unseen_count', 'real_unseen', 'unseen'],
  ['deleted_count', 'real_deleted', 'deleted'],
  ['size_bytes', 'real_size', 'octets'],
] as const;

export function checkMailboxes(examination: Examination): void {
  const { connection, isRepairing, found } = examination;
  for (const row of connection.all<Counted>(COUNTED)) {
    for (const [column, real, words] of FIGURES) {
      if (row[column] === row[real]) continue;
      const text = `mailbox ${row.name} of account ${row.account_id} says ${words} ${row[column]}, it is ${row[real]}`;
      found({ check: 'mailboxes', text, remedy: 'it is set right' });
      if (isRepairing) connection.run(`UPDATE mailbox SET ${column} = ? WHERE id = ?`, row[real], row.id);
    }
  }
}

/** Messages whose size is not that of their octets. After the contents are in order. */
export function checkMessageSizes({ connection, isRepairing, found }: Examination): void {
  const rows = connection.all<{ mailbox_id: number; uid: number; size_bytes: number; real: number }>(`
    SELECT message.mailbox_id, message.uid, message.size_bytes,
           content.size_bytes + length(CAST(${PREFIX} AS BLOB)) AS real
      FROM message JOIN content ON content.id = message.content_id
     WHERE message.size_bytes <> content.size_bytes + length(CAST(${PREFIX} AS BLOB))`);
  for (const { mailbox_id, uid, size_bytes, real } of rows) {
    const text = `UID ${uid} of mailbox ${mailbox_id} says ${size_bytes} octets and has ${real}`;
    found({ check: 'messages', text, remedy: 'it is set right' });
    if (isRepairing)
      connection.run(
        'UPDATE message SET size_bytes = ? WHERE mailbox_id = ? AND uid = ?',
        real,
        mailbox_id,
        uid,
      );
  }
}

/** Messages of mailboxes that are gone; check-references keeps their octets. */
export function checkStrayMessages({ connection, isRepairing, found }: Examination): void {
  const rows = connection.all<{ mailbox_id: number; messages: number }>(`
    SELECT mailbox_id, count(*) AS messages FROM message
     WHERE mailbox_id NOT IN (SELECT id FROM mailbox) GROUP BY mailbox_id`);
  for (const { mailbox_id, messages } of rows) {
    const text = `${messages} messages lie in mailbox ${mailbox_id}, which is not there`;
    found({ check: 'messages', text, remedy: 'those that nobody else holds move to lost-and-found' });
    if (isRepairing) connection.run('DELETE FROM message WHERE mailbox_id = ?', mailbox_id);
  }
}

/** RFC 9051 §5.1: every account has INBOX. */
export function checkInboxes({ connection, isRepairing, found, now }: Examination): void {
  const rows = connection.all<{ id: number; address_key: string }>(`
    SELECT id, address_key FROM account
     WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE account_id = account.id AND name = 'INBOX')`);
  for (const { id, address_key } of rows) {
    found({ check: 'messages', text: `${address_key} has no INBOX`, remedy: 'it gets one' });
    if (isRepairing)
      mailboxWrites.createAccountMailboxes({ connection, now, releasedFiles: [], changes: [] }, id);
  }
}
