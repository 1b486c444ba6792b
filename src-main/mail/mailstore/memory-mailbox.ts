/**
 * Memory mailbox: the messages of one mailbox, their UIDs and the log of their changes, in memory.
 *
 * Flow: MemoryMailStore → here. Invariants: UIDs rise and are never reused; every change raises `modSeq`.
 */
import type { MessageIndex } from '../../format/message-index.ts';
import type { TraceId } from '../events.ts';
import { applyFlags, isInRanges, sameFlags } from './flag-rules.ts';
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

export class MemoryMailbox {
  readonly identity: MailboxIdentity;
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

  remove(isRemoved: (entry: MessageEntry) => boolean): Uid[] {
    const uids = this.#messages.filter(({ entry }) => isRemoved(entry)).map(({ entry }) => entry.uid);
    if (uids.length === 0) return uids;
    this.#messages = this.#messages.filter(({ entry }) => !isRemoved(entry));
    const modSeq = ++this.#modSeq;
    this.#vanished.push(...uids.map((uid) => ({ uid, modSeq })));
    return uids;
  }

  get columns(): MessageColumns {
    const entries = this.#messages.map(({ entry }) => entry);
    const numbers = (of: (entry: MessageEntry) => number): Float64Array => Float64Array.from(entries, of);
    return {
      highestModSeq: this.#modSeq,
      uids: Uint32Array.from(entries, (entry) => entry.uid),
      modSeqs: numbers((entry) => entry.modSeq),
      flagIds: Uint32Array.from(entries.keys()),
      flagLists: entries.map((entry) => entry.flags),
      internalDates: numbers((entry) => entry.internalDate),
      savedDates: numbers((entry) => entry.savedAt),
      sizes: numbers((entry) => entry.sizeBytes),
    };
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
