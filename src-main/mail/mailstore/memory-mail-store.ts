/**
 * Memory mail store: a whole MailStore without a disk, for tests of the stages around it and for the demo.
 *
 * Actor: MS (RFC 5598). Flow: as in port.ts. Invariants: the port's; a change is "committed" when its promise resolves,
 * and its notice follows. Meant for thousands of messages, not for millions: lookups walk lists.
 */
import { Emitter } from '../../base/emitter.ts';
import type { Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { StagedContent } from '../content/port.ts';
import type { TraceId } from '../events.ts';
import { isInRanges, normalizeFlags } from './flag-rules.ts';
import { canonicalMailboxName, FIRST_MAILBOXES, isInferior, shiftIndex } from './mailbox-rules.ts';
import { MemoryMailbox } from './memory-mailbox.ts';
import { MemoryMetadata } from './metadata/memory-metadata.ts';
import type { MemoryMessage } from './memory-mailbox.ts';
import { MAILBOX_DELIMITER } from './port.ts';
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
  MailStore,
  MessageColumns,
  MessageEntry,
  MessagePlace,
  ModSeq,
  NewMessage,
  OpenMessage,
  SpecialUse,
  StoredFlagChange,
  Uid,
  UidRange,
} from './port.ts';
import type { MessageIndex } from '../../format/message-index.ts';

const INBOX = 'INBOX';

export interface MemoryMailStoreOptions {
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly readContent: (content: StagedContent) => Uint8Array;
  /** The limit of an account, null for none. */
  readonly quotaBytesOf?: (accountId: AccountId) => number | null;
}

/** What delivery leaves in a mailbox; the SQLite store does this within the queue's commit. */
export interface MemoryDeposit {
  readonly prefix: string;
  readonly content: StagedContent;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly traceId: TraceId;
}

export class MemoryMailStore implements MailStore {
  readonly #options: MemoryMailStoreOptions;
  readonly #mailboxes = new Map<MailboxId, MemoryMailbox>();
  readonly #subscriptions = new Map<AccountId, Set<string>>();
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
      this.#subscriptionsOf(accountId).add(name);
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
    specialUse?: SpecialUse,
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
    this.#createSuperiors(accountId, canonical);
    return Promise.resolve(ok(this.#describe(this.#create(accountId, canonical, specialUse ?? null))));
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
    const names = this.#subscriptionsOf(accountId);
    if (isSubscribed) names.add(canonical);
    else names.delete(canonical);
    if (mailbox !== undefined) this.#notify(mailbox, 'subscribed');
    return Promise.resolve(ok(undefined));
  }

  listSubscriptions(accountId: AccountId): Promise<readonly string[]> {
    return Promise.resolve([...this.#subscriptionsOf(accountId)].sort());
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
    if (this.#isOverQuota(mailbox.identity.accountId, octets)) return Promise.resolve(err('overQuota'));
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
    const octets = source.select(uids).reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
    if (this.#isOverQuota(target.identity.accountId, octets)) return Promise.resolve(err('overQuota'));
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
    const names = this.#subscriptionsOf(accountId);
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
    const { prefix, content, internalDate, traceId } = message;
    const bytes = new Uint8Array(prefix.length + content.sizeBytes);
    bytes.set(prefix);
    bytes.set(this.#options.readContent(content), prefix.length);
    const stored: MemoryMessage = {
      bytes,
      index: shiftIndex(content.index, prefix.length),
      emailId: this.#options.makeId(),
    };
    const flags = normalizeFlags(message.flags);
    return mailbox.add(stored, { flags, internalDate, traceId, savedAt: this.#options.clock.now() });
  }

  #isOverQuota(accountId: AccountId, octets: number): boolean {
    const limit = this.#options.quotaBytesOf?.(accountId) ?? null;
    if (limit === null || octets <= 0) return false;
    const used = this.#ofAccount(accountId).reduce((sum, mailbox) => sum + mailbox.sizeBytes, 0);
    return used + octets > limit;
  }

  #createSuperiors(accountId: AccountId, name: string): void {
    const levels = name.split(MAILBOX_DELIMITER);
    for (let depth = 1; depth < levels.length; depth++) {
      const superior = levels.slice(0, depth).join(MAILBOX_DELIMITER);
      if (this.#find(accountId, superior) === undefined) this.#create(accountId, superior, null);
    }
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

  #subscriptionsOf(accountId: AccountId): Set<string> {
    let names = this.#subscriptions.get(accountId);
    if (names === undefined) {
      names = new Set();
      this.#subscriptions.set(accountId, names);
    }
    return names;
  }

  #describe(mailbox: MemoryMailbox): Mailbox {
    return mailbox.describe(this.#subscriptionsOf(mailbox.identity.accountId).has(mailbox.name));
  }

  #raiseModSeq(id: MailboxId): void {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return;
    mailbox.raiseModSeq();
    this.#notify(mailbox, 'messages');
  }

  #notify(mailbox: MemoryMailbox, kind: MailboxChanged['kind']): void {
    const { accountId, id } = mailbox.identity;
    this.#changes.emit({ accountId, mailboxId: id, kind });
  }
}

const NO_PREFIX = new Uint8Array(0);
const ALL_UIDS: readonly UidRange[] = [{ first: 1, last: Number.MAX_SAFE_INTEGER }];

/** What a copy keeps of the original (RFC 9051 §6.4.7). */
function keptFacts(entry: MessageEntry): {
  flags: readonly string[];
  internalDate: number;
  traceId: TraceId | null;
} {
  return { flags: entry.flags, internalDate: entry.internalDate, traceId: entry.traceId };
}

function compareNames(a: Mailbox, b: Mailbox): number {
  if (a.name === INBOX || b.name === INBOX) return a.name === INBOX ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
