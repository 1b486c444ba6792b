/**
 * Mailbox watch: what NOTIFY has asked to be told of mailboxes (RFC 5465), and what of it is still to be told.
 *
 * Flow: the store's notices mark mailboxes here; tell() compares them with what the client knows and tells the difference.
 * Invariants: a notice carries no data, so however many come, one comparison remains per mailbox; beyond a limit the client is
 * told that it is not told (RFC 5465 §5.8). What the session itself has done is known, not news (RFC 5465 §5).
 */
import type { NotifyEvent, NotifyGroup } from '../../../protocol/imap/grammar/notify.ts';
import type { FetchItem } from '../../../protocol/imap/grammar/fetch-item.ts';
import type { StatusItem } from '../../../protocol/imap/grammar/status-item.ts';
import type { Mailbox, MailboxChanged, MailboxId, Uid } from '../../mailstore/port.ts';
import type { ResponseSink } from './announcements.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_PENDING_MAILBOXES } from './limits.ts';
import { makeScope, type MailboxScope, type ScopedMailbox } from './mailbox-scope.ts';
import { NameChanges } from './name-changes.ts';
import { findReadable } from './reachable-mailbox.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import { formatStatus } from './status.ts';

/** What the client hears of the mailbox that is selected. */
export interface SelectedEvents {
  readonly tellsMessages: boolean;
  readonly tellsFlags: boolean;
  /** Also between commands, EXPUNGE included (RFC 5465 §6.1.1). */
  readonly isImmediate: boolean;
  readonly newItems: readonly FetchItem[];
}

/** RFC 5465 §3.1: as long as there was no NOTIFY. */
export const ALL_EVENTS: SelectedEvents = {
  tellsMessages: true,
  tellsFlags: true,
  isImmediate: false,
  newItems: [],
};

/** What the client knows of a mailbox's messages. */
type KnownMessages = Pick<Mailbox, 'messageCount' | 'uidNext' | 'highestModSeq' | 'unseenCount'>;
export type KnownMailbox = KnownMessages & ScopedMailbox;

interface Group {
  readonly isInScope: MailboxScope;
  readonly events: ReadonlySet<NotifyEvent>;
}

export class MailboxWatch {
  readonly selectedEvents: SelectedEvents;
  readonly #session: ImapSession;
  readonly #groups: readonly Group[];
  readonly #known: Map<MailboxId, KnownMailbox>;
  readonly #names: NameChanges;
  readonly #changed = new Set<MailboxId>();
  /** Messages that the session itself has put into mailboxes. */
  readonly #own = new Map<MailboxId, { count: number; uidNext: Uid }>();
  #isOverflown = false;

  constructor(session: ImapSession, groups: readonly NotifyGroup[], mailboxes: readonly Mailbox[]) {
    this.#session = session;
    this.#groups = groups.map(({ filter, events }) => ({ isInScope: makeScope(session, filter), events }));
    this.#known = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
    this.#names = new NameChanges(session, this.#known, (event, mailbox) => this.wants(event, mailbox));
    this.selectedEvents = readSelectedEvents(groups);
  }

  /** Whether a group asks for this event on this mailbox. */
  wants(event: NotifyEvent, mailbox: ScopedMailbox): boolean {
    return this.#groups.some(({ isInScope, events }) => events.has(event) && isInScope(mailbox));
  }

  /** Whether any group asks for it. */
  wantsAny(event: NotifyEvent): boolean {
    return this.#groups.some(({ events }) => events.has(event));
  }

  /** Whether there is something to be told. */
  get hasNews(): boolean {
    return this.#isOverflown || this.#changed.size > 0 || this.#names.pendingCount > 0;
  }

  get isOverflown(): boolean {
    return this.#isOverflown;
  }

  overflow(): void {
    this.#isOverflown = true;
  }

  hear({ accountId, mailboxId, kind }: MailboxChanged): void {
    // NOTIFY NONE
    if (this.#groups.length === 0) return;
    // Another's mailbox counts where the client knows it; what comes or goes by rights shows when it is looked at.
    const isKnown = accountId === this.#session.accountId || this.#known.has(mailboxId);
    if (kind !== 'messages') this.#names.add(mailboxId);
    else if (!isKnown) return;
    else if (this.wantsAny('MessageNew')) this.#changed.add(mailboxId);
    if (this.#changed.size + this.#names.pendingCount > MAX_PENDING_MAILBOXES) this.overflow();
  }

  /** RFC 5465 §5: the session has created, deleted, renamed or subscribed these itself. */
  absorbNames(names: readonly string[]): Promise<void> {
    return this.#names.absorb(names);
  }

  /** The same for messages that it has put there. */
  absorbMessages(id: MailboxId, uids: readonly Uid[]): void {
    const own = this.#own.get(id) ?? { count: 0, uidNext: 0 };
    this.#own.set(id, {
      count: own.count + uids.length,
      uidNext: uids.reduce((next, uid) => Math.max(next, uid + 1), own.uidNext),
    });
  }

  /** What SELECT has told counts; from then on the selected events do. */
  enter(mailbox: Mailbox): void {
    this.#known.set(mailbox.id, mailbox);
    this.#changed.delete(mailbox.id);
    this.#own.delete(mailbox.id);
  }

  /** The mailbox is one of the others again: what its client has not heard may be news. */
  leave(selected: SelectedMailbox): void {
    const known = this.#known.get(selected.id);
    if (known === undefined) return;
    const uidNext = Math.max(known.uidNext, selected.greatestUid + 1);
    const { messageCount, modSeq } = selected;
    this.#known.set(selected.id, { ...known, messageCount, uidNext, highestModSeq: modSeq });
    this.#own.delete(selected.id);
    if (this.wantsAny('MessageNew')) this.#changed.add(selected.id);
  }

  async tell(sink: ResponseSink): Promise<void> {
    await this.#names.tell(sink);
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const id of changed) await this.#tellMessages(id, sink);
  }

  /** RFC 5465 §3.1: NOTIFY SET STATUS. */
  async tellStatus(mailboxes: readonly Mailbox[], sink: ResponseSink): Promise<void> {
    for (const mailbox of mailboxes) {
      if (mailbox.id === this.#session.selected?.id || !this.wants('MessageNew', mailbox)) continue;
      const items: StatusItem[] = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
      if (this.wants('FlagChange', mailbox)) items.push('HIGHESTMODSEQ');
      await sink.send(await formatStatus(this.#session, mailbox, items));
    }
  }

  async #tellMessages(id: MailboxId, sink: ResponseSink): Promise<void> {
    const { selected } = this.#session;
    const mailbox = id === selected?.id ? null : await findReadable(this.#session, id);
    const before = this.#known.get(id);
    if (mailbox === null || before === undefined) return;
    this.#known.set(id, { ...mailbox, name: before.name, isSubscribed: before.isSubscribed });
    const expected = this.#withOwn(id, before);
    const items = this.wants('MessageNew', mailbox) ? this.#news(expected, mailbox) : [];
    if (items.length > 0) await sink.send(await formatStatus(this.#session, mailbox, items));
  }

  /** What the client knows, with what it has done itself; the MODSEQ of that it has not been told. */
  #withOwn(id: MailboxId, known: KnownMessages): KnownMessages & { readonly isTouched: boolean } {
    const own = this.#own.get(id);
    this.#own.delete(id);
    if (own === undefined) return { ...known, isTouched: false };
    const messageCount = known.messageCount + own.count;
    return { ...known, messageCount, uidNext: Math.max(known.uidNext, own.uidNext), isTouched: true };
  }

  /** What is to be told: RFC 5465 §5.1-5.3. */
  #news(before: KnownMessages & { readonly isTouched: boolean }, now: Mailbox): StatusItem[] {
    const withModSeq: StatusItem[] = this.#session.isCondStore ? ['HIGHESTMODSEQ'] : [];
    const wantsFlags = this.wants('FlagChange', now);
    const unseen: StatusItem[] = wantsFlags ? ['UNSEEN'] : [];
    const isOther = before.messageCount !== now.messageCount || before.uidNext !== now.uidNext;
    if (isOther) return ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY', ...unseen, ...withModSeq];
    const isFlagged = wantsFlags && !before.isTouched && before.highestModSeq !== now.highestModSeq;
    // RFC 5465 §5.1: without CONDSTORE only the unseen ones can be told of.
    const isTold = isFlagged && (withModSeq.length > 0 || before.unseenCount !== now.unseenCount);
    return isTold ? ['UIDVALIDITY', 'UNSEEN', ...withModSeq] : [];
  }
}

function readSelectedEvents(groups: readonly NotifyGroup[]): SelectedEvents {
  const group = groups.find(({ filter }) => filter.kind === 'selected' || filter.kind === 'selectedDelayed');
  return {
    tellsMessages: group?.events.has('MessageNew') ?? false,
    tellsFlags: group?.events.has('FlagChange') ?? false,
    isImmediate: group?.filter.kind === 'selected',
    newItems: group?.newItems ?? [],
  };
}
