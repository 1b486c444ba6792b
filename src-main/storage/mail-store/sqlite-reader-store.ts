/**
 * The messages of SQLite's mailstore as one reader sees them in mailboxes of others.
 *
 * Invariants: as in mail/mailstore/sharing/port.ts. What has no \Seen in it is the store's own answer.
 */
import type { Result } from '../../base/result.ts';
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
  ModSeq,
  NewMessage,
  StoredFlagChange,
  Uid,
  UidRange,
} from '../../mail/mailstore/port.ts';
import { toColumns } from '../../mail/mailstore/message-columns.ts';
import type { Connection } from '../connection.ts';
import { toContentArguments } from '../content-store.ts';
import type { Writer } from '../writer.ts';
import { readVanishedWithHighest } from './expunged-log.ts';
import { ALL_UIDS } from './message-writes.ts';
import { readReaderChanges, readReaderRows } from './reader-rows.ts';
import { toEntry } from './rows.ts';

interface ReaderStoreOptions {
  readonly store: MessageStore;
  readonly reader: AccountId;
  readonly writer: Writer;
  readonly connection: Connection;
}

export class SqliteReaderStore implements MessageStore {
  readonly #options: ReaderStoreOptions;

  constructor(options: ReaderStoreOptions) {
    this.#options = options;
  }

  listEntries(mailboxId: MailboxId, uids: readonly UidRange[] = ALL_UIDS): Promise<readonly MessageEntry[]> {
    const { store, connection, reader } = this.#options;
    if (this.#isOwn(mailboxId)) return store.listEntries(mailboxId, uids);
    return Promise.resolve(readReaderRows(connection, { mailboxId, reader }, uids).map(toEntry));
  }

  readColumns(mailboxId: MailboxId): ReturnType<MessageStore['readColumns']> {
    const { store, connection, reader } = this.#options;
    if (this.#isOwn(mailboxId)) return store.readColumns(mailboxId);
    const columns = connection.atOneMoment(() => {
      const row = connection.get<{ highest: number }>(
        'SELECT highest_mod_seq AS highest FROM mailbox WHERE id = ?',
        mailboxId,
      );
      if (row === undefined) return null;
      const rows = readReaderRows(connection, { mailboxId, reader }, ALL_UIDS);
      return toColumns(rows.map(toEntry), row.highest);
    });
    return Promise.resolve(columns);
  }

  readSummaries(...asked: Parameters<MessageStore['readSummaries']>) {
    return this.#options.store.readSummaries(...asked);
  }

  changesSince(mailboxId: MailboxId, modSeq: ModSeq): Promise<MailboxChanges> {
    const { store, connection, reader } = this.#options;
    if (this.#isOwn(mailboxId)) return store.changesSince(mailboxId, modSeq);
    // As in SqliteMailStore: what is committed between two reads would be missed.
    const changes = connection.atOneMoment(() => ({
      changed: readReaderChanges(connection, { mailboxId, reader }, modSeq).map(toEntry),
      ...readVanishedWithHighest(connection, mailboxId, modSeq),
    }));
    return Promise.resolve(changes);
  }

  openMessage(id: MailboxId, uid: Uid): ReturnType<MessageStore['openMessage']> {
    return this.#options.store.openMessage(id, uid);
  }

  readIndexes(id: MailboxId, uids: readonly Uid[]): ReturnType<MessageStore['readIndexes']> {
    return this.#options.store.readIndexes(id, uids);
  }

  appendMessages(
    mailboxId: MailboxId,
    messages: readonly NewMessage[],
    replaced?: MessagePlace,
  ): Promise<Result<AppendedUids, MailboxError>> {
    const { writer, reader } = this.#options;
    const flat = messages.map((message) => ({ ...message, content: toContentArguments(message.content) }));
    return writer.run('appendMessagesAsReader', {
      mailboxId,
      messages: flat,
      replaced: replaced ?? null,
      reader,
    });
  }

  storeFlags(mailboxId: MailboxId, change: FlagChange): Promise<StoredFlagChange> {
    const { writer, reader } = this.#options;
    return writer.run('storeFlagsAsReader', { mailboxId, change, reader });
  }

  copyMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    const { writer, reader } = this.#options;
    return writer.run('copyMessagesAsReader', { from, uids, to, reader });
  }

  moveMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>> {
    const { writer, reader } = this.#options;
    return writer.run('moveMessagesAsReader', { from, uids, to, reader });
  }

  expunge(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly Uid[]> {
    return this.#options.store.expunge(id, uids);
  }

  removeMessages(id: MailboxId, uids: readonly Uid[]): Promise<readonly Uid[]> {
    return this.#options.store.removeMessages(id, uids);
  }

  #isOwn(id: MailboxId): boolean {
    const { connection, reader } = this.#options;
    return connection.get('SELECT 1 FROM mailbox WHERE id = ? AND account_id = ?', id, reader) !== undefined;
  }
}
