/**
 * Maildrop: an account's mailbox as one POP3 session sees it: numbered when it is opened, unchanged until QUIT (RFC 1939 §5).
 *
 * Invariants: numbers do not change during the session; messages are removed by commit() only. A unique-id is UIDVALIDITY
 * and UID: neither is ever given twice or changed by a repair, so it is stable for ever (RFC 1939 §7).
 */
import { DEFAULT_POP3_SETTINGS, type Account } from '../../../directory/port.ts';
import type { MailboxId, MailStore, MessageEntry, OpenMessage, Uid } from '../../mailstore/port.ts';

const DAY_MS = 24 * 60 * 60_000;

/** On messages that were fetched over POP3 while the account's settings limit their stay. */
const FETCHED_KEYWORD = '$Pop3Fetched';

/** A message with its number. */
export interface NumberedMessage {
  readonly number: number;
  readonly entry: MessageEntry;
  /** unique-id (RFC 1939 §7 UIDL). */
  readonly uniqueId: string;
}

interface OpenedMailbox {
  readonly id: MailboxId;
  readonly uidValidity: number;
  readonly name: string;
}

export class Maildrop {
  readonly #store: MailStore;
  readonly #account: Account;
  readonly #mailbox: OpenedMailbox;
  readonly #entries: readonly MessageEntry[];
  readonly #deleted = new Set<number>();
  readonly #retrieved = new Set<number>();

  constructor(
    store: MailStore,
    account: Account,
    opened: { mailbox: OpenedMailbox; entries: readonly MessageEntry[] },
  ) {
    this.#store = store;
    this.#account = account;
    this.#mailbox = opened.mailbox;
    this.#entries = opened.entries;
  }

  /** Null where the account has no mailboxes (it was removed meanwhile). */
  static async open(store: MailStore, account: Account): Promise<Maildrop | null> {
    const mailbox =
      (await store.findMailbox(account.id, account.pop3.mailbox)) ??
      (await store.findMailbox(account.id, DEFAULT_POP3_SETTINGS.mailbox));
    if (mailbox === null) return null;
    return new Maildrop(store, account, { mailbox, entries: await store.listEntries(mailbox.id) });
  }

  get mailboxName(): string {
    return this.#mailbox.name;
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

  /**
   * QUIT: removes what is marked and what has stayed long enough, and marks what was retrieved as seen for the account's
   * other clients. `now`: milliseconds since 1970.
   */
  async commit(now: number): Promise<void> {
    const leaving = this.#entries.filter((entry, index) => this.#isLeaving(entry, index + 1, now));
    await this.#remove(leaving.map(({ uid }) => uid));
    const gone = new Set(leaving);
    const kept = this.#entries.filter((entry, index) => this.#retrieved.has(index + 1) && !gone.has(entry));
    await this.#mark(kept);
  }

  #isLeaving(entry: MessageEntry, number: number, now: number): boolean {
    if (this.#deleted.has(number)) return true;
    const { keepDays } = this.#account.pop3;
    if (keepDays === null || now - entry.savedAt < keepDays * DAY_MS) return false;
    return this.#retrieved.has(number) || entry.flags.includes(FETCHED_KEYWORD);
  }

  async #remove(uids: readonly Uid[]): Promise<void> {
    if (uids.length === 0) return;
    const trash = this.#account.pop3.onDelete === 'moveToTrash' ? await this.#findTrash() : null;
    if (trash === null || trash === this.#mailbox.id) {
      await this.#store.removeMessages(this.#mailbox.id, uids);
      return;
    }
    const moved = await this.#store.moveMessages(this.#mailbox.id, asRanges(uids), trash);
    if (!moved.ok) throw new Error(`cannot move to the Trash: ${moved.error}`);
  }

  /** The account's Trash; made where it has none. */
  async #findTrash(): Promise<MailboxId> {
    const mailboxes = await this.#store.listMailboxes(this.#account.id);
    const trash = mailboxes.find(({ specialUse }) => specialUse === '\\Trash');
    if (trash !== undefined) return trash.id;
    const created = await this.#store.createMailbox(this.#account.id, 'Trash', { specialUse: '\\Trash' });
    const named = created.ok ? created.value : mailboxes.find(({ name }) => name === 'Trash');
    if (named === undefined) throw new Error('there is no Trash and none can be made');
    return named.id;
  }

  async #mark(entries: readonly MessageEntry[]): Promise<void> {
    const flags = this.#account.pop3.keepDays === null ? ['\\Seen'] : ['\\Seen', FETCHED_KEYWORD];
    const unmarked = entries.filter((entry) => !flags.every((flag) => entry.flags.includes(flag)));
    if (unmarked.length === 0) return;
    const uids = asRanges(unmarked.map(({ uid }) => uid));
    await this.#store.storeFlags(this.#mailbox.id, { uids, operation: 'add', flags });
  }

  #numbered(entry: MessageEntry, number: number): NumberedMessage {
    return { number, entry, uniqueId: `${this.#mailbox.uidValidity}.${entry.uid}` };
  }
}

function asRanges(uids: readonly Uid[]) {
  return uids.map((uid) => ({ first: uid, last: uid }));
}
