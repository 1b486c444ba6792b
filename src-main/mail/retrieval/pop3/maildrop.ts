/**
 * Maildrop: an account's INBOX as one POP3 session sees it: numbered when it is opened, unchanged until QUIT (RFC 1939 §5).
 *
 * Invariants: numbers do not change during the session; messages marked for removal are removed by commit() only.
 */
import type { MailboxId, MailStore, MessageEntry, OpenMessage } from '../../mailstore/port.ts';

/** A message with its number. */
export interface NumberedMessage {
  readonly number: number;
  readonly entry: MessageEntry;
  /** unique-id (RFC 1939 §7 UIDL). */
  readonly uniqueId: string;
}

export class Maildrop {
  readonly #store: MailStore;
  readonly #mailbox: { readonly id: MailboxId; readonly uidValidity: number };
  readonly #entries: readonly MessageEntry[];
  readonly #deleted = new Set<number>();
  readonly #retrieved = new Set<number>();

  constructor(
    store: MailStore,
    mailbox: { readonly id: MailboxId; readonly uidValidity: number },
    entries: readonly MessageEntry[],
  ) {
    this.#store = store;
    this.#mailbox = mailbox;
    this.#entries = entries;
  }

  /** Null where the account has no INBOX (it was removed meanwhile). */
  static async open(store: MailStore, accountId: number): Promise<Maildrop | null> {
    const mailbox = await store.findMailbox(accountId, 'INBOX');
    return mailbox === null ? null : new Maildrop(store, mailbox, await store.listEntries(mailbox.id));
  }

  /** The messages that are not marked for removal. */
  get messages(): readonly NumberedMessage[] {
    return this.#entries
      .map((entry, index) => this.#numbered(entry, index + 1))
      .filter(({ number }) => !this.#deleted.has(number));
  }

  /** Octets of the messages that are not marked for removal. */
  get sizeBytes(): number {
    return this.messages.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  }

  /** Null for no such message, or one marked for removal. */
  find(number: number): NumberedMessage | null {
    const entry = this.#entries[number - 1];
    return entry === undefined || this.#deleted.has(number) ? null : this.#numbered(entry, number);
  }

  /** Null where another session has expunged it. */
  read({ entry }: NumberedMessage): Promise<OpenMessage | null> {
    return this.#store.openMessage(this.#mailbox.id, entry.uid);
  }

  /** Notes that the client has the message; true for the first time and one that was not read before. */
  noteRetrieved({ number, entry }: NumberedMessage): boolean {
    const isFirst = !this.#retrieved.has(number) && !entry.flags.includes('\\Seen');
    this.#retrieved.add(number);
    return isFirst;
  }

  markDeleted({ number }: NumberedMessage): void {
    this.#deleted.add(number);
  }

  unmarkAll(): void {
    this.#deleted.clear();
  }

  /** QUIT: removes what is marked, and marks what was retrieved as seen for the account's other clients. */
  async commit(): Promise<void> {
    const uidOf = (number: number): number => this.#entries[number - 1]?.uid ?? 0;
    const kept = [...this.#retrieved].filter((number) => !this.#deleted.has(number));
    const unseen = kept.filter((number) => !(this.#entries[number - 1]?.flags.includes('\\Seen') ?? true));
    if (unseen.length > 0) {
      const uids = unseen.map(uidOf).map((uid) => ({ first: uid, last: uid }));
      await this.#store.storeFlags(this.#mailbox.id, { uids, operation: 'add', flags: ['\\Seen'] });
    }
    if (this.#deleted.size > 0)
      await this.#store.removeMessages(this.#mailbox.id, [...this.#deleted].map(uidOf));
  }

  #numbered(entry: MessageEntry, number: number): NumberedMessage {
    return { number, entry, uniqueId: `${this.#mailbox.uidValidity}.${entry.uid}` };
  }
}
