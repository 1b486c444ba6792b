/**
 * Memory mailbox: the messages of one mailbox, their UIDs and the log of their changes, in memory.
 *
 * Flow: MemoryMailStore → here. Invariants: UIDs rise and are never reused; every change raises `modSeq`.
 */
import type { MessageIndex } from '../../format/message-index.ts';
import type { TraceId } from '../events.ts';
import { applyFlags, isInRanges, normalizeFlags, sameFlags } from './flag-rules.ts';
import { toColumns } from './message-columns.ts';
import type {
  AccountId,
  FlagChange,
  Mailbox,
  MailboxChanges,
  MailboxId,
  MessageColumns,
  MessageEntry,
  ModSeq,
  SpecialUse,
  StoredFlagChange,
  Uid,
  UidRange,
} from './port.ts';

/** A message's octets and index, shared by its copies. */
export interface MemoryMessage {
  readonly bytes: Uint8Array;
  readonly index: MessageIndex;
  readonly emailId: string;
}

interface StoredMessage {
  entry: MessageEntry;
  readonly message: MemoryMessage;
}

export interface MailboxIdentity {
  readonly id: MailboxId;
  readonly accountId: AccountId;
  readonly uidValidity: number;
  readonly objectId: string;
  readonly specialUse: SpecialUse | null;
}

/** What accounts have seen that read another's mailbox (sharing/port.ts). */
class ReaderSeen {
  readonly #byReader = new Map<AccountId, Map<Uid, { isSeen: boolean; modSeq: ModSeq }>>();

  of(reader: AccountId, uid: Uid): { isSeen: boolean; modSeq: ModSeq } | undefined {
    return this.#byReader.get(reader)?.get(uid);
  }

  put(reader: AccountId, uid: Uid, seen: { isSeen: boolean; modSeq: ModSeq }): void {
    const known = this.#byReader.get(reader) ?? new Map<Uid, { isSeen: boolean; modSeq: ModSeq }>();
    this.#byReader.set(reader, known.set(uid, seen));
  }

  count(reader: AccountId): number {
    return [...(this.#byReader.get(reader)?.values() ?? [])].filter(({ isSeen }) => isSeen).length;
  }

  forget(uids: readonly Uid[]): void {
    for (const seen of this.#byReader.values()) for (const uid of uids) seen.delete(uid);
  }
}

export class MemoryMailbox {
  readonly identity: MailboxIdentity;
  readonly seen = new ReaderSeen();
  name: string;
  #uidNext: Uid = 1;
  #modSeq: ModSeq = 1;
  #messages: StoredMessage[] = [];
  readonly #vanished: { uid: Uid; modSeq: ModSeq }[] = [];

  constructor(identity: MailboxIdentity, name: string) {
    this.identity = identity;
    this.name = name;
  }

  get sizeBytes(): number {
    return this.#messages.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  }

  describe(isSubscribed: boolean): Mailbox {
    const entries = this.#messages.map(({ entry }) => entry);
    return {
      ...this.identity,
      name: this.name,
      uidNext: this.#uidNext,
      highestModSeq: this.#modSeq,
      isSubscribed,
      messageCount: entries.length,
      unseenCount: entries.filter((entry) => !entry.flags.includes('\\Seen')).length,
      deletedCount: entries.filter((entry) => entry.flags.includes('\\Deleted')).length,
      sizeBytes: this.sizeBytes,
    };
  }

  add(
    message: MemoryMessage,
    facts: { flags: readonly string[]; internalDate: number; savedAt: number; traceId: TraceId | null },
  ): Uid {
    const uid = this.#uidNext++;
    const sizeBytes = message.bytes.length;
    const entry = { ...facts, uid, modSeq: ++this.#modSeq, sizeBytes, emailId: message.emailId };
    this.#messages.push({ entry, message });
    return uid;
  }

  find(uid: Uid): StoredMessage | undefined {
    return this.#messages.find(({ entry }) => entry.uid === uid);
  }

  select(uids?: readonly UidRange[]): StoredMessage[] {
    return this.#messages.filter(({ entry }) => isInRanges(entry.uid, uids));
  }

  storeFlags(change: FlagChange): StoredFlagChange {
    const entries: MessageEntry[] = [];
    const previousModSeqs: ModSeq[] = [];
    const modified: Uid[] = [];
    const modSeq = this.#modSeq + 1;
    for (const stored of this.select(change.uids)) {
      const { entry } = stored;
      if (change.unchangedSince !== undefined && entry.modSeq > change.unchangedSince) {
        modified.push(entry.uid);
        continue;
      }
      const flags = applyFlags(entry.flags, change.operation, change.flags);
      if (!sameFlags(flags, entry.flags)) {
        stored.entry = { ...entry, flags, modSeq };
        this.#modSeq = modSeq;
      }
      entries.push(stored.entry);
      previousModSeqs.push(entry.modSeq);
    }
    return { entries, previousModSeqs, modified };
  }

  /** Something else about the mailbox has changed. */
  raiseModSeq(): void {
    this.#modSeq++;
  }

  /** The MODSEQ of a change that begins. */
  nextModSeq(): ModSeq {
    return this.#modSeq + 1;
  }

  /** A reader changed flags: all but its \\Seen are everybody's. Raises the MODSEQ also where only that has changed. */
  setShared(uid: Uid, flags: readonly string[], modSeq: ModSeq): void {
    const stored = this.find(uid);
    if (stored === undefined) return;
    this.#modSeq = Math.max(this.#modSeq, modSeq);
    const { entry } = stored;
    const ownerSeen = entry.flags.filter((flag) => flag === '\\Seen');
    const shared = normalizeFlags([...ownerSeen, ...flags.filter((flag) => flag !== '\\Seen')]);
    if (!sameFlags(shared, entry.flags)) stored.entry = { ...entry, flags: shared, modSeq };
  }

  /** Of a message that has just come. */
  replaceFlags(uid: Uid, flags: readonly string[]): void {
    const stored = this.find(uid);
    if (stored !== undefined) stored.entry = { ...stored.entry, flags: normalizeFlags(flags) };
  }

  remove(isRemoved: (entry: MessageEntry) => boolean): Uid[] {
    const uids = this.#messages.filter(({ entry }) => isRemoved(entry)).map(({ entry }) => entry.uid);
    if (uids.length === 0) return uids;
    this.#messages = this.#messages.filter(({ entry }) => !isRemoved(entry));
    this.seen.forget(uids);
    const modSeq = ++this.#modSeq;
    this.#vanished.push(...uids.map((uid) => ({ uid, modSeq })));
    return uids;
  }

  get columns(): MessageColumns {
    return toColumns(
      this.#messages.map(({ entry }) => entry),
      this.#modSeq,
    );
  }

  changesSince(modSeq: ModSeq): MailboxChanges {
    return {
      changed: this.#messages.map(({ entry }) => entry).filter((entry) => entry.modSeq > modSeq),
      vanished: this.#vanished
        .filter((gone) => gone.modSeq > modSeq)
        .map((gone) => gone.uid)
        .sort((a, b) => a - b),
      highestModSeq: this.#modSeq,
    };
  }
}

/** What a copy keeps of the original (RFC 9051 §6.4.7). */
export function keptFacts(entry: MessageEntry): {
  flags: readonly string[];
  internalDate: number;
  traceId: TraceId | null;
} {
  return { flags: entry.flags, internalDate: entry.internalDate, traceId: entry.traceId };
}

/** INBOX first, then by name. */
export function compareNames(a: Mailbox, b: Mailbox): number {
  if (a.name === 'INBOX' || b.name === 'INBOX') return a.name === 'INBOX' ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
