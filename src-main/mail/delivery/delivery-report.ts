/** DeliveryReport: what an attempt comes to for recipients whose mail is kept here, or who are not here any more. */
import type { Account } from '../../directory/port.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type {
  AwaitedModeration,
  CourierReport,
  DeliveryMark,
  Deposit,
  FollowingEntry,
  NewRecipient,
  QuarantinedCopy,
  QueueEntry,
  QueueRecipient,
  RecipientDsn,
} from '../queue/port.ts';
import type { LocalRoute, NoRoute, RoutedRecipient } from '../routing/port.ts';
import type { FilterRefusal } from './port.ts';
import { isKeptHere, isSuspect } from './handed-recipient.ts';
import { keepForOffice } from './kept-apart.ts';
import type { ModerationDesk } from './moderation/moderation-desk.ts';
import { deliverToAccount, type AccountDelivery, type AccountDeliveryOptions } from './account-delivery.ts';

export interface DeliveryReportOptions extends AccountDeliveryOptions {
  readonly moderation: ModerationDesk;
}

export class DeliveryReport {
  readonly #options: DeliveryReportOptions;
  readonly #entry: QueueEntry;
  readonly #at: number;
  readonly #outcomes: { ordinal: number; outcome: RecipientOutcome }[] = [];
  /** By account; each gets the message once. */
  readonly #deliveries = new Map<number, AccountDelivery>();
  readonly #newRecipients: NewRecipient[] = [];
  readonly #awaitModeration: AwaitedModeration[] = [];
  /** The office's. */
  readonly #kept: QuarantinedCopy[] = [];
  /** To moderators. */
  readonly #notices: FollowingEntry[] = [];
  readonly #events: MailEvent[] = [];

  constructor(options: DeliveryReportOptions, entry: QueueEntry) {
    this.#options = options;
    this.#entry = entry;
    this.#at = options.clock.now();
  }

  build(): CourierReport {
    const deliveries = [...this.#deliveries.values()];
    const following = [...deliveries.flatMap((delivery) => delivery.following), ...this.#notices];
    const marks: DeliveryMark[] = deliveries.flatMap((delivery) => delivery.marks);
    const ofAccounts = deliveries.flatMap((delivery) => delivery.quarantined ?? []);
    const quarantined: QuarantinedCopy[] = [...ofAccounts, ...this.#kept];
    const deposits: Deposit[] = deliveries.flatMap((delivery) => delivery.deposits);
    return {
      outcomes: this.#outcomes,
      deposits,
      newRecipients: this.#newRecipients,
      ...(this.#awaitModeration.length > 0 && { awaitModeration: this.#awaitModeration }),
      ...(following.length > 0 && { following }),
      ...(marks.length > 0 && { marks }),
      ...(quarantined.length > 0 && { quarantined }),
      events: [...this.#events, ...deliveries.flatMap((delivery) => delivery.events)],
    };
  }

  async add({ recipient, route }: RoutedRecipient<LocalRoute | NoRoute>): Promise<void> {
    if (route.kind !== 'local') return this.#fail(recipient, route);
    if (route.moderatedGroup !== null) return this.#moderate(recipient, route.moderatedGroup);
    const into = [...route.accounts.map(({ address }) => address), ...route.foreign];
    this.#tellExpansion(recipient, route, into);
    await this.#deliver(recipient, route, into);
  }

  #tellExpansion(recipient: QueueRecipient, { by }: LocalRoute, into: readonly string[]): void {
    if (by === null) return;
    this.#events.push({ ...this.#about(), type: 'expanded', recipient: recipient.address, by, into });
  }

  async #deliver(recipient: QueueRecipient, route: LocalRoute, into: readonly string[]): Promise<void> {
    const kept = route.accounts.filter((account) => isKeptHere(this.#entry, account));
    const isAlone = into.length === 1;
    for (const account of kept) await this.#deliverTo(recipient, account);
    const [only] = isAlone ? kept : [];
    const refusal = only && this.#deliveries.get(only.id)?.refusal;
    if (refusal !== undefined) return this.#refuse(recipient, only, refusal);
    const outcome = this.#outcome(recipient, {
      kind: 'delivered',
      status: '2.1.5',
      diagnostic: kept.length > 0 ? `Delivered to ${into.join(', ')}` : `Leads to ${into.join(', ')}`,
    });
    for (const address of this.#addressesOfTheirOwn(route)) await this.#sendOn(recipient, address);
    for (const account of kept) this.#report(recipient, outcome, account);
  }

  /** Who gets attempts of its own: those elsewhere, those whose mail is handed over, those who refuse. */
  #addressesOfTheirOwn({ accounts, foreign, handOvers }: LocalRoute): readonly string[] {
    const apart = accounts.filter(
      (account) =>
        !isKeptHere(this.#entry, account) || this.#deliveries.get(account.id)?.refusal !== undefined,
    );
    return [...foreign, ...apart.map(({ address }) => address), ...handOvers.map(({ address }) => address)];
  }

  async #deliverTo({ address }: QueueRecipient, account: Account): Promise<void> {
    if (this.#deliveries.has(account.id)) return;
    const copy = { entry: this.#entry, account, recipient: address, at: this.#at };
    this.#deliveries.set(account.id, await deliverToAccount(this.#options, copy));
  }

  /** An address that the entry has already gets no second copy; what is to be kept apart is sent on by nobody. */
  async #sendOn(recipient: QueueRecipient, address: string): Promise<void> {
    const { dsn } = recipient;
    const others = this.#entry.recipients.filter(({ ordinal }) => ordinal !== recipient.ordinal);
    const known = [...others, ...this.#newRecipients, ...this.#kept];
    if (known.some((each) => each.address.toLowerCase() === address.toLowerCase())) return;
    if (isSuspect(this.#entry)) return this.#keepApart(recipient, address);
    this.#newRecipients.push({ address, ...(dsn !== undefined && { dsn: withoutSuccess(dsn) }) });
  }

  /** For the office to decide on, since no account of ours does. */
  async #keepApart(recipient: QueueRecipient, address: string): Promise<void> {
    const { verdict } = this.#entry;
    if (verdict === undefined) return;
    const facts = { entry: this.#entry, at: this.#at, recipient, address, verdict };
    const { copy, event } = await keepForOffice(this.#options.content, facts);
    this.#kept.push(copy);
    this.#events.push(event);
  }

  /** Moderators are not shown what is kept apart: they are asked when it is released. */
  async #moderate(recipient: QueueRecipient, group: string): Promise<void> {
    if (!isSuspect(this.#entry)) return this.#ask(recipient, group);
    await this.#keepApart(recipient, group);
    this.#outcome(recipient, { kind: 'delivered', status: '2.1.5', diagnostic: `Kept apart for ${group}` });
  }

  /** The group waits in the queue, and its moderators are told in the same commit. */
  async #ask(recipient: QueueRecipient, group: string): Promise<void> {
    const { asked, notice } = await this.#options.moderation.ask(this.#entry, recipient, group);
    this.#awaitModeration.push({ ordinal: recipient.ordinal, group });
    this.#notices.push(notice);
    this.#events.push({
      ...this.#about(),
      type: 'awaitsModeration',
      recipient: recipient.address,
      group,
      asked,
      noticeTraceId: notice.id,
    });
  }

  #fail(recipient: QueueRecipient, route: NoRoute): void {
    const mayChange = route.reason === 'disabledAccount';
    const outcome = this.#outcome(recipient, {
      kind: mayChange ? 'deferred' : 'failed',
      // RFC 3463 §2: the class says whether trying again can help.
      status: mayChange ? route.status.replace(/^5/, '4') : route.status,
      diagnostic: route.text,
    });
    this.#report(recipient, outcome);
  }

  #refuse(recipient: QueueRecipient, account: Account | undefined, { status, text }: FilterRefusal): void {
    const outcome = this.#outcome(recipient, { kind: 'failed', status, diagnostic: text });
    this.#report(recipient, outcome, account);
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
    const mailboxes = account === undefined ? [undefined] : this.#mailboxesOf(account);
    for (const mailbox of mailboxes) {
      this.#events.push({
        ...this.#about(),
        type: 'attempted',
        attempt: recipient.attempts + 1,
        outcome,
        ...(account && { account: account.address }),
        ...(mailbox !== undefined && { mailbox }),
        ...(account?.kind === 'shared' && { isShared: true as const }),
      });
    }
  }

  /** Where its copies are; nothing where it keeps none. */
  #mailboxesOf({ id }: Account): readonly (string | undefined)[] {
    const mailboxes = this.#deliveries.get(id)?.deposits.map(({ mailbox }) => mailbox) ?? [];
    return mailboxes.length > 0 ? mailboxes : [undefined];
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
