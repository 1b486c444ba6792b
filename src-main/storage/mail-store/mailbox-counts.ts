/**
 * A mailbox's counters, kept in its row: next UID, highest MODSEQ, how many messages, unseen, deleted, octets.
 *
 * Invariants: every write that touches a mailbox's messages opens its counters, changes them, and saves them in the same
 * commit; so STATUS and LIST never count rows.
 */
import type { MailboxId } from '../../mail/mailstore/port.ts';
import type { Transaction } from '../transaction.ts';
import { DELETED_BIT, SEEN_BIT } from './rows.ts';

export interface MailboxCounts {
  readonly id: MailboxId;
  readonly accountId: number;
  readonly uidValidity: number;
  uidNext: number;
  highestModSeq: number;
  messageCount: number;
  unseenCount: number;
  deletedCount: number;
  sizeBytes: number;
}

export function openCounts(transaction: Transaction, id: MailboxId): MailboxCounts | undefined {
  return transaction.connection.get<MailboxCounts>(
    `SELECT id, account_id AS accountId, uid_validity AS uidValidity, uid_next AS uidNext,
            highest_mod_seq AS highestModSeq, message_count AS messageCount, unseen_count AS unseenCount,
            deleted_count AS deletedCount, size_bytes AS sizeBytes
       FROM mailbox WHERE id = ?`,
    id,
  );
}

/** Saves the counters and tells sessions that the mailbox's messages changed. */
export function saveCounts(transaction: Transaction, counts: MailboxCounts): void {
  transaction.connection.run(
    `UPDATE mailbox SET uid_next = ?, highest_mod_seq = ?, message_count = ?, unseen_count = ?, deleted_count = ?,
            size_bytes = ? WHERE id = ?`,
    counts.uidNext,
    counts.highestModSeq,
    counts.messageCount,
    counts.unseenCount,
    counts.deletedCount,
    counts.sizeBytes,
    counts.id,
  );
  transaction.changes.push({ accountId: counts.accountId, mailboxId: counts.id, kind: 'messages' });
}

/** Counts a message with these flag bits in (sign 1) or out (sign -1). */
export function countMessage(
  counts: MailboxCounts,
  message: { bits: number; sizeBytes: number },
  sign: 1 | -1,
): void {
  counts.messageCount += sign;
  counts.sizeBytes += sign * message.sizeBytes;
  countFlags(counts, message.bits, sign);
}

/** Counts flag bits in or out, the message itself staying. */
export function countFlags(counts: MailboxCounts, bits: number, sign: 1 | -1): void {
  if ((bits & SEEN_BIT) === 0) counts.unseenCount += sign;
  if ((bits & DELETED_BIT) !== 0) counts.deletedCount += sign;
}
