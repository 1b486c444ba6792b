/**
 * Delivery: turns recipients of a queue entry into copies in the mailboxes of our accounts.
 *
 * Actor: MDA (RFC 5598). Flow: queue → here → report → the queue records outcomes and deposits in one commit.
 * Invariants: an account gets one copy of an entry's attempt, however many of its recipients lead there; every recipient
 * given has an outcome in the report. A recipient that has become unknown since RCPT fails, and its sender is told;
 * one whose account is switched off waits, since somebody may switch it on again.
 */
import type { Clock } from '../../base/clock.ts';
import type { Account } from '../../directory/port.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type { Courier, CourierReport, Deposit, QueueEntry, QueueRecipient } from '../queue/port.ts';
import type { Route, Router } from '../routing/port.ts';

const INBOX = 'INBOX';

export function createDeliveryCourier(options: { router: Router; clock: Clock }): Courier {
  return {
    async attempt(entry, recipients) {
      const report = new ReportBuilder(entry, options.clock.now());
      for (const recipient of recipients) {
        report.add(recipient, await options.router.route(recipient.address));
      }
      return report.build();
    },
  };
}

class ReportBuilder {
  readonly #entry: QueueEntry;
  readonly #at: number;
  readonly #outcomes: { ordinal: number; outcome: RecipientOutcome }[] = [];
  readonly #deposits = new Map<number, Deposit>();
  readonly #events: MailEvent[] = [];

  constructor(entry: QueueEntry, at: number) {
    this.#entry = entry;
    this.#at = at;
  }

  build(): CourierReport {
    return { outcomes: this.#outcomes, deposits: [...this.#deposits.values()], events: this.#events };
  }

  add(recipient: QueueRecipient, route: Route): void {
    if (route.kind === 'local') this.#deliver(recipient, route);
    else this.#refuse(recipient, route);
  }

  #deliver(recipient: QueueRecipient, route: Extract<Route, { kind: 'local' }>): void {
    const into = route.accounts.map((account) => account.address);
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
      diagnostic: `Delivered to ${into.join(', ')}`,
    });
    for (const account of route.accounts) {
      this.#deposit(recipient, { account, isExpanded: route.via.length > 0 });
      this.#report(recipient, outcome, account);
    }
  }

  /** RFC 5321 §4.4: the last MTA writes the Return-Path. */
  #deposit(recipient: QueueRecipient, to: { account: Account; isExpanded: boolean }): void {
    const { account, isExpanded } = to;
    if (this.#deposits.has(account.id)) return;
    const fields = [`Return-Path: <${this.#entry.reversePath}>`, `Delivered-To: ${account.address}`];
    if (isExpanded) fields.push(`X-Original-To: ${recipient.address}`);
    const prefix = fields.map((field) => `${field}\r\n`).join('');
    this.#deposits.set(account.id, { accountId: account.id, mailbox: INBOX, prefix, flags: [] });
  }

  #refuse(recipient: QueueRecipient, route: Extract<Route, { kind: 'undeliverable' }>): void {
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
      ...(account === undefined ? {} : { account: account.address, mailbox: INBOX }),
    });
  }

  #about() {
    return { traceId: this.#entry.id, at: this.#at };
  }
}
