/**
 * Import: the messages of a source into an account's mailboxes.
 *
 * Flow: ImportSource → content (indexed, staged) → mailstore, many messages a commit.
 * Invariants: see port.ts. What one commit takes is bounded; a message that cannot be read is named and the rest goes on.
 */
import type { Clock } from '../../base/clock.ts';
import type { MessageReceiver } from '../content/message-receiver.ts';
import type { StagedContent } from '../content/port.ts';
import type { AccountId, MailboxId, MailStore, NewMessage } from '../mailstore/port.ts';
import { KnownMessages } from './known-messages.ts';
import { MESSAGES_A_COMMIT, OCTETS_A_COMMIT } from './limits.ts';
import type { ImportSource, MessageDigest, SourceMessage, TransferProgress, TransferReport } from './port.ts';
import { readable, UnreadableError } from './readable.ts';
import { endOf, TransferLog, TransferStop } from './transfer-log.ts';

export interface ImportOptions {
  readonly source: ImportSource;
  readonly accountId: AccountId;
  readonly mailStore: Pick<
    MailStore,
    'findMailbox' | 'createMailbox' | 'setSubscribed' | 'listEntries' | 'readIndexes' | 'appendMessages'
  >;
  readonly receiver: MessageReceiver;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

export async function importMail(options: ImportOptions): Promise<TransferReport> {
  const run = new ImportRun(options);
  const end = await endOf(() => run.run());
  return run.log.report(end);
}

interface OpenMailbox {
  readonly name: string;
  readonly id: MailboxId;
  readonly known: KnownMessages;
}

class ImportRun {
  readonly log: TransferLog;
  readonly #options: ImportOptions;
  #mailbox: OpenMailbox | undefined;
  #staged: NewMessage[] = [];
  #stagedOctets = 0;

  constructor(options: ImportOptions) {
    this.#options = options;
    const { clock, onProgress, source } = options;
    const { totalMessages, totalOctets } = source;
    this.log = new TransferLog({ clock, onProgress, totalMessages, totalOctets });
  }

  async run(): Promise<void> {
    const { source, signal } = this.#options;
    // A source that waits for a server is not heard of until it is let go.
    const letGo = () => void source.close();
    signal.addEventListener('abort', letGo);
    try {
      for (const name of source.mailboxes ?? []) await this.#prepare(name);
      for await (const message of source.messages((digest) => this.#isWanted(digest))) {
        if (signal.aborted) throw new TransferStop({ kind: 'cancelled' });
        await this.#take(message);
        this.log.reached(source.octetsRead());
      }
      await this.#commit();
      this.log.reached(source.totalOctets ?? source.octetsRead());
    } catch (error) {
      throw signal.aborted ? new TransferStop({ kind: 'cancelled' }) : error;
    } finally {
      signal.removeEventListener('abort', letGo);
      // What was read is kept, however the source ended.
      await this.#commit().catch(() => undefined);
      await this.#discard();
      await source.close();
    }
  }

  async #isWanted(digest: MessageDigest): Promise<boolean> {
    if (this.#options.signal.aborted) throw new TransferStop({ kind: 'cancelled' });
    const { known } = await this.#open(digest.mailbox);
    if (!(await known.takeDigest(digest))) return true;
    this.log.skipped();
    return false;
  }

  async #take(message: SourceMessage): Promise<void> {
    const mailbox = await this.#open(message.mailbox);
    const content = await this.#stage(message);
    if (content === null) return;
    if (await mailbox.known.take(content)) {
      await this.#options.receiver.discard(content);
      return this.log.skipped();
    }
    const internalDate = message.internalDate ?? content.index.sentAt ?? this.#options.clock.now();
    this.#staged.push({ content, flags: message.flags, internalDate });
    this.#stagedOctets += content.body.kind === 'inline' ? content.sizeBytes : 0;
    if (this.#staged.length >= MESSAGES_A_COMMIT || this.#stagedOctets >= OCTETS_A_COMMIT)
      await this.#commit();
  }

  /** Null where it could not be read. */
  async #stage(message: SourceMessage): Promise<StagedContent | null> {
    const writer = this.#options.receiver.begin();
    try {
      for await (const chunk of readable(message)) await writer.write(chunk);
      return await writer.finish();
    } catch (error) {
      await writer.abort();
      // Our own disk, or a source that has gone: the next message would fare no better.
      if (!(error instanceof UnreadableError)) throw error;
      this.log.failed({ where: message.where, reason: error.message });
      return null;
    }
  }

  async #open(name: string): Promise<OpenMailbox> {
    if (this.#mailbox?.name === name) return this.#mailbox;
    await this.#commit();
    const { mailStore } = this.#options;
    const mailbox = await this.#findOrCreate(name);
    this.#mailbox = { name, id: mailbox.id, known: await KnownMessages.of(mailStore, mailbox) };
    this.log.entered(name);
    return this.#mailbox;
  }

  /** A mailbox that may stay empty; one that cannot be made is named. */
  async #prepare(name: string): Promise<void> {
    if (this.#options.signal.aborted) throw new TransferStop({ kind: 'cancelled' });
    try {
      await this.#findOrCreate(name);
    } catch (error) {
      if (!(error instanceof TransferStop) || error.end.kind !== 'failed') throw error;
      this.log.failed({ where: name, reason: error.end.reason });
    }
  }

  async #findOrCreate(name: string) {
    const { mailStore, accountId } = this.#options;
    const existing = await mailStore.findMailbox(accountId, name);
    if (existing !== null) return existing;
    const created = await mailStore.createMailbox(accountId, name);
    if (!created.ok) throw new TransferStop({ kind: 'failed', reason: `mailbox ${name}: ${created.error}` });
    await mailStore.setSubscribed(accountId, name, true);
    return created.value;
  }

  async #commit(): Promise<void> {
    if (this.#mailbox === undefined || this.#staged.length === 0) return;
    const appended = await this.#options.mailStore.appendMessages(this.#mailbox.id, this.#staged);
    if (!appended.ok) {
      const { error } = appended;
      throw new TransferStop(error === 'overQuota' ? { kind: error } : { kind: 'failed', reason: error });
    }
    this.log.moved(this.#staged.length);
    this.#staged = [];
    this.#stagedOctets = 0;
  }

  /** What was staged and not committed. */
  async #discard(): Promise<void> {
    for (const { content } of this.#staged) await this.#options.receiver.discard(content);
    this.#staged = [];
  }
}
