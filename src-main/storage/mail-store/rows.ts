/** Rows of the mailbox tables and what the port makes of them. System flags are bits, keywords a JSON list. */
import {
  SYSTEM_FLAGS,
  type Mailbox,
  type MessageEntry,
  type SpecialUse,
  type SystemFlag,
} from '../../mail/mailstore/port.ts';

export interface MailboxRow {
  id: number;
  account_id: number;
  name: string;
  uid_validity: number;
  uid_next: number;
  highest_mod_seq: number;
  special_use: SpecialUse | null;
  message_count: number;
  unseen_count: number;
  deleted_count: number;
  size_bytes: number;
  is_subscribed: number;
}

export interface MessageRow {
  mailbox_id: number;
  uid: number;
  mod_seq: number;
  flags: number;
  keywords: string | null;
  internal_date: number;
  saved_at: number;
  size_bytes: number;
  content_id: number;
  prefix: string;
  trace_id: string | null;
}

/** The columns of a MailboxRow, for every query that reads mailboxes. */
export const MAILBOX_COLUMNS = `mailbox.id, mailbox.account_id, mailbox.name, uid_validity, uid_next, highest_mod_seq,
  special_use, message_count, unseen_count, deleted_count, size_bytes,
  EXISTS (SELECT 1 FROM subscription AS s WHERE s.account_id = mailbox.account_id AND s.name = mailbox.name)
    AS is_subscribed`;

export const SEEN_BIT = bitOf('\\Seen');
export const DELETED_BIT = bitOf('\\Deleted');

function bitOf(flag: SystemFlag): number {
  return 1 << SYSTEM_FLAGS.indexOf(flag);
}

/** Flags as they are stored: bits for the system flags, the rest as keywords. */
export interface StoredFlags {
  readonly bits: number;
  readonly keywords: readonly string[];
}

/** Flag names compare case-insensitively (RFC 9051 §2.3.2); a keyword keeps its first spelling. */
export function toStoredFlags(flags: readonly string[]): StoredFlags {
  let bits = 0;
  const keywords = new Map<string, string>();
  for (const flag of flags) {
    const bit = systemBit(flag);
    if (bit !== 0) bits |= bit;
    else if (!keywords.has(flag.toLowerCase())) keywords.set(flag.toLowerCase(), flag);
  }
  return { bits, keywords: [...keywords.values()] };
}

/** 0 for what is no system flag. */
export function systemBit(flag: string): number {
  const index = SYSTEM_FLAGS.findIndex((name) => name.toLowerCase() === flag.toLowerCase());
  return index === -1 ? 0 : 1 << index;
}

export function readKeywords(text: string | null): readonly string[] {
  return text === null ? [] : (JSON.parse(text) as string[]);
}

export function writeKeywords(keywords: readonly string[]): string | null {
  return keywords.length === 0 ? null : JSON.stringify(keywords);
}

export function toMailbox(row: MailboxRow): Mailbox {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    uidValidity: row.uid_validity,
    uidNext: row.uid_next,
    highestModSeq: row.highest_mod_seq,
    specialUse: row.special_use,
    isSubscribed: row.is_subscribed === 1,
    messageCount: row.message_count,
    unseenCount: row.unseen_count,
    deletedCount: row.deleted_count,
    sizeBytes: row.size_bytes,
    objectId: `F${row.id}`,
  };
}

/** The system flags of every combination of bits: entries share these lists. */
const FLAG_LISTS: readonly (readonly SystemFlag[])[] = Array.from(
  { length: 1 << SYSTEM_FLAGS.length },
  (_, bits) => SYSTEM_FLAGS.filter((_flag, index) => (bits & (1 << index)) !== 0),
);

/** RFC 8474 §5.1: copies share their content. */
export function emailIdOf(row: Pick<MessageRow, 'content_id'>): string {
  return `M${row.content_id}`;
}

/** A copy's prefix in the clear. */
export const PREFIX = "unseal(message.prefix, 'prefix', message.content_id)";

/** What an entry is made of: not the prefix, which lists never show. */
export type EntryRow = Omit<MessageRow, 'mailbox_id' | 'prefix'>;
export const ENTRY_COLUMNS =
  'uid, mod_seq, flags, keywords, internal_date, saved_at, size_bytes, content_id, trace_id';

export function toFlags(bits: number, keywords: string | null): readonly string[] {
  const systemFlags = FLAG_LISTS[bits] ?? [];
  return keywords === null ? systemFlags : [...systemFlags, ...readKeywords(keywords)];
}

export function toEntry(row: EntryRow): MessageEntry {
  return {
    uid: row.uid,
    modSeq: row.mod_seq,
    flags: toFlags(row.flags, row.keywords),
    internalDate: row.internal_date,
    sizeBytes: row.size_bytes,
    emailId: emailIdOf(row),
    savedAt: row.saved_at,
    traceId: row.trace_id,
  };
}
