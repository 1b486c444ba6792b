/**
 * Delivery: turns recipients of a queue entry into copies in the mailboxes of our accounts.
 *
 * Actor: MDA (RFC 5598). Flow: queue → routing → here → report → the queue records outcomes and deposits in one commit.
 * Invariants: an account gets one copy of an entry's attempt, however many of its recipients lead there; every recipient
 * given has an outcome in the report. Addresses elsewhere that an alias leads to become recipients of the entry in the same
 * commit that takes the alias away, so each of them is relayed as if the sender had named it, and none is forgotten.
 * A recipient that has become unknown since RCPT fails, and its sender is told;
 * one whose account is switched off waits, since somebody may switch it on again.
 */
import type { Clock } from '../../base/clock.ts';
import type { Account } from '../../directory/port.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type {
  CourierReport,
  Deposit,
  NewRecipient,
  QueueEntry,
  QueueRecipient,
  RecipientDsn,
} from '../queue/port.ts';
import type { LocalRoute, NoRoute, RoutedRecipient } from '../routing/port.ts';

const INBOX = 'INBOX';

export interface DeliveryCourier {
  deliver(entry: QueueEntry, recipients: readonly RoutedRecipient<LocalRoute | NoRoute>[]): CourierReport;
}

export function createDeliveryCourier(options: { clock: Clock }): DeliveryCourier {
  return {
    deliver(entry, recipients) {
      const report = new ReportBuilder(entry, options.clock.now());
      for (const routed of recipients) report.add(routed);
      return report.build();
    },
  };
}

class ReportBuilder {
  readonly #entry: QueueEntry;
  readonly #at: number;
  readonly #outcomes: { ordinal: number; outcome: RecipientOutcome }[] = [];
  readonly #deposits = new Map<number, Deposit>();
  readonly #newRecipients: NewRecipient[] = [];
  readonly #events: MailEvent[] = [];

  constructor(entry: QueueEntry, at: number) {
    this.#entry = entry;
    this.#at = at;
  }

  build(): CourierReport {
    return {
      outcomes: this.#outcomes,
      deposits: [...this.#deposits.values()],
      newRecipients: this.#newRecipients,
      events: this.#events,
    };
  }

  add({ recipient, route }: RoutedRecipient<LocalRoute | NoRoute>): void {
    if (route.kind === 'local') this.#deliver(recipient, route);
    else this.#refuse(recipient, route);
  }

  #deliver(recipient: QueueRecipient, route: LocalRoute): void {
    const accounts = route.accounts.map((account) => account.address);
    const into = [...accounts, ...route.foreign];
    if (route.via.length > 0) {
      this.#events.push({
        ...this.#about(),
        type: 'expanded',
        recipient: recipient.address,
        by: 'alias',
        into,
      });
    }
    const outcome = this.#outcome(recipient, {
      kind: 'delivered',
      status: '2.1.5',
      diagnostic: accounts.length > 0 ? `Delivered to ${accounts.join(', ')}` : `Leads to ${into.join(', ')}`,
    });
    for (const address of route.foreign) this.#forward(recipient, address);
    for (const account of route.accounts) {
      this.#deposit(recipient, account);
      this.#report(recipient, outcome, account);
    }
  }

  /** An address that the entry has already gets no second copy. */
  #forward({ dsn }: QueueRecipient, address: string): void {
    const known = [...this.#entry.recipients, ...this.#newRecipients];
    const isKnown = known.some((recipient) => recipient.address.toLowerCase() === address.toLowerCase());
    if (isKnown) return;
    this.#newRecipients.push({ address, ...(dsn !== undefined && { dsn: withoutSuccess(dsn) }) });
  }

  /** RFC 5321 §4.4: the last MTA writes the Return-Path. */
  #deposit(recipient: QueueRecipient, account: Account): void {
    if (this.#deposits.has(account.id)) return;
    const fields = [`Return-Path: <${this.#entry.reversePath}>`, `Delivered-To: ${account.address}`];
    const isOtherName = recipient.address.toLowerCase() !== account.address.toLowerCase();
    if (isOtherName) fields.push(`X-Original-To: ${recipient.address}`);
    const prefix = fields.map((field) => `${field}\r\n`).join('');
    this.#deposits.set(account.id, { accountId: account.id, mailbox: INBOX, prefix, flags: [] });
  }

  #refuse(recipient: QueueRecipient, route: NoRoute): void {
    const mayChange = route.reason === 'disabledAccount';
    const outcome = this.#outcome(recipient, {
      kind: mayChange ? 'deferred' : 'failed',
      // RFC 3463 §2: the class says whether trying again can help.
      status: mayChange ? route.status.replace(/^5/, '4') : route.status,
      diagnostic: route.text,
    });
    this.#report(recipient, outcome);
  }

  #outcome(
    recipient: QueueRecipient,
    facts: Pick<RecipientOutcome, 'kind' | 'status' | 'diagnostic'>,
  ): RecipientOutcome {
    const outcome = { ...facts, recipient: recipient.address, at: this.#at };
    this.#outcomes.push({ ordinal: recipient.ordinal, outcome });
    return outcome;
  }

  #report(recipient: QueueRecipient, outcome: RecipientOutcome, account?: Account): void {
    this.#events.push({
      ...this.#about(),
      type: 'attempted',
      attempt: recipient.attempts + 1,
      outcome,
      ...(account && { account: account.address, mailbox: INBOX }),
      ...(account?.kind === 'shared' && { isShared: true as const }),
    });
  }

  #about() {
    return { traceId: this.#entry.id, at: this.#at };
  }
}

/** RFC 3461 §5.2.7.3: success is told once, of the alias; trouble is told of each address that it led to. */
function withoutSuccess(dsn: RecipientDsn): RecipientDsn {
  const notify = dsn.notify?.filter((condition) => condition !== 'success');
  return notify === undefined ? dsn : { ...dsn, notify };
}
