/** STORE: changes flags of messages (RFC 9051 §6.4.6), conditionally where the client asks (RFC 7162 §3.1.3). */
import type {
  FlagChange,
  FlagOperation,
  MailboxId,
  MessageEntry,
  StoredFlagChange,
} from '../../mail/mailstore/port.ts';
import type { Transaction, Write } from '../transaction.ts';
import { countFlags, openCounts, saveCounts, type MailboxCounts } from './mailbox-counts.ts';
import { readRows } from './message-writes.ts';
import {
  readKeywords,
  toEntry,
  toStoredFlags,
  writeKeywords,
  type MessageRow,
  type StoredFlags,
} from './rows.ts';

const storeFlags: Write<{ mailboxId: MailboxId; change: FlagChange }, StoredFlagChange> = (
  transaction,
  args,
) => {
  const counts = openCounts(transaction, args.mailboxId);
  if (counts === undefined) return { entries: [], previousModSeqs: [], modified: [] };
  const rows = readRows(transaction, args.mailboxId, args.change.uids);
  const limit = args.change.unchangedSince ?? Number.POSITIVE_INFINITY;
  const wanted = toStoredFlags(args.change.flags);
  const modSeq = counts.highestModSeq + 1;
  const unmodified = rows.filter((row) => row.mod_seq <= limit);
  const entries = unmodified.map((row) =>
    updateRow(transaction, counts, { row, flags: applyFlags(row, args.change.operation, wanted), modSeq }),
  );
  if (entries.some((entry) => entry.modSeq === modSeq)) {
    counts.highestModSeq = modSeq;
    saveCounts(transaction, counts);
  }
  const previousModSeqs = unmodified.map((row) => row.mod_seq);
  return {
    entries,
    previousModSeqs,
    modified: rows.filter((row) => row.mod_seq > limit).map((row) => row.uid),
  };
};

function updateRow(
  transaction: Transaction,
  counts: MailboxCounts,
  update: { row: MessageRow; flags: StoredFlags; modSeq: number },
): MessageEntry {
  const { row, flags, modSeq } = update;
  const keywords = writeKeywords(flags.keywords);
  if (flags.bits === row.flags && keywords === row.keywords) return toEntry(row);
  transaction.connection.run(
    'UPDATE message SET flags = ?, keywords = ?, mod_seq = ? WHERE mailbox_id = ? AND uid = ?',
    flags.bits,
    keywords,
    modSeq,
    row.mailbox_id,
    row.uid,
  );
  countFlags(counts, row.flags, -1);
  countFlags(counts, flags.bits, 1);
  return toEntry({ ...row, flags: flags.bits, keywords, mod_seq: modSeq });
}

export function applyFlags(row: MessageRow, operation: FlagOperation, wanted: StoredFlags): StoredFlags {
  const keywords = readKeywords(row.keywords);
  const named = new Set(wanted.keywords.map((keyword) => keyword.toLowerCase()));
  switch (operation) {
    case 'add': {
      const present = new Set(keywords.map((keyword) => keyword.toLowerCase()));
      const added = wanted.keywords.filter((keyword) => !present.has(keyword.toLowerCase()));
      return { bits: row.flags | wanted.bits, keywords: [...keywords, ...added] };
    }
    case 'remove':
      return {
        bits: row.flags & ~wanted.bits,
        keywords: keywords.filter((keyword) => !named.has(keyword.toLowerCase())),
      };
    case 'replace':
      return wanted;
  }
}

export const flagWrites = { storeFlags };
