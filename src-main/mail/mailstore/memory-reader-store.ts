/**
 * The messages of a MemoryMailStore as one reader sees them in mailboxes of others (sharing/port.ts).
 *
 * Invariants: the mailboxes themselves keep what everybody sees; the reader's \Seen lies beside it, by mailbox and UID.
 */
import type { Result } from '../../base/result.ts';
import { toColumns } from './message-columns.ts';
import { applyFlags, normalizeFlags, sameFlags } from './flag-rules.ts';
import type { MemoryMailbox } from './memory-mailbox.ts';
import type {
  AccountId,
  AppendedUids,
  CopiedUids,
  FlagChange,
  MailboxChanges,
  MailboxError,
  MailboxId,
  MessageEntry,
  MessagePlace,
  MessageStore,
  NewMessage,
  StoredFlagChange,
  Uid,
  UidRange,
} from './port.ts';
import { hasRight, permittedFlags, rightForFlag } from './sharing/port.ts';
import type { Rights } from './sharing/port.ts';

const SEEN = '\\Seen';

/** What the store lets its reader's half get at. */
export interface ReaderAccess {
  readonly store: MessageStore;
  readonly reader: AccountId;
  mailbox(id: MailboxId): MemoryMailbox | undefined;
  rights(id: MailboxId): Rights;
  notify(id: MailboxId): void;
}

export class MemoryReaderStore implements MessageStore {
  readonly #access: ReaderAccess;

  constructor(access: ReaderAccess) {
    this.#access = access;
  }

  async listEntries(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly MessageEntry[]> {
    const entries = await this.#access.store.listEntries(id, uids);
    const mailbox = this.#foreign(id);
    return mailbox === null ? entries : entries.map((entry) => this.#view(mailbox, entry));
  }

  async readColumns(id: MailboxId): ReturnType<MessageStore['readColumns']> {
    const columns = await this.#access.store.readColumns(id);
    if (columns === null || this.#foreign(id) === null) return columns;
    return toColumns(await this.listEntries(id), columns.highestModSeq);
  }

  readSummaries(...asked: Parameters<MessageStore['readSummaries']>) {
    return this.#access.store.readSummaries(...asked);
  }

  async changesSince(id: MailboxId, modSeq: number): Promise<MailboxChanges> {
    const mailbox = this.#foreign(id);
    const changes = await this.#access.store.changesSince(id, modSeq);
    if (mailbox === null) return changes;
    const entries = mailbox.select().map(({ entry }) => this.#view(mailbox, entry));
    return { ...changes, changed: entries.filter((entry) => entry.modSeq > modSeq) };
  }

  openMessage(id: MailboxId, uid: Uid): ReturnType<MessageStore['openMessage']> {
    return this.#access.store.openMessage(id, uid);
  }

  readIndexes(id: MailboxId, uids: readonly Uid[]): ReturnType<MessageStore['readIndexes']> {
    return this.#access.store.readIndexes(id, uids);
  }

  async appendMessages(
    id: MailboxId,
    messages: readonly NewMessage[],
    replaced?: MessagePlace,
  ): Promise<Result<AppendedUids, MailboxError>> {
    const mailbox = this.#foreign(id);
    if (mailbox === null) return this.#access.store.appendMessages(id, messages, replaced);
    const shared = messages.map((message) => ({ ...message, flags: this.#sharedPart(id, message.flags) }));
    const appended = await this.#access.store.appendMessages(id, shared, replaced);
    if (appended.ok) {
      const flags = messages.map((message) => normalizeFlags(message.flags));
      this.#keepSeen(mailbox, appended.value.uids, flags);
    }
    return appended;
  }

  async storeFlags(id: MailboxId, change: FlagChange): Promise<StoredFlagChange> {
    const mailbox = this.#foreign(id);
    if (mailbox === null) return this.#access.store.storeFlags(id, change);
    const { reader } = this.#access;
    const before = mailbox.select(change.uids).map(({ entry }) => this.#view(mailbox, entry));
    const isTooNew = (entry: MessageEntry): boolean => entry.modSeq > (change.unchangedSince ?? Infinity);
    const open = before.filter((entry) => !isTooNew(entry));
    const modSeq = mailbox.nextModSeq();
    for (const entry of open) {
      const flags = this.#flagsAfter(id, entry, change);
      if (sameFlags(flags, entry.flags)) continue;
      const isSeen = flags.includes(SEEN);
      if (isSeen !== entry.flags.includes(SEEN)) mailbox.seen.put(reader, entry.uid, { isSeen, modSeq });
      mailbox.setShared(entry.uid, flags, modSeq);
    }
    this.#access.notify(id);
    const entries = open.flatMap(({ uid }) => mailbox.find(uid)?.entry ?? []);
    return {
      entries: entries.map((entry) => this.#view(mailbox, entry)),
      previousModSeqs: open.map((entry) => entry.modSeq),
      modified: before.filter(isTooNew).map((entry) => entry.uid),
    };
  }

  async copyMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    const source = await this.listEntries(from, uids);
    return this.#keepFlags(to, source, await this.#access.store.copyMessages(from, uids, to));
  }

  async moveMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    const { store, mailbox } = this.#access;
    const source = await this.listEntries(from, uids);
    if (mailbox(from)?.identity.accountId === mailbox(to)?.identity.accountId) {
      return this.#keepFlags(to, source, await store.moveMessages(from, uids, to));
    }
    // Another account has to have room, as for a copy.
    const copied = await this.copyMessages(from, uids, to);
    if (copied.ok) await store.removeMessages(from, copied.value.from);
    return copied;
  }

  expunge(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly Uid[]> {
    return this.#access.store.expunge(id, uids);
  }

  removeMessages(id: MailboxId, uids: readonly Uid[]): Promise<readonly Uid[]> {
    return this.#access.store.removeMessages(id, uids);
  }

  /** The mailbox where it is another account's. */
  #foreign(id: MailboxId): MemoryMailbox | null {
    const mailbox = this.#access.mailbox(id);
    return mailbox === undefined || mailbox.identity.accountId === this.#access.reader ? null : mailbox;
  }

  #view(mailbox: MemoryMailbox, entry: MessageEntry): MessageEntry {
    const own = mailbox.seen.of(this.#access.reader, entry.uid);
    const others = entry.flags.filter((flag) => flag !== SEEN);
    const flags = own?.isSeen === true ? normalizeFlags([SEEN, ...others]) : others;
    return { ...entry, flags, modSeq: Math.max(entry.modSeq, own?.modSeq ?? 0) };
  }

  #flagsAfter(id: MailboxId, entry: MessageEntry, change: FlagChange): readonly string[] {
    const rights = this.#access.rights(id);
    const wanted = applyFlags(entry.flags, change.operation, normalizeFlags(change.flags));
    const kept = entry.flags.filter((flag) => !hasRight(rights, rightForFlag(flag)));
    return normalizeFlags([...permittedFlags(wanted, rights), ...kept]);
  }

  /** What others see of flags that this reader brings. */
  #sharedPart(id: MailboxId, flags: readonly string[]): readonly string[] {
    const permitted = permittedFlags(normalizeFlags(flags), this.#access.rights(id));
    return permitted.filter((flag) => flag !== SEEN);
  }

  #keepSeen(mailbox: MemoryMailbox, uids: readonly Uid[], flags: readonly (readonly string[])[]): void {
    const { reader, rights } = this.#access;
    if (!hasRight(rights(mailbox.identity.id), 's')) return;
    for (const [index, uid] of uids.entries()) {
      if (flags[index]?.includes(SEEN) !== true) continue;
      const modSeq = mailbox.find(uid)?.entry.modSeq ?? 0;
      mailbox.seen.put(reader, uid, { isSeen: true, modSeq });
    }
  }

  /** Copies have the flags that this reader saw, as far as it may set them there. */
  #keepFlags(
    to: MailboxId,
    source: readonly MessageEntry[],
    copied: Result<CopiedUids, MailboxError>,
  ): Result<CopiedUids, MailboxError> {
    const target = this.#access.mailbox(to);
    if (!copied.ok || target === undefined) return copied;
    const isForeign = this.#foreign(to) !== null;
    for (const [index, uid] of copied.value.to.entries()) {
      const flags = source[index]?.flags ?? [];
      const kept = isForeign ? this.#sharedPart(to, flags) : flags;
      target.replaceFlags(uid, kept);
    }
    if (isForeign) {
      this.#keepSeen(
        target,
        copied.value.to,
        source.map((entry) => entry.flags),
      );
    }
    return copied;
  }
}
