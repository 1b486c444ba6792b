/**
 * Known messages: which messages of a mailbox were there before the import, so that they do not come twice.
 *
 * Invariants: each one that was there answers for one that comes, so messages that an account really has twice stay two;
 * compared by size and Message-ID, and where there is none by all that the index knows.
 */
import type { MessageIndex } from '../../format/message-index.ts';
import type { MailboxId, MailStore, Uid } from '../mailstore/port.ts';
import { UIDS_A_PAGE } from './limits.ts';

type KnownStore = Pick<MailStore, 'listEntries' | 'readIndexes'>;

export class KnownMessages {
  readonly #store: KnownStore;
  readonly #mailbox: MailboxId;
  readonly #uidsBySize: Map<number, Uid[]>;

  private constructor(store: KnownStore, mailbox: MailboxId, uidsBySize: Map<number, Uid[]>) {
    this.#store = store;
    this.#mailbox = mailbox;
    this.#uidsBySize = uidsBySize;
  }

  static async of(
    store: KnownStore,
    mailbox: { readonly id: MailboxId; readonly uidNext: Uid },
  ): Promise<KnownMessages> {
    const uidsBySize = new Map<number, Uid[]>();
    for (let first = 1; first < mailbox.uidNext; first += UIDS_A_PAGE) {
      const page = await store.listEntries(mailbox.id, [{ first, last: first + UIDS_A_PAGE - 1 }]);
      for (const { uid, sizeBytes } of page) {
        const uids = uidsBySize.get(sizeBytes);
        if (uids === undefined) uidsBySize.set(sizeBytes, [uid]);
        else uids.push(uid);
      }
    }
    return new KnownMessages(store, mailbox.id, uidsBySize);
  }

  /** Whether the message was there; the one that was answers no more. */
  async take(message: { readonly sizeBytes: number; readonly index: MessageIndex }): Promise<boolean> {
    // mbox ends every message's last line.
    for (const size of [message.sizeBytes, message.sizeBytes - 2]) {
      const isSameAs = (index: MessageIndex) => isSame(index, message.index);
      if (await this.#takeOf(this.#uidsBySize.get(size) ?? [], isSameAs)) return true;
    }
    return false;
  }

  /** The same for one that was not read: by its size and Message-ID. */
  takeDigest({ sizeBytes, messageId }: { sizeBytes: number; messageId: string }): Promise<boolean> {
    const hasSameId = (index: MessageIndex) => index.envelope.messageId === messageId;
    return this.#takeOf(this.#uidsBySize.get(sizeBytes) ?? [], hasSameId);
  }

  async #takeOf(uids: Uid[], isWanted: (index: MessageIndex) => boolean): Promise<boolean> {
    for (const [at, uid] of uids.entries()) {
      const index = (await this.#store.readIndexes(this.#mailbox, [uid])).get(uid);
      if (index === undefined || !isWanted(index)) continue;
      uids.splice(at, 1);
      return true;
    }
    return false;
  }
}

function isSame(a: MessageIndex, b: MessageIndex): boolean {
  const id = a.envelope.messageId;
  if (id !== null || b.envelope.messageId !== null) return id === b.envelope.messageId;
  return JSON.stringify(a) === JSON.stringify(b);
}
