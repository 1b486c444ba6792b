/**
 * Name changes: mailboxes that were created, deleted, renamed, subscribed or not any more (RFC 5465 §5.4, §5.5), told as LIST.
 *
 * Flow: MailboxWatch → here. Invariants: what counts is the difference between what the client knows of a mailbox and what is;
 * inferiors that were renamed with their superior are not told of.
 */
import type { NotifyEvent } from '../../../protocol/imap/grammar/notify.ts';
import type { MailboxId } from '../../mailstore/port.ts';
import type { ResponseSink } from './announcements.ts';
import type { ImapSession } from './imap-session.ts';
import { formatNameChange, gatherNames, type NameChange } from './list.ts';
import { isInferior, superiorOf, type ScopedMailbox } from './mailbox-scope.ts';
import type { KnownMailbox } from './mailbox-watch.ts';
import { findReadable } from './reachable-mailbox.ts';

/** A mailbox as the client knows it and as it is; null where it is not there. */
interface Difference {
  readonly id: MailboxId;
  readonly before: KnownMailbox | null;
  readonly now: KnownMailbox | null;
}

type Wants = (event: NotifyEvent, mailbox: ScopedMailbox) => boolean;

export class NameChanges {
  readonly #session: ImapSession;
  /** What the client knows; kept up to date here as far as names go. */
  readonly #known: Map<MailboxId, KnownMailbox>;
  readonly #wants: Wants;
  readonly #pending = new Set<MailboxId>();

  constructor(session: ImapSession, known: Map<MailboxId, KnownMailbox>, wants: Wants) {
    this.#session = session;
    this.#known = known;
    this.#wants = wants;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  add(id: MailboxId): void {
    this.#pending.add(id);
  }

  /** What the session has done itself to these names, and with them to superiors and inferiors, is no news. */
  async absorb(names: readonly string[]): Promise<void> {
    const isOwn = (mailbox: KnownMailbox | null): boolean =>
      mailbox !== null && names.some((name) => isRelated(mailbox.name, name));
    for (const id of [...this.#pending]) {
      const difference = await this.#compare(id);
      if (!isOwn(difference.before) && !isOwn(difference.now)) continue;
      this.#pending.delete(id);
      this.#learn(difference);
    }
  }

  async tell(sink: ResponseSink): Promise<void> {
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending];
    this.#pending.clear();
    const differences = await Promise.all(pending.map((id) => this.#compare(id)));
    const changes = new Map<string, NameChange>();
    for (const difference of differences) {
      for (const change of this.#changesOf(difference, differences)) changes.set(change.name, change);
    }
    for (const difference of differences) this.#learn(difference);
    if (changes.size === 0) return;
    const names = await gatherNames(this.#session);
    for (const change of changes.values()) await sink.send(formatNameChange(this.#session, names, change));
  }

  async #compare(id: MailboxId): Promise<Difference> {
    const now = await findReadable(this.#session, id);
    return { id, before: this.#known.get(id) ?? null, now };
  }

  /** What is known of messages stays as it is; of a new mailbox it is nothing. */
  #learn({ id, before, now }: Difference): void {
    if (now === null) this.#known.delete(id);
    else if (before === null) this.#known.set(id, { ...now, messageCount: 0, unseenCount: 0, uidNext: 1 });
    else this.#known.set(id, { ...before, name: now.name, isSubscribed: now.isSubscribed });
  }

  #changesOf({ before, now }: Difference, all: readonly Difference[]): readonly NameChange[] {
    if (before !== null && now !== null) return this.#changesOfExisting(before, now, all);
    const mailbox = now ?? before;
    return mailbox === null ? [] : this.#changesWithSuperior(mailbox);
  }

  #changesOfExisting(
    before: KnownMailbox,
    now: KnownMailbox,
    all: readonly Difference[],
  ): readonly NameChange[] {
    const isWanted = (event: NotifyEvent): boolean => this.#wants(event, before) || this.#wants(event, now);
    if (before.name !== now.name) {
      if (isRenamedWithSuperior(before, now, all) || !isWanted('MailboxName')) return [];
      return [{ name: now.name, oldName: before.name }];
    }
    const isNews = before.isSubscribed !== now.isSubscribed && isWanted('SubscriptionChange');
    return isNews ? [{ name: now.name, oldName: null }] : [];
  }

  /** RFC 5465 §5.4: the mailbox that came or went and its direct parent are affected. */
  #changesWithSuperior(mailbox: KnownMailbox): readonly NameChange[] {
    const changes = this.#wants('MailboxName', mailbox) ? [{ name: mailbox.name, oldName: null }] : [];
    const superior = superiorOf(mailbox.name);
    const known = [...this.#known.values()].find(({ name }) => name === superior);
    const isWanted = known !== undefined && this.#wants('MailboxName', known);
    return isWanted ? [...changes, { name: known.name, oldName: null }] : changes;
  }
}

/** RFC 5465 §5.4: no events are sent for children of a mailbox that was renamed. */
function isRenamedWithSuperior(before: KnownMailbox, now: KnownMailbox, all: readonly Difference[]): boolean {
  return all.some(({ before: from, now: to }) => {
    if (from === null || to === null || !isInferior(before.name, from.name)) return false;
    return now.name === to.name + before.name.slice(from.name.length);
  });
}

function isRelated(name: string, other: string): boolean {
  return name === other || isInferior(name, other) || isInferior(other, name);
}
