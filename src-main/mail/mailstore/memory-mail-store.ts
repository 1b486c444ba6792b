/**
 * Memory mail store: a whole MailStore without a disk, for tests of the stages around it and for the demo.
 *
 * Actor: MS (RFC 5598). Flow: as in port.ts. Invariants: the port's; a change is "committed" when its promise resolves,
 * and its notice follows. Meant for thousands of messages, not for millions: lookups walk lists.
 */
import { Emitter } from '../../base/emitter.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { TraceId } from '../events.ts';
import { isInRanges, normalizeFlags } from './flag-rules.ts';
import { canonicalMailboxName, FIRST_MAILBOXES, isInferior } from './mailbox-rules.ts';
import { MemoryMetadata } from './metadata/memory-metadata.ts';
import { MemoryGrants } from './memory-grants.ts';
import { compareNames, keptFacts, MemoryMailbox } from './memory-mailbox.ts';
import { MemoryReaderStore } from './memory-reader-store.ts';
import {
  limitsOf,
  makeMessage,
  type MemoryDeposit,
  type MemoryMailStoreOptions,
} from './memory-store-options.ts';
import { MemorySubscriptions } from './memory-subscriptions.ts';
import { amountIn, MAILBOX_DELIMITER } from './port.ts';
import { exceedsQuota, type MailAmount } from './quota-rules.ts';
import type {
  AccountId,
  AppendedUids,
  CopiedUids,
  FlagChange,
  Mailbox,
  MailboxChanged,
  MailboxChanges,
  MailboxError,
  MailboxId,
  MailboxOptions,
  MailStore,
  MessageColumns,
  MessageEntry,
  MessagePlace,
  MessageStore,
  ModSeq,
  NewMessage,
  OpenMessage,
  SpecialUse,
  StoredFlagChange,
  Uid,
  UidRange,
} from './port.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import type { Grant, GrantChange, GroupMembers, Rights, SharedMailbox } from './sharing/port.ts';

const INBOX = 'INBOX';

export class MemoryMailStore implements MailStore {
  readonly #options: MemoryMailStoreOptions;
  readonly #mailboxes = new Map<MailboxId, MemoryMailbox>();
  readonly #subscriptions = new MemorySubscriptions();
  readonly #grants = new MemoryGrants();
  readonly #changes = new Emitter<MailboxChanged>();
  #lastId = 0;
  #lastUidValidity = 0;

  readonly onChange = this.#changes.subscribe;
  readonly metadata = new MemoryMetadata({
    has: (id) => this.#mailboxes.has(id),
    raiseModSeq: (id) => this.#raiseModSeq(id),
  });

  constructor(options: MemoryMailStoreOptions) {
    this.#options = options;
  }

  /** A message from the queue: into `mailboxName`, or INBOX where that is gone. */
  async deposit(accountId: AccountId, mailboxName: string, deposit: MemoryDeposit): Promise<Uid> {
    await this.createAccountMailboxes(accountId);
    const mailbox = this.#find(accountId, mailboxName) ?? this.#find(accountId, INBOX);
    if (mailbox === undefined) throw new Error(`account ${accountId} has no INBOX`);
    const prefix = new TextEncoder().encode(deposit.prefix);
    const uid = this.#addContent(mailbox, { ...deposit, prefix });
    this.#notify(mailbox, 'messages');
    return uid;
  }

  createAccountMailboxes(accountId: AccountId): Promise<void> {
    for (const { name, specialUse } of FIRST_MAILBOXES) {
      if (this.#find(accountId, name) !== undefined) continue;
      this.#create(accountId, name, specialUse);
      this.#subscriptions.of(accountId).add(name);
    }
    return Promise.resolve();
  }

  listMailboxes(accountId: AccountId): Promise<readonly Mailbox[]> {
    const mailboxes = this.#ofAccount(accountId).map((mailbox) => this.#describe(mailbox));
    return Promise.resolve(mailboxes.sort(compareNames));
  }

  findMailbox(accountId: AccountId, name: string): Promise<Mailbox | null> {
    const mailbox = this.#find(accountId, name);
    return Promise.resolve(mailbox === undefined ? null : this.#describe(mailbox));
  }

  getMailbox(id: MailboxId): Promise<Mailbox | null> {
    const mailbox = this.#mailboxes.get(id);
    return Promise.resolve(mailbox === undefined ? null : this.#describe(mailbox));
  }

  createMailbox(
    accountId: AccountId,
    name: string,
    { specialUse, inheritsFrom }: MailboxOptions = {},
  ): Promise<Result<Mailbox, MailboxError>> {
    const canonical = canonicalMailboxName(name);
    if (canonical === null) return Promise.resolve(err('invalidName'));
    if (this.#find(accountId, canonical) !== undefined) return Promise.resolve(err('alreadyExists'));
    if (
      specialUse !== undefined &&
      this.#ofAccount(accountId).some((mailbox) => mailbox.identity.specialUse === specialUse)
    ) {
      return Promise.resolve(err('alreadyExists'));
    }
    const superior = this.#createSuperiors(accountId, canonical, inheritsFrom);
    const mailbox = this.#create(accountId, canonical, specialUse ?? null);
    if (superior !== undefined) this.#grants.inherit(superior, mailbox.identity.id);
    return Promise.resolve(ok(this.#describe(mailbox)));
  }

  renameMailbox(accountId: AccountId, from: string, to: string): Promise<Result<void, MailboxError>> {
    return Promise.resolve(this.#rename(accountId, from, canonicalMailboxName(to)));
  }

  deleteMailbox(accountId: AccountId, name: string): Promise<Result<void, MailboxError>> {
    const mailbox = this.#find(accountId, name);
    if (mailbox === undefined) return Promise.resolve(err('noSuchMailbox'));
    if (mailbox.name === INBOX) return Promise.resolve(err('notAllowed'));
    if (this.#ofAccount(accountId).some((other) => isInferior(other.name, mailbox.name))) {
      return Promise.resolve(err('hasChildren'));
    }
    this.#mailboxes.delete(mailbox.identity.id);
    this.metadata.drop(mailbox.identity.id);
    this.#grants.drop(mailbox.identity.id);
    this.#notify(mailbox, 'deleted');
    return Promise.resolve(ok(undefined));
  }

  setSubscribed(
    accountId: AccountId,
    name: string,
    isSubscribed: boolean,
  ): Promise<Result<void, MailboxError>> {
    const canonical = canonicalMailboxName(name);
    if (canonical === null) return Promise.resolve(err('invalidName'));
    const mailbox = this.#find(accountId, canonical);
    const names = this.#subscriptions.of(accountId);
    if (isSubscribed) names.add(canonical);
    else names.delete(canonical);
    if (mailbox !== undefined) this.#notify(mailbox, 'subscribed');
    return Promise.resolve(ok(undefined));
  }

  listSubscriptions(accountId: AccountId): Promise<readonly string[]> {
    return Promise.resolve([...this.#subscriptions.of(accountId)].sort());
  }

  listGrants(id: MailboxId): Promise<readonly Grant[]> {
    return Promise.resolve(this.#grants.of(id));
  }

  changeGrants(ids: readonly MailboxId[], change: GrantChange): Promise<void> {
    for (const id of ids) {
      const mailbox = this.#mailboxes.get(id);
      if (mailbox === undefined) continue;
      this.#grants.change(id, change);
      this.#notify(mailbox, 'rights');
    }
    return Promise.resolve();
  }

  setGroupMembers(groups: GroupMembers): Promise<void> {
    for (const id of this.#grants.setGroupMembers(groups)) this.#notify(this.#mailboxes.get(id), 'rights');
    return Promise.resolve();
  }

  rightsOf(reader: AccountId, id: MailboxId): Promise<Rights> {
    return Promise.resolve(this.#rights(reader, id));
  }

  listShared(reader: AccountId): Promise<readonly SharedMailbox[]> {
    const foreign = [...this.#mailboxes.values()].filter(({ identity }) => identity.accountId !== reader);
    const shared = foreign.flatMap((mailbox) => {
      const rights = this.#rights(reader, mailbox.identity.id);
      const described = this.#describe(mailbox);
      const unseenCount = described.messageCount - mailbox.seen.count(reader);
      return rights === '' ? [] : [{ mailbox: { ...described, unseenCount }, rights }];
    });
    return Promise.resolve(
      shared.sort((a, b) => a.mailbox.accountId - b.mailbox.accountId || compareNames(a.mailbox, b.mailbox)),
    );
  }

  asReader(reader: AccountId): MessageStore {
    return new MemoryReaderStore({
      store: this,
      reader,
      mailbox: (id) => this.#mailboxes.get(id),
      rights: (id) => this.#rights(reader, id),
      notify: (id) => this.#notify(this.#mailboxes.get(id), 'messages'),
    });
  }

  /** As when the account is removed. */
  removeAccount(accountId: AccountId): void {
    this.#grants.dropGrantee(accountId);
    for (const mailbox of this.#ofAccount(accountId)) {
      this.#mailboxes.delete(mailbox.identity.id);
      this.#grants.drop(mailbox.identity.id);
      this.#notify(mailbox, 'deleted');
    }
  }

  listEntries(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly MessageEntry[]> {
    const stored = this.#mailboxes.get(id)?.select(uids) ?? [];
    return Promise.resolve(stored.map(({ entry }) => entry));
  }

  readColumns(id: MailboxId): Promise<MessageColumns | null> {
    return Promise.resolve(this.#mailboxes.get(id)?.columns ?? null);
  }

  changesSince(id: MailboxId, modSeq: ModSeq): Promise<MailboxChanges> {
    const none = { changed: [], vanished: [], highestModSeq: modSeq };
    return Promise.resolve(this.#mailboxes.get(id)?.changesSince(modSeq) ?? none);
  }

  openMessage(id: MailboxId, uid: Uid): Promise<OpenMessage | null> {
    const stored = this.#mailboxes.get(id)?.find(uid);
    if (stored === undefined) return Promise.resolve(null);
    const { bytes, index } = stored.message;
    return Promise.resolve({
      sizeBytes: bytes.length,
      index,
      readRange: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    });
  }

  readIndexes(id: MailboxId, uids: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageIndex>> {
    const mailbox = this.#mailboxes.get(id);
    const wanted = new Set(uids);
    const stored = mailbox?.select().filter(({ entry }) => wanted.has(entry.uid)) ?? [];
    return Promise.resolve(new Map(stored.map(({ entry, message }) => [entry.uid, message.index])));
  }

  /** Nothing is made ready here: all of it is made from the indexes. */
  readSummaries(): Promise<ReadonlyMap<Uid, readonly (string | null)[]>> {
    return Promise.resolve(new Map());
  }

  appendMessages(
    id: MailboxId,
    messages: readonly NewMessage[],
    replaced?: MessagePlace,
  ): Promise<Result<AppendedUids, MailboxError>> {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return Promise.resolve(err('noSuchMailbox'));
    const source = replaced === undefined ? undefined : this.#mailboxes.get(replaced.mailboxId);
    const freed = source?.find(replaced?.uid ?? 0)?.entry.sizeBytes ?? 0;
    const octets = messages.reduce((sum, message) => sum + message.content.sizeBytes, 0) - freed;
    const added = { octets, messages: messages.length - (freed > 0 ? 1 : 0) };
    if (this.#isOverQuota(mailbox.identity.accountId, added)) return Promise.resolve(err('overQuota'));
    const uids = messages.map((message) =>
      this.#addContent(mailbox, { ...message, prefix: NO_PREFIX, traceId: null }),
    );
    this.#notify(mailbox, 'messages');
    if (source !== undefined && source.remove((entry) => entry.uid === replaced?.uid).length > 0) {
      this.#notify(source, 'messages');
    }
    return Promise.resolve(ok({ uidValidity: mailbox.identity.uidValidity, uids }));
  }

  storeFlags(id: MailboxId, change: FlagChange): Promise<StoredFlagChange> {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return Promise.resolve({ entries: [], previousModSeqs: [], modified: [] });
    const result = mailbox.storeFlags({ ...change, flags: normalizeFlags(change.flags) });
    this.#notify(mailbox, 'messages');
    return Promise.resolve(result);
  }

  copyMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    const source = this.#mailboxes.get(from);
    const target = this.#mailboxes.get(to);
    if (source === undefined || target === undefined) return Promise.resolve(err('noSuchMailbox'));
    const copied = source.select(uids);
    const octets = copied.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
    if (this.#isOverQuota(target.identity.accountId, { octets, messages: copied.length }))
      return Promise.resolve(err('overQuota'));
    return Promise.resolve(ok(this.#copy(source, uids, target)));
  }

  moveMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    return Promise.resolve(this.#move(this.#mailboxes.get(from), uids, this.#mailboxes.get(to)));
  }

  expunge(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly Uid[]> {
    return this.#remove(id, (entry) => entry.flags.includes('\\Deleted') && isInRanges(entry.uid, uids));
  }

  removeMessages(id: MailboxId, uids: readonly Uid[]): Promise<readonly Uid[]> {
    const removed = new Set(uids);
    return this.#remove(id, (entry) => removed.has(entry.uid));
  }

  #remove(id: MailboxId, isRemoved: (entry: MessageEntry) => boolean): Promise<readonly Uid[]> {
    const mailbox = this.#mailboxes.get(id);
    const uids = mailbox?.remove(isRemoved) ?? [];
    if (mailbox !== undefined && uids.length > 0) this.#notify(mailbox, 'messages');
    return Promise.resolve(uids);
  }

  #rename(accountId: AccountId, from: string, to: string | null): Result<void, MailboxError> {
    const mailbox = this.#find(accountId, from);
    if (mailbox === undefined) return err('noSuchMailbox');
    if (to === null) return err('invalidName');
    if (this.#find(accountId, to) !== undefined) return err('alreadyExists');
    if (isInferior(to, mailbox.name) && mailbox.name !== INBOX) return err('notAllowed');
    this.#createSuperiors(accountId, to);
    if (mailbox.name === INBOX) {
      // RFC 9051 §6.3.6: INBOX stays, empty; its inferiors stay too.
      const renamed = this.#create(accountId, to, null);
      this.#move(mailbox, ALL_UIDS, renamed);
      this.metadata.copy(mailbox.identity.id, renamed.identity.id);
      return ok(undefined);
    }
    this.#renameTree(mailbox, to);
    return ok(undefined);
  }

  #renameTree(mailbox: MemoryMailbox, to: string): void {
    const from = mailbox.name;
    const { accountId } = mailbox.identity;
    const names = this.#subscriptions.of(accountId);
    for (const each of this.#ofAccount(accountId)) {
      if (each !== mailbox && !isInferior(each.name, from)) continue;
      const renamed = to + each.name.slice(from.length);
      // The mailbox stays subscribed; its old name would only be a ghost in clients.
      if (names.delete(each.name)) names.add(renamed);
      each.name = renamed;
      this.#notify(each, 'renamed');
    }
  }

  /** Needs no room, so no quota. */
  #move(
    source: MemoryMailbox | undefined,
    uids: readonly UidRange[],
    target: MemoryMailbox | undefined,
  ): Result<CopiedUids, MailboxError> {
    if (source === undefined || target === undefined) return err('noSuchMailbox');
    const copied = this.#copy(source, uids, target);
    const moved = new Set(copied.from);
    source.remove((entry) => moved.has(entry.uid));
    this.#notify(source, 'messages');
    return ok(copied);
  }

  #copy(source: MemoryMailbox, uids: readonly UidRange[], target: MemoryMailbox): CopiedUids {
    const messages = source.select(uids);
    const savedAt = this.#options.clock.now();
    const to = messages.map(({ entry, message }) => target.add(message, { ...keptFacts(entry), savedAt }));
    if (to.length > 0) this.#notify(target, 'messages');
    const from = messages.map(({ entry }) => entry.uid);
    return { uidValidity: target.identity.uidValidity, from, to };
  }

  #addContent(
    mailbox: MemoryMailbox,
    message: NewMessage & { prefix: Uint8Array; traceId: TraceId | null },
  ): Uid {
    const { internalDate, traceId } = message;
    const stored = makeMessage(this.#options, message);
    const flags = normalizeFlags(message.flags);
    return mailbox.add(stored, { flags, internalDate, traceId, savedAt: this.#options.clock.now() });
  }

  #rights(reader: AccountId, id: MailboxId): Rights {
    const owner = this.#mailboxes.get(id)?.identity.accountId;
    return owner === undefined ? '' : this.#grants.rightsOf(id, { owner, reader });
  }

  #isOverQuota(accountId: AccountId, added: MailAmount): boolean {
    return exceedsQuota(limitsOf(this.#options, accountId), amountIn(this.#ofAccount(accountId)), added);
  }

  /** Answers whose rights the mailbox inherits. */
  #createSuperiors(accountId: AccountId, name: string, inheritsFrom?: MailboxId): MailboxId | undefined {
    const levels = name.split(MAILBOX_DELIMITER);
    let nearest = inheritsFrom;
    for (let depth = 1; depth < levels.length; depth++) {
      const superior = levels.slice(0, depth).join(MAILBOX_DELIMITER);
      const existing = this.#find(accountId, superior)?.identity.id;
      const { id } =
        existing === undefined ? this.#create(accountId, superior, null).identity : { id: existing };
      if (existing === undefined && nearest !== undefined) this.#grants.inherit(nearest, id);
      nearest = id;
    }
    return nearest;
  }

  #create(accountId: AccountId, name: string, specialUse: SpecialUse | null): MemoryMailbox {
    const id = ++this.#lastId;
    // RFC 9051 §2.3.1.1: a mailbox made again under an old name must have a greater UIDVALIDITY.
    const now = Math.floor(this.#options.clock.now() / 1000);
    this.#lastUidValidity = Math.max(this.#lastUidValidity + 1, now);
    const identity = {
      id,
      accountId,
      uidValidity: this.#lastUidValidity,
      objectId: this.#options.makeId(),
      specialUse,
    };
    const mailbox = new MemoryMailbox(identity, name);
    this.#mailboxes.set(id, mailbox);
    this.#notify(mailbox, 'created');
    return mailbox;
  }

  #find(accountId: AccountId, name: string): MemoryMailbox | undefined {
    const canonical = canonicalMailboxName(name);
    return this.#ofAccount(accountId).find((mailbox) => mailbox.name === canonical);
  }

  #ofAccount(accountId: AccountId): MemoryMailbox[] {
    return [...this.#mailboxes.values()].filter((mailbox) => mailbox.identity.accountId === accountId);
  }

  #describe(mailbox: MemoryMailbox): Mailbox {
    return mailbox.describe(this.#subscriptions.of(mailbox.identity.accountId).has(mailbox.name));
  }

  #raiseModSeq(id: MailboxId): void {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return;
    mailbox.raiseModSeq();
    this.#notify(mailbox, 'messages');
  }

  #notify(mailbox: MemoryMailbox | undefined, kind: MailboxChanged['kind']): void {
    if (mailbox === undefined) return;
    const { accountId, id } = mailbox.identity;
    this.#changes.emit({ accountId, mailboxId: id, kind });
  }
}

const NO_PREFIX = new Uint8Array(0);
const ALL_UIDS: readonly UidRange[] = [{ first: 1, last: Number.MAX_SAFE_INTEGER }];
