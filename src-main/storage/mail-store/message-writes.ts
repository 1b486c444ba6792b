/**
 * Writes that add or remove messages of a mailbox: deposit, append, copy, move, expunge.
 *
 * UIDs: RFC 9051 §2.3.1.1; MODSEQ and expunged UIDs: RFC 7162 §3.1, §3.2.7.
 * Invariants: every write raises the mailbox's MODSEQ once; a UID is given once; every message holds one content reference.
 */
import { err, ok, type Result } from '../../base/result.ts';
import { exceedsQuota, type MailAmount, type QuotaLimits } from '../../mail/mailstore/quota-rules.ts';
import type {
  AppendedUids,
  CopiedUids,
  MailboxError,
  MailboxId,
  MessagePlace,
  Uid,
  UidRange,
} from '../../mail/mailstore/port.ts';
import { noteDeed } from '../mailbox-deeds.ts';
import { addContent, changeReferences, holdContent, type ContentArguments } from '../content-store.ts';
import { OFFICE } from '../sealing/keyring.ts';
import type { Transaction, Write } from '../transaction.ts';
import { countMessage, openCounts, saveCounts, type MailboxCounts } from './mailbox-counts.ts';
import { noteLessons } from './move-lessons.ts';
import { forgetSeen } from './reader-rows.ts';
import { DELETED_BIT, PREFIX, toStoredFlags, writeKeywords, type MessageRow } from './rows.ts';

/** What a message brings along into a mailbox, whether it is new or a copy. */
type Insertion = Omit<MessageRow, 'mailbox_id' | 'uid' | 'mod_seq' | 'saved_at'> & { saved_at: number };

/** Gives the message the next UID and the mailbox's current MODSEQ (the caller has raised it). */
function insertMessage(transaction: Transaction, counts: MailboxCounts, message: Insertion): Uid {
  const uid = counts.uidNext++;
  transaction.connection.run(
    `INSERT INTO message (mailbox_id, uid, mod_seq, flags, keywords, internal_date, saved_at, size_bytes, content_id,
                          prefix, trace_id)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, seal(?10, ?12, 'prefix', ?9), ?11)`,
    counts.id,
    uid,
    counts.highestModSeq,
    message.flags,
    message.keywords,
    message.internal_date,
    message.saved_at,
    message.size_bytes,
    message.content_id,
    message.prefix,
    message.trace_id,
    counts.accountId,
  );
  countMessage(counts, { bits: message.flags, sizeBytes: message.size_bytes }, 1);
  return uid;
}

export interface DepositArguments {
  readonly accountId: number;
  readonly mailbox: string;
  readonly prefix: string;
  readonly flags: readonly string[];
  readonly savedAt: number;
  /** The copy's own content; null: the queue entry's. */
  readonly content: ContentArguments | null;
}

/** Puts a queued message into a mailbox; the caller counts references to shared content. */
export function depositMessage(
  transaction: Transaction,
  deposit: DepositArguments,
  shared: { contentId: number; sizeBytes: number; traceId: string },
): void {
  const own = deposit.content;
  const content =
    own === null
      ? shared
      : { sizeBytes: own.sizeBytes, contentId: addContent(transaction, own, deposit.accountId) };
  const counts = findDepositMailbox(transaction, deposit);
  const flags = toStoredFlags(deposit.flags);
  counts.highestModSeq++;
  insertMessage(transaction, counts, {
    flags: flags.bits,
    keywords: writeKeywords(flags.keywords),
    internal_date: deposit.savedAt,
    saved_at: deposit.savedAt,
    size_bytes: content.sizeBytes + Buffer.byteLength(deposit.prefix),
    content_id: content.contentId,
    prefix: deposit.prefix,
    trace_id: shared.traceId,
  });
  saveCounts(transaction, counts);
}

function findDepositMailbox(transaction: Transaction, deposit: DepositArguments): MailboxCounts {
  for (const name of [deposit.mailbox, 'INBOX']) {
    const row = transaction.connection.get<{ id: number }>(
      'SELECT id FROM mailbox WHERE account_id = ? AND name = ?',
      deposit.accountId,
      name,
    );
    const counts = row === undefined ? undefined : openCounts(transaction, row.id);
    if (counts !== undefined) return counts;
  }
  throw new Error(`account ${deposit.accountId} has no mailboxes`);
}

export interface AppendArguments {
  readonly mailboxId: MailboxId;
  readonly messages: readonly {
    readonly content: ContentArguments;
    readonly flags: readonly string[];
    readonly internalDate: number;
  }[];
  readonly replaced: MessagePlace | null;
}

type AppendAnswer = Result<AppendedUids, MailboxError>;

const appendMessages: Write<AppendArguments, AppendAnswer> = (
  transaction,
  { mailboxId, messages, replaced },
) => {
  const counts = openCounts(transaction, mailboxId);
  if (counts === undefined) return err('noSuchMailbox');
  const old =
    replaced === null
      ? []
      : readRows(transaction, replaced.mailboxId, [{ first: replaced.uid, last: replaced.uid }]);
  const freed = old.reduce((sum, row) => sum + row.size_bytes, 0);
  const octets = messages.reduce((sum, message) => sum + message.content.sizeBytes, 0) - freed;
  const added = { octets, messages: messages.length - old.length };
  if (isOverQuota(transaction, counts.accountId, added)) return err('overQuota');
  counts.highestModSeq++;
  const uids = messages.map((message) => {
    const flags = toStoredFlags(message.flags);
    return insertMessage(transaction, counts, {
      flags: flags.bits,
      keywords: writeKeywords(flags.keywords),
      internal_date: message.internalDate,
      saved_at: transaction.now,
      size_bytes: message.content.sizeBytes,
      content_id: addContent(transaction, message.content, counts.accountId),
      prefix: '',
      trace_id: null,
    });
  });
  saveCounts(transaction, counts);
  if (replaced !== null) removeRows(transaction, replaced.mailboxId, old);
  return ok({ uidValidity: counts.uidValidity, uids });
};

export function amountOf(rows: readonly { readonly size_bytes: number }[]): MailAmount {
  return { octets: rows.reduce((sum, row) => sum + row.size_bytes, 0), messages: rows.length };
}

export function isOverQuota(
  { connection }: Pick<Transaction, 'connection'>,
  accountId: number,
  added: MailAmount,
): boolean {
  const limits = connection.get<QuotaLimits>(
    'SELECT quota_bytes AS octets, quota_messages AS messages FROM account WHERE id = ?',
    accountId,
  );
  if (limits === undefined || (limits.octets === null && limits.messages === null)) return false;
  const used = connection.get<MailAmount>(
    `SELECT coalesce(sum(size_bytes), 0) AS octets, coalesce(sum(message_count), 0) AS messages
       FROM mailbox WHERE account_id = ?`,
    accountId,
  );
  return exceedsQuota(limits, used ?? { octets: 0, messages: 0 }, added);
}

export function readRows(
  transaction: Pick<Transaction, 'connection'>,
  mailboxId: MailboxId,
  ranges: readonly UidRange[],
): MessageRow[] {
  return ranges.flatMap(({ first, last }) =>
    transaction.connection.all<MessageRow>(
      `SELECT *, ${PREFIX} AS prefix FROM message WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
      mailboxId,
      first,
      last,
    ),
  );
}

export interface CopyArguments {
  readonly from: MailboxId;
  readonly uids: readonly UidRange[];
  readonly to: MailboxId;
}

const copyMessages: Write<CopyArguments, Result<CopiedUids, MailboxError>> = (
  transaction,
  { from, uids, to },
) => {
  const target = openCounts(transaction, to);
  if (target === undefined) return err('noSuchMailbox');
  const rows = readRows(transaction, from, uids);
  if (isOverQuota(transaction, target.accountId, amountOf(rows))) return err('overQuota');
  for (const row of rows) changeReferences(transaction, row.content_id, 1);
  noteDeed(transaction, { type: 'copied', from, to, rows, lesson: noteLessons(transaction, target, rows) });
  return ok(insertCopies(transaction, target, rows));
};

const moveMessages: Write<CopyArguments, Result<CopiedUids, MailboxError>> = (
  transaction,
  { from, uids, to },
) => {
  const target = openCounts(transaction, to);
  if (target === undefined) return err('noSuchMailbox');
  const rows = readRows(transaction, from, uids);
  noteDeed(transaction, { type: 'moved', from, to, rows, lesson: noteLessons(transaction, target, rows) });
  const copied = insertCopies(transaction, target, rows);
  deleteRows(transaction, from, rows);
  return ok(copied);
};

/** Moves everything; RENAME of INBOX needs it. */
export function moveAllMessages(transaction: Transaction, from: MailboxId, to: MailboxId): void {
  const target = openCounts(transaction, to);
  if (target === undefined) throw new Error(`no mailbox ${to}`);
  const rows = readRows(transaction, from, ALL_UIDS);
  noteDeed(transaction, { type: 'moved', from, to, rows, lesson: null });
  insertCopies(transaction, target, rows);
  deleteRows(transaction, from, rows);
}

export function insertCopies(
  transaction: Transaction,
  target: MailboxCounts,
  rows: readonly MessageRow[],
): CopiedUids {
  if (rows.length === 0) return { uidValidity: target.uidValidity, from: [], to: [] };
  target.highestModSeq++;
  shareContents(transaction, target.accountId, rows);
  const to = rows.map((row) => insertMessage(transaction, target, { ...row, saved_at: transaction.now }));
  saveCounts(transaction, target);
  return { uidValidity: target.uidValidity, from: rows.map((row) => row.uid), to };
}

/** Contents that come to another account are the office's from then on: nobody's key may be all that opens them. */
function shareContents({ connection }: Transaction, accountId: number, rows: readonly MessageRow[]): void {
  const from = connection.get<{ account_id: number }>(
    'SELECT account_id FROM mailbox WHERE id = ?',
    rows[0]?.mailbox_id ?? 0,
  );
  if (from?.account_id === accountId) return;
  for (const { content_id } of rows) holdContent({ connection }, content_id, OFFICE);
}

/** Takes messages out of their mailbox, leaving their UIDs in `expunged`. Content references are the caller's. */
export function deleteRows(
  transaction: Transaction,
  mailboxId: MailboxId,
  rows: readonly MessageRow[],
): void {
  const counts = openCounts(transaction, mailboxId);
  if (counts === undefined || rows.length === 0) return;
  counts.highestModSeq++;
  for (const row of rows) {
    transaction.connection.run('DELETE FROM message WHERE mailbox_id = ? AND uid = ?', mailboxId, row.uid);
    transaction.connection.run(
      'INSERT INTO expunged (mailbox_id, mod_seq, uid) VALUES (?, ?, ?)',
      mailboxId,
      counts.highestModSeq,
      row.uid,
    );
    countMessage(counts, { bits: row.flags, sizeBytes: row.size_bytes }, -1);
  }
  forgetSeen(
    transaction,
    mailboxId,
    rows.map((row) => row.uid),
  );
  saveCounts(transaction, counts);
}

function removeRows(
  transaction: Transaction,
  mailboxId: MailboxId,
  rows: readonly MessageRow[],
): readonly Uid[] {
  noteDeed(transaction, { type: 'expunged', from: mailboxId, rows });
  deleteRows(transaction, mailboxId, rows);
  for (const row of rows) changeReferences(transaction, row.content_id, -1);
  return rows.map((row) => row.uid);
}

/** All UIDs that a mailbox can have (RFC 9051 §2.3.1.1: 32 bits). */
export const ALL_UIDS: readonly UidRange[] = [{ first: 1, last: 0xffff_ffff }];

const expunge: Write<{ mailboxId: MailboxId; uids: readonly UidRange[] }, readonly Uid[]> = (
  transaction,
  args,
) => {
  const rows = readRows(transaction, args.mailboxId, args.uids);
  const deleted = rows.filter((row) => (row.flags & DELETED_BIT) !== 0);
  return removeRows(transaction, args.mailboxId, deleted);
};

const removeMessages: Write<{ mailboxId: MailboxId; uids: readonly UidRange[] }, readonly Uid[]> = (
  transaction,
  args,
) => removeRows(transaction, args.mailboxId, readRows(transaction, args.mailboxId, args.uids));

export const messageWrites = { appendMessages, copyMessages, moveMessages, expunge, removeMessages };
