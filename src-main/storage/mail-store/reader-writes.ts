/**
 * Writes of an account in mailboxes of others: flags, appended and copied messages, with the reader's own \Seen.
 *
 * Invariants: what the reader has no right to set stays as it is, by the rights at the moment of the commit; the shared \Seen
 * is the owner's, so it is neither read nor written here; in the reader's own mailboxes these are the ordinary writes.
 */
import { noteDeed } from '../mailbox-deeds.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type {
  AccountId,
  AppendedUids,
  CopiedUids,
  FlagChange,
  MailboxError,
  MessageEntry,
  StoredFlagChange,
  Uid,
} from '../../mail/mailstore/port.ts';
import { hasRight, permittedFlags, type Rights } from '../../mail/mailstore/sharing/port.ts';
import { changeReferences } from '../content-store.ts';
import type { Transaction, Write } from '../transaction.ts';
import { applyFlags, flagWrites } from './flag-writes.ts';
import { readRights } from './grant-rows.ts';
import { countFlags, openCounts, saveCounts, type MailboxCounts } from './mailbox-counts.ts';
import {
  deleteRows,
  insertCopies,
  amountOf,
  isOverQuota,
  messageWrites,
  readRows,
  type AppendArguments,
  type CopyArguments,
} from './message-writes.ts';
import { noteLessons } from './move-lessons.ts';
import { readReaderRows, writeReaderSeen, type ReaderPlace, type ReaderRow } from './reader-rows.ts';
import {
  DELETED_BIT,
  SEEN_BIT,
  toEntry,
  toStoredFlags,
  writeKeywords,
  type MessageRow,
  type StoredFlags,
} from './rows.ts';

interface StoreArguments extends ReaderPlace {
  readonly change: FlagChange;
}

const storeFlagsAsReader: Write<StoreArguments, StoredFlagChange> = (transaction, args) => {
  const counts = openCounts(transaction, args.mailboxId);
  if (counts === undefined || counts.accountId === args.reader)
    return flagWrites.storeFlags(transaction, args);
  const limit = args.change.unchangedSince ?? Number.POSITIVE_INFINITY;
  const rows = readReaderRows(transaction.connection, args, args.change.uids);
  const unmodified = rows.filter((row) => row.mod_seq <= limit);
  const rights = readRights(transaction.connection, args.reader, args.mailboxId);
  const flags = toStoredFlags(permittedFlags(args.change.flags, rights));
  const modSeq = counts.highestModSeq + 1;
  const writer = { transaction, counts, place: args, rights, modSeq };
  const entries = unmodified.map((row) =>
    updateRow(writer, row, applyFlags(row, args.change.operation, flags)),
  );
  if (entries.some((entry) => entry.modSeq === modSeq)) {
    counts.highestModSeq = modSeq;
    saveCounts(transaction, counts);
  }
  return {
    entries,
    previousModSeqs: unmodified.map((row) => row.mod_seq),
    modified: rows.filter((row) => row.mod_seq > limit).map((row) => row.uid),
  };
};

interface FlagWriter {
  readonly transaction: Transaction;
  readonly counts: MailboxCounts;
  readonly place: ReaderPlace;
  readonly rights: Rights;
  readonly modSeq: number;
}

function updateRow(writer: FlagWriter, row: ReaderRow, wanted: StoredFlags): MessageEntry {
  const { transaction, place, rights, modSeq } = writer;
  const mask = permittedBits(rights);
  const bits = (row.flags & ~mask) | (wanted.bits & mask);
  const keywords = hasRight(rights, 'w') ? writeKeywords(wanted.keywords) : row.keywords;
  if (bits === row.flags && keywords === row.keywords) return toEntry(row);
  if (((bits ^ row.flags) & SEEN_BIT) !== 0) {
    writeReaderSeen(transaction, place, { uid: row.uid, isSeen: (bits & SEEN_BIT) !== 0, modSeq });
  }
  updateShared(writer, row, { bits: (bits & ~SEEN_BIT) | (row.shared_flags & SEEN_BIT), keywords });
  return toEntry({ ...row, flags: bits, keywords, mod_seq: modSeq });
}

/** What everybody sees; nothing where only the reader's \Seen has changed. */
function updateShared(
  { transaction, counts, modSeq }: FlagWriter,
  row: ReaderRow,
  { bits, keywords }: { bits: number; keywords: string | null },
): void {
  if (bits === row.shared_flags && keywords === row.keywords) return;
  transaction.connection.run(
    'UPDATE message SET flags = ?, keywords = ?, mod_seq = ? WHERE mailbox_id = ? AND uid = ?',
    bits,
    keywords,
    modSeq,
    row.mailbox_id,
    row.uid,
  );
  countFlags(counts, row.shared_flags, -1);
  countFlags(counts, bits, 1);
}

/** The system flags that these rights let an account set. */
function permittedBits(rights: Rights): number {
  const others = hasRight(rights, 'w') ? ~(SEEN_BIT | DELETED_BIT) : 0;
  return others | (hasRight(rights, 's') ? SEEN_BIT : 0) | (hasRight(rights, 't') ? DELETED_BIT : 0);
}

interface AppendAsReader extends AppendArguments {
  readonly reader: AccountId;
}

const appendMessagesAsReader: Write<AppendAsReader, Result<AppendedUids, MailboxError>> = (
  transaction,
  { reader, ...args },
) => {
  const { mailboxId, messages } = args;
  const target = openTarget(transaction, { mailboxId, reader });
  if (target === null) return messageWrites.appendMessages(transaction, args);
  const bits = messages.map(({ flags }) => toStoredFlags(flags).bits);
  const stripped = messages.map((message) => ({
    ...message,
    flags: permittedFlags(message.flags, target.rights).filter((flag) => flag.toLowerCase() !== '\\seen'),
  }));
  const appended = messageWrites.appendMessages(transaction, { ...args, messages: stripped });
  if (appended.ok) markSeen(transaction, target, { bits, uids: appended.value.uids });
  return appended;
};

/** A mailbox of another account in which the reader leaves messages. */
interface ForeignTarget extends ReaderPlace {
  readonly rights: Rights;
}

/** Null for the reader's own mailbox, and for one that is gone. */
function openTarget(transaction: Transaction, place: ReaderPlace): ForeignTarget | null {
  const counts = openCounts(transaction, place.mailboxId);
  if (counts === undefined || counts.accountId === place.reader) return null;
  return { ...place, rights: readRights(transaction.connection, place.reader, place.mailboxId) };
}

/** What the reader brought as seen, it has seen; nobody else has. */
function markSeen(
  transaction: Transaction,
  target: ForeignTarget,
  { bits, uids }: { bits: readonly number[]; uids: readonly Uid[] },
): void {
  if (!hasRight(target.rights, 's')) return;
  const modSeq = openCounts(transaction, target.mailboxId)?.highestModSeq ?? 0;
  for (const [index, uid] of uids.entries()) {
    if (((bits[index] ?? 0) & SEEN_BIT) !== 0)
      writeReaderSeen(transaction, target, { uid, isSeen: true, modSeq });
  }
}

interface CopyAsReader extends CopyArguments {
  readonly reader: AccountId;
}

const copyMessagesAsReader: Write<CopyAsReader, Result<CopiedUids, MailboxError>> = (transaction, args) => {
  const target = openCounts(transaction, args.to);
  if (target === undefined) return err('noSuchMailbox');
  const { rows } = readSource(transaction, args);
  if (isOverQuota(transaction, target.accountId, amountOf(rows))) return err('overQuota');
  for (const row of rows) changeReferences(transaction, row.content_id, 1);
  return ok(copyRows(transaction, args, { target, rows, type: 'copied' }));
};

const moveMessagesAsReader: Write<CopyAsReader, Result<CopiedUids, MailboxError>> = (transaction, args) => {
  const target = openCounts(transaction, args.to);
  if (target === undefined) return err('noSuchMailbox');
  const { owner, rows, stored } = readSource(transaction, args);
  // Within an account nothing grows; another one has to have room.
  if (owner !== target.accountId && isOverQuota(transaction, target.accountId, amountOf(rows))) {
    return err('overQuota');
  }
  const copied = copyRows(transaction, args, { target, rows, type: 'moved' });
  deleteRows(transaction, args.from, stored);
  return ok(copied);
};

interface Source {
  readonly owner: AccountId | undefined;
  /** As the reader sees them. */
  readonly rows: readonly MessageRow[];
  /** As they are stored. */
  readonly stored: readonly MessageRow[];
}

function readSource(transaction: Transaction, { from, uids, reader }: CopyAsReader): Source {
  const owner = openCounts(transaction, from)?.accountId;
  if (owner === reader) {
    const rows = readRows(transaction, from, uids);
    return { owner, rows, stored: rows };
  }
  const rows = readReaderRows(transaction.connection, { mailboxId: from, reader }, uids);
  return { owner, rows, stored: rows.map((row) => ({ ...row, flags: row.shared_flags })) };
}

function copyRows(
  transaction: Transaction,
  { from, to, reader }: CopyAsReader,
  { target, rows, type }: { target: MailboxCounts; rows: readonly MessageRow[]; type: 'moved' | 'copied' },
): CopiedUids {
  noteDeed(transaction, { type, from, to, rows, lesson: noteLessons(transaction, target, rows) });
  const foreign = openTarget(transaction, { mailboxId: to, reader });
  if (foreign === null) return insertCopies(transaction, target, rows);
  const mask = permittedBits(foreign.rights) & ~SEEN_BIT;
  const keepsKeywords = hasRight(foreign.rights, 'w');
  const stripped = rows.map((row) => ({
    ...row,
    flags: row.flags & mask,
    keywords: keepsKeywords ? row.keywords : null,
  }));
  const copied = insertCopies(transaction, target, stripped);
  markSeen(transaction, foreign, { bits: rows.map((row) => row.flags), uids: copied.to });
  return copied;
}

export const readerWrites = {
  storeFlagsAsReader,
  appendMessagesAsReader,
  copyMessagesAsReader,
  moveMessagesAsReader,
};
