/**
 * Messages from another server, over IMAP: the way out of whatever an office leaves.
 *
 * Flow: ImapClientSession → here → import. Invariants: nothing changes there; of messages that are here already only size and
 * Message-ID are asked for, so a transfer that was cut off goes on quickly; memory holds a page of messages, not a mailbox.
 */
import type {
  ImapClientSession,
  RemoteMailbox,
  RemoteMessage,
} from '../../../protocol/imap/client/session.ts';
import { MESSAGES_A_PAGE } from '../limits.ts';
import type { ImportSource, MessageDigest, SourceMessage } from '../port.ts';
import { TransferStop } from '../transfer-log.ts';
import { nameRemoteMailboxes, type NamedMailbox } from './name-remote-mailboxes.ts';

type IsWanted = (digest: MessageDigest) => Promise<boolean>;

export class ImapSource implements ImportSource {
  readonly format = 'imap';
  readonly totalOctets = null;
  readonly totalMessages: number;
  readonly mailboxes: readonly string[];
  readonly #session: ImapClientSession;
  readonly #mailboxes: readonly NamedMailbox[];
  #octets = 0;
  #isFinished = false;

  private constructor(
    session: ImapClientSession,
    facts: { mailboxes: readonly NamedMailbox[]; totalMessages: number },
  ) {
    this.#session = session;
    this.#mailboxes = facts.mailboxes;
    this.mailboxes = facts.mailboxes.map(({ name }) => name);
    this.totalMessages = facts.totalMessages;
  }

  /** Finds out what there is. `session` belongs to the source from then on. */
  static async open(session: ImapClientSession): Promise<ImapSource> {
    const prefix = await session.readPersonalPrefix();
    const mailboxes = nameRemoteMailboxes(await session.listMailboxes(), prefix);
    let totalMessages = 0;
    for (const { remote } of mailboxes) totalMessages += await session.countMessages(remote);
    return new ImapSource(session, { mailboxes, totalMessages });
  }

  octetsRead(): number {
    return this.#octets;
  }

  async *messages(isWanted: IsWanted): AsyncGenerator<SourceMessage> {
    for (const { remote, name } of this.#mailboxes) yield* this.#readMailbox(remote, name, isWanted);
    this.#isFinished = true;
  }

  /** In the middle of something there is no polite way out. */
  async close(): Promise<void> {
    if (this.#isFinished) await this.#session.logOut();
    else this.#session.abort();
  }

  async *#readMailbox(
    remote: RemoteMailbox,
    mailbox: string,
    isWanted: IsWanted,
  ): AsyncGenerator<SourceMessage> {
    const uids = await this.#session.examine(remote);
    for (let at = 0; at < uids.length; at += MESSAGES_A_PAGE) {
      const wanted = new Map<number, RemoteMessage>();
      for (const message of await this.#session.describe(uids.slice(at, at + MESSAGES_A_PAGE))) {
        const { uid, sizeBytes, messageId } = message;
        if (messageId === null || (await isWanted({ mailbox, sizeBytes, messageId })))
          wanted.set(uid, message);
      }
      yield* this.#fetch(mailbox, wanted);
    }
  }

  async *#fetch(mailbox: string, wanted: ReadonlyMap<number, RemoteMessage>): AsyncGenerator<SourceMessage> {
    for await (const { uid, octets } of this.#session.fetchBodies([...wanted.keys()])) {
      const message = wanted.get(uid);
      if (message === undefined) continue;
      const { internalDate } = message;
      // RFC 9051 §2.3.2: \Recent is the session's own.
      const flags = message.flags.filter((flag) => flag.toLowerCase() !== '\\recent');
      yield { mailbox, flags, internalDate, where: `${mailbox} ${uid}`, octets: () => this.#count(octets()) };
    }
  }

  /** A connection that breaks in a message ends the transfer: nothing more will come. */
  async *#count(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of octets) {
        this.#octets += piece.length;
        yield piece;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TransferStop({ kind: 'failed', reason });
    }
  }
}
