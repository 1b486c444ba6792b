/**
 * What becomes of a message for one account whose mail is kept here: rules, forwarding, mailboxes.
 *
 * Flow: courier → judge (what the message is to this account) → filter (the account's rules) → here → deposits and what follows.
 * Invariants: a copy that nothing else becomes of is in INBOX; a message that comes back from its own forwarding is kept; junk is
 * not forwarded. Nothing is written here: all of it is in the report that the queue commits.
 */
import type { Account } from '../../directory/port.ts';
import type { ContentReader } from '../content/port.ts';
import { octetsOfStored } from '../content/octets-of.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { MailEvent } from '../events.ts';
import type { MailStore } from '../mailstore/port.ts';
import type { DeliveryMark, Deposit, FollowingEntry, QuarantinedCopy, QueueEntry } from '../queue/port.ts';
import type { Verdict } from '../verdict.ts';
import { copyFields } from './copy-fields.ts';
import { forwardEntry, messageEntry, type FollowingOptions } from './following-entries.ts';
import { keepForAccount } from './kept-apart.ts';
import { hasBeenHere } from './forwarding-loop.ts';
import {
  KEPT,
  type AccountFilter,
  type AccountJudge,
  type FiledCopy,
  type FilterRefusal,
  type FilterResult,
  type RedirectedCopy,
} from './port.ts';

export interface AccountDeliveryOptions extends FollowingOptions {
  readonly content: ContentReader;
  readonly mailStore: Pick<MailStore, 'listMailboxes' | 'createMailbox'>;
  readonly filter: AccountFilter;
  readonly judge: AccountJudge;
}

/** All that one account makes of a message. */
export interface AccountDelivery {
  readonly deposits: readonly Deposit[];
  readonly following: readonly FollowingEntry[];
  readonly marks: readonly DeliveryMark[];
  readonly events: readonly MailEvent[];
  /** Kept apart instead of all the rest. */
  readonly quarantined?: QuarantinedCopy;
  /** The account does not want it, and its sender is to know. */
  readonly refusal?: FilterRefusal;
}

export interface AccountCopy {
  readonly entry: QueueEntry;
  readonly account: Account;
  /** The forward-path that led to the account. */
  readonly recipient: string;
  readonly at: number;
}

const JUNK = { mailbox: 'Junk', specialUse: '\\Junk' } as const;

export async function deliverToAccount(
  options: AccountDeliveryOptions,
  copy: AccountCopy,
): Promise<AccountDelivery> {
  const verdict = await options.judge.judge(copy.entry, copy.account);
  if (verdict?.action === 'quarantine') return keepApart(options, copy, verdict);
  const hasRules = await options.filter.hasRules(copy.account);
  const isPlain = !hasRules && copy.account.forwarding === null && !isJunk(verdict);
  if (isPlain) return keepInInbox(copy);
  return new RuledDelivery(options, copy, verdict).run(hasRules);
}

function keepInInbox({ entry, account, recipient }: AccountCopy): AccountDelivery {
  const prefix = copyFields(entry, { address: account.address, recipient });
  const deposits = KEPT.copies.map(({ mailbox, flags }) => ({
    accountId: account.id,
    mailbox,
    prefix,
    flags,
  }));
  return { deposits, following: [], marks: [], events: [] };
}

async function keepApart(
  { content }: AccountDeliveryOptions,
  { recipient, ...copy }: AccountCopy,
  verdict: Verdict,
): Promise<AccountDelivery> {
  const kept = await keepForAccount(content, { ...copy, recipient: { address: recipient }, verdict });
  return { deposits: [], following: [], marks: [], events: [kept.event], quarantined: kept.copy };
}

function isJunk(verdict: Verdict | undefined): boolean {
  return verdict?.action === 'junk';
}

class RuledDelivery {
  readonly #options: AccountDeliveryOptions;
  readonly #copy: AccountCopy;
  readonly #verdict: Verdict | undefined;
  readonly #prefix: string;
  readonly #following: FollowingEntry[] = [];
  readonly #events: MailEvent[] = [];
  #octets: Promise<MessageOctets> | undefined;

  constructor(options: AccountDeliveryOptions, copy: AccountCopy, verdict: Verdict | undefined) {
    this.#options = options;
    this.#copy = copy;
    this.#verdict = verdict;
    this.#prefix = copyFields(copy.entry, { address: copy.account.address, recipient: copy.recipient });
  }

  async run(hasRules: boolean): Promise<AccountDelivery> {
    const result = hasRules ? await this.#filter() : this.#unruled();
    const { account } = this.#copy;
    if (result.rules.length > 0) this.#tell({ type: 'filtered', rules: result.rules });
    if (result.discardedBy !== undefined) this.#tell({ type: 'discarded', rule: result.discardedBy });
    const copies = await this.#forward(result);
    for (const message of result.messages) await this.#answer(message);
    return {
      deposits: await Promise.all(copies.map((filed) => this.#deposit(filed))),
      following: this.#following,
      marks: result.marks.map(({ isOfOffice, ...mark }) => ({
        ...mark,
        accountId: isOfOffice === true ? null : account.id,
      })),
      events: this.#events,
      ...(result.refusal !== undefined && { refusal: result.refusal }),
    };
  }

  async #filter(): Promise<FilterResult> {
    const { entry, account, recipient, at } = this.#copy;
    const verdict = this.#verdict;
    return this.#options.filter.filter({
      entry,
      account,
      recipient,
      prefix: this.#prefix,
      octets: await this.#readOctets(),
      ...(verdict !== undefined && { verdict }),
      at,
    });
  }

  /** Without rules, junk has its mailbox. */
  #unruled(): FilterResult {
    if (!isJunk(this.#verdict)) return KEPT;
    return { ...KEPT, copies: [{ mailbox: JUNK.mailbox, flags: ['$Junk'], mayCreate: true }] };
  }

  /** Answers the copies that stay here. */
  async #forward(result: FilterResult): Promise<readonly FiledCopy[]> {
    const { forwarding } = this.#copy.account;
    const isWanted = result.copies.length > 0 && !isJunk(this.#verdict);
    const byAccount = isWanted ? (forwarding?.to ?? []) : [];
    const redirects = withForwarding(result.redirects, byAccount);
    if (redirects.length === 0) return result.copies;
    if (await this.#isLoop()) {
      this.#tell({ type: 'forwardingLoop' });
      await this.#discard(result.redirects);
      // What cannot go on has to stay.
      return result.copies.length > 0 ? result.copies : KEPT.copies;
    }
    for (const redirect of redirects) await this.#forwardTo(redirect);
    return byAccount.length === 0 || forwarding?.keepsCopy === true ? result.copies : [];
  }

  async #forwardTo({ to, content }: RedirectedCopy): Promise<void> {
    const order = { ...this.#copy, to, ...(content !== undefined && { changed: content }) };
    const entry = await forwardEntry(this.#options, order);
    this.#following.push(entry);
    this.#tell({ type: 'forwarded', to, followingTraceId: entry.id });
  }

  /** Made for copies that do not go. */
  async #discard(redirects: readonly RedirectedCopy[]): Promise<void> {
    for (const { content } of redirects) {
      if (content !== undefined) await this.#options.receiver.discard(content);
    }
  }

  async #answer(message: FilterResult['messages'][number]): Promise<void> {
    const entry = await messageEntry(this.#options, message);
    this.#following.push(entry);
    this.#tell({ type: 'answered', kind: message.kind, to: message.recipients, followingTraceId: entry.id });
  }

  async #deposit({ mailbox, flags, mayCreate, content: own }: FiledCopy): Promise<Deposit> {
    const { account } = this.#copy;
    const name = mayCreate ? await this.#makeMailbox(mailbox) : mailbox;
    const content = own === undefined ? { prefix: this.#prefix } : { prefix: '', content: own };
    return { accountId: account.id, mailbox: name, flags, ...content };
  }

  /** The name of the mailbox, which is there now. Where it cannot be made the copy goes to INBOX. */
  async #makeMailbox(name: string): Promise<string> {
    const { mailStore } = this.#options;
    const { account } = this.#copy;
    const mailboxes = await mailStore.listMailboxes(account.id);
    const specialUse = name === JUNK.mailbox ? JUNK.specialUse : null;
    const known = mailboxes.find((mailbox) => specialUse !== null && mailbox.specialUse === specialUse);
    if (known !== undefined) return known.name;
    if (!mailboxes.some((mailbox) => mailbox.name === name)) {
      await mailStore.createMailbox(account.id, name, specialUse === null ? {} : { specialUse });
    }
    return name;
  }

  async #isLoop(): Promise<boolean> {
    const { account, entry } = this.#copy;
    return hasBeenHere(await this.#readOctets(), account.address, entry.prefix);
  }

  #readOctets(): Promise<MessageOctets> {
    this.#octets ??= octetsOfStored(this.#options.content, this.#copy.entry.contentId);
    return this.#octets;
  }

  #tell(event: AccountEvent): void {
    const { account, entry, at } = this.#copy;
    this.#events.push({ ...event, traceId: entry.id, at, account: account.address });
  }
}

/** Whoever gets a copy by a rule already gets none by the account's forwarding; what that sends on is the message as it came. */
function withForwarding(
  redirects: readonly RedirectedCopy[],
  byAccount: readonly string[],
): readonly RedirectedCopy[] {
  const known = new Set(redirects.flatMap(({ to }) => to.map((address) => address.toLowerCase())));
  const added = byAccount.filter((address) => !known.has(address.toLowerCase()));
  if (added.length === 0) return redirects;
  const plain = redirects.find(({ content }) => content === undefined);
  const others = redirects.filter((redirect) => redirect !== plain);
  return [...others, { to: [...(plain?.to ?? []), ...added] }];
}

type AccountEventType = 'filtered' | 'discarded' | 'forwarded' | 'forwardingLoop' | 'answered';
type WithoutPlace<Event> = Event extends unknown ? Omit<Event, 'traceId' | 'at' | 'account'> : never;
type AccountEvent = WithoutPlace<Extract<MailEvent, { type: AccountEventType }>>;
