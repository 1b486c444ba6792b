/**
 * MailUsage: how much mail each account holds, remembered until its mailboxes change.
 *
 * Invariants: at most one question per account is on its way to the store; an answer is never older than the last change
 * that the store has told of.
 */
import type { AccountId } from '../../directory/port.ts';
import type { Mailbox, MailStore } from '../../mail/mailstore/port.ts';

export interface Usage {
  readonly usedBytes: number;
  readonly messages: number;
  readonly unread: number;
  readonly mailboxes: number;
}

export class MailUsage {
  readonly #store: Pick<MailStore, 'listMailboxes' | 'onChange'>;
  readonly #known = new Map<AccountId, Promise<Usage>>();

  constructor(store: Pick<MailStore, 'listMailboxes' | 'onChange'>) {
    this.#store = store;
    store.onChange((change) => this.#known.delete(change.accountId));
  }

  of(accountId: AccountId): Promise<Usage> {
    const known = this.#known.get(accountId);
    if (known !== undefined) return known;
    const asked = this.#store.listMailboxes(accountId).then(sumUp);
    this.#known.set(accountId, asked);
    asked.catch(() => this.#known.delete(accountId));
    return asked;
  }

  async ofAll(accountIds: readonly AccountId[]): Promise<Usage> {
    const each = await Promise.all(accountIds.map((accountId) => this.of(accountId)));
    return each.reduce(add, { usedBytes: 0, messages: 0, unread: 0, mailboxes: 0 });
  }
}

function sumUp(mailboxes: readonly Mailbox[]): Usage {
  return mailboxes
    .map((mailbox) => ({
      usedBytes: mailbox.sizeBytes,
      messages: mailbox.messageCount,
      unread: mailbox.unseenCount,
      mailboxes: 1,
    }))
    .reduce(add, { usedBytes: 0, messages: 0, unread: 0, mailboxes: 0 });
}

function add(a: Usage, b: Usage): Usage {
  return {
    usedBytes: a.usedBytes + b.usedBytes,
    messages: a.messages + b.messages,
    unread: a.unread + b.unread,
    mailboxes: a.mailboxes + b.mailboxes,
  };
}
