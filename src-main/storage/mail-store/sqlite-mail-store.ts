/**
 * The mailstore on SQLite: short indexed reads here, on the reading connection; changes through the writer.
 *
 * Invariants: as in mail/mailstore/port.ts. Names are checked before they reach a write.
 */
import { Emitter } from '../../base/emitter.ts';
import { err, type Result } from '../../base/result.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import { canonicalMailboxName, isInferior } from '../../mail/mailstore/mailbox-rules.ts';
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
  MessageStore,
  MessagePlace,
  ModSeq,
  NewMessage,
  OpenMessage,
  SummaryPart,
  Uid,
  UidRange,
} from '../../mail/mailstore/port.ts';
import type {
  Grant,
  GrantChange,
  GroupMembers,
  Rights,
  SharedMailbox,
} from '../../mail/mailstore/sharing/port.ts';
import type { Connection } from '../connection.ts';
import { toContentArguments, type SqliteContentReader } from '../content-store.ts';
import type { StoreChange } from '../transaction.ts';
import type { Writer } from '../writer.ts';
import type { ColumnsCache } from './columns-cache.ts';
import { readVanishedWithHighest } from './expunged-log.ts';
import { findMailbox } from './mailbox-writes.ts';
import { ALL_UIDS } from './message-writes.ts';
import { readEntries, readIndexes, readSummaries } from './message-reads.ts';
import { readGrants, readRights, readShared } from './grant-rows.ts';
import { SqliteMetadata } from './sqlite-metadata.ts';
import { SqliteReaderStore } from './sqlite-reader-store.ts';
import { openCopy } from './stored-copy.ts';
import { MAILBOX_COLUMNS, toEntry, toMailbox, type MailboxRow, type MessageRow } from './rows.ts';

export class SqliteMailStore implements MailStore {
  readonly metadata: SqliteMetadata;
  readonly #writer: Writer;
  readonly #connection: Connection;
  readonly #content: SqliteContentReader;
  readonly #columns: ColumnsCache;
  readonly #changed: Emitter<MailboxChanged>;

  constructor(options: {
    writer: Writer;
    connection: Connection;
    content: SqliteContentReader;
    columns: ColumnsCache;
    onError: (error: unknown) => void;
  }) {
    this.#writer = options.writer;
    this.#connection = options.connection;
    this.#content = options.content;
    this.#columns = options.columns;
    this.#changed = new Emitter(options.onError);
    this.metadata = new SqliteMetadata(options);
    this.#writer.onChanges((changes) =>
      mergeChanges(changes).forEach((change) => this.#changed.emit(change)),
    );
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  createAccountMailboxes(accountId: AccountId): Promise<void> {
    return this.#writer.run('createAccountMailboxes', accountId);
  }

  listMailboxes(accountId: AccountId): Promise<readonly Mailbox[]> {
    const rows = this.#connection.all<MailboxRow>(
      `SELECT ${MAILBOX_COLUMNS} FROM mailbox WHERE account_id = ? ORDER BY name <> 'INBOX', name`,
      accountId,
    );
    return Promise.resolve(rows.map(toMailbox));
  }

  findMailbox(accountId: AccountId, name: string): Promise<Mailbox | null> {
    const canonical = canonicalMailboxName(name);
    return Promise.resolve(canonical === null ? null : findMailbox(this.#connection, accountId, canonical));
  }

  getMailbox(id: MailboxId): Promise<Mailbox | null> {
    const row = this.#connection.get<MailboxRow>(`SELECT ${MAILBOX_COLUMNS} FROM mailbox WHERE id = ?`, id);
    return Promise.resolve(row === undefined ? null : toMailbox(row));
  }

  async createMailbox(
    accountId: AccountId,
    name: string,
    options: MailboxOptions = {},
  ): Promise<Result<Mailbox, MailboxError>> {
    const canonical = canonicalMailboxName(name);
    if (canonical === null) return err('invalidName');
    const { specialUse = null, inheritsFrom = null } = options;
    return this.#writer.run('createMailbox', { accountId, name: canonical, specialUse, inheritsFrom });
  }

  async renameMailbox(accountId: AccountId, from: string, to: string): Promise<Result<void, MailboxError>> {
    const source = canonicalMailboxName(from);
    const target = canonicalMailboxName(to);
    if (source === null) return err('noSuchMailbox');
    if (target === null) return err('invalidName');
    if (isInferior(target, source) && source !== 'INBOX') return err('notAllowed');
    return this.#writer.run('renameMailbox', { accountId, from: source, to: target });
  }

  async deleteMailbox(accountId: AccountId, name: string): Promise<Result<void, MailboxError>> {
    const canonical = canonicalMailboxName(name);
    if (canonical === null) return err('noSuchMailbox');
    if (canonical === 'INBOX') return err('notAllowed');
    return this.#writer.run('deleteMailbox', { accountId, name: canonical });
  }

  async setSubscribed(
    accountId: AccountId,
    name: string,
    isSubscribed: boolean,
  ): Promise<Result<void, MailboxError>> {
    const canonical = canonicalMailboxName(name);
    if (canonical === null) return err('invalidName');
    await this.#writer.run('setSubscribed', { accountId, name: canonical, isSubscribed });
    return { ok: true, value: undefined };
  }

  listSubscriptions(accountId: AccountId): Promise<readonly string[]> {
    const rows = this.#connection.all<{ name: string }>(
      'SELECT name FROM subscription WHERE account_id = ? ORDER BY name',
      accountId,
    );
    return Promise.resolve(rows.map((row) => row.name));
  }

  listGrants(id: MailboxId): Promise<readonly Grant[]> {
    return Promise.resolve(readGrants(this.#connection, id));
  }

  changeGrants(ids: readonly MailboxId[], change: GrantChange): Promise<void> {
    return this.#writer.run('changeGrants', { ids, change });
  }

  setGroupMembers(groups: GroupMembers): Promise<void> {
    return this.#writer.run('setGroupMembers', groups);
  }

  rightsOf(reader: AccountId, id: MailboxId): Promise<Rights> {
    return Promise.resolve(readRights(this.#connection, reader, id));
  }

  listShared(reader: AccountId): Promise<readonly SharedMailbox[]> {
    return Promise.resolve(this.#connection.atOneMoment(() => readShared(this.#connection, reader)));
  }

  asReader(reader: AccountId): MessageStore {
    return new SqliteReaderStore({ store: this, reader, writer: this.#writer, connection: this.#connection });
  }

  listEntries(id: MailboxId, uids: readonly UidRange[] = ALL_UIDS): Promise<readonly MessageEntry[]> {
    return Promise.resolve(readEntries(this.#connection, id, uids));
  }

  readColumns(id: MailboxId): Promise<MessageColumns | null> {
    return this.#columns.read(id);
  }

  changesSince(id: MailboxId, modSeq: ModSeq): Promise<MailboxChanges> {
    // A change that is committed between the reads would be below the highest MODSEQ and in neither list.
    return Promise.resolve(this.#connection.atOneMoment(() => this.#readChanges(id, modSeq)));
  }

  #readChanges(id: MailboxId, modSeq: ModSeq): MailboxChanges {
    const changed = this.#connection.all<MessageRow>(
      'SELECT * FROM message WHERE mailbox_id = ? AND mod_seq > ? ORDER BY uid',
      id,
      modSeq,
    );
    return { changed: changed.map(toEntry), ...readVanishedWithHighest(this.#connection, id, modSeq) };
  }

  openMessage(id: MailboxId, uid: Uid): Promise<OpenMessage | null> {
    return Promise.resolve(openCopy(this.#connection, this.#content, { id, uid }));
  }

  readIndexes(id: MailboxId, uids: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageIndex>> {
    return Promise.resolve(readIndexes(this.#connection, id, uids));
  }

  readSummaries(
    id: MailboxId,
    uids: readonly Uid[],
    parts: readonly SummaryPart[],
  ): Promise<ReadonlyMap<Uid, readonly (string | null)[]>> {
    return Promise.resolve(readSummaries(this.#connection, id, { uids, parts }));
  }

  appendMessages(
    id: MailboxId,
    messages: readonly NewMessage[],
    replaced?: MessagePlace,
  ): Promise<Result<AppendedUids, MailboxError>> {
    const flat = messages.map((message) => ({ ...message, content: toContentArguments(message.content) }));
    return this.#writer.run('appendMessages', {
      mailboxId: id,
      messages: flat,
      replaced: replaced ?? null,
    });
  }

  storeFlags(id: MailboxId, change: FlagChange) {
    return this.#writer.run('storeFlags', { mailboxId: id, change });
  }

  copyMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    return this.#writer.run('copyMessages', { from, uids, to });
  }

  moveMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    return this.#writer.run('moveMessages', { from, uids, to });
  }

  expunge(id: MailboxId, uids: readonly UidRange[] = ALL_UIDS): Promise<readonly Uid[]> {
    return this.#writer.run('expunge', { mailboxId: id, uids });
  }

  removeMessages(id: MailboxId, uids: readonly Uid[]): Promise<readonly Uid[]> {
    return this.#writer.run('removeMessages', {
      mailboxId: id,
      uids: uids.map((uid) => ({ first: uid, last: uid })),
    });
  }
}

/** One notice per mailbox and kind, however many messages a commit brought. */
function mergeChanges(changes: readonly StoreChange[]): readonly MailboxChanged[] {
  const ofMailboxes = changes.filter((change) => change.kind !== 'metadata' && change.kind !== 'lesson');
  return [...new Map(ofMailboxes.map((change) => [`${change.mailboxId} ${change.kind}`, change])).values()];
}
