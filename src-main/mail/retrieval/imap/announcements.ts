/**
 * Announcements: what a session has heard from the store and its client has not been told: the one way by which changes reach
 * a client: at the end of a command, while it idles, and, where NOTIFY asks for it, between commands (RFC 5465).
 *
 * Flow: the store's notices → here → the client, when it may be told. Invariants: what is pending is marks and names, bounded
 * however long a client stays silent; a change that this session made itself is not told as somebody else's.
 */
import type { CommandIo } from '../../../protocol/imap/server/session.ts';
import type { MetadataChanged } from '../../mailstore/metadata/port.ts';
import type { Mailbox, MailboxChanged, MailboxId, Uid } from '../../mailstore/port.ts';
import { tellMessages } from './fetch.ts';
import type { ImapSession } from './imap-session.ts';
import { LiveUpdates } from './live-updates.ts';
import { ALL_EVENTS, MailboxWatch } from './mailbox-watch.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import { MetadataNews } from './metadata-news.ts';
import { noticeRights } from './noticed-rights.ts';

/** Where responses go. */
export type ResponseSink = Pick<CommandIo, 'send' | 'flush'>;

export interface Occasion {
  /** Whether EXPUNGE may be told now (RFC 9051 §7.5.1). */
  readonly mayExpunge: boolean;
  /** In answer to a UID command. */
  readonly isUid?: boolean;
  /** The command itself has changed the mailbox, so its client hears of that whatever NOTIFY says. */
  readonly isOwn?: boolean;
}

export class Announcements {
  readonly #session: ImapSession;
  readonly #metadata: MetadataNews;
  #unsubscribe: readonly (() => void)[] = [];
  /** What NOTIFY has asked for; null before the first. */
  #watch: MailboxWatch | null = null;
  /** Set while changes are told as they happen. */
  #live: LiveUpdates | null = null;

  constructor(session: ImapSession) {
    this.#session = session;
    this.#metadata = new MetadataNews(session);
  }

  /** Somebody has signed in. */
  open(): void {
    const { mailStore } = this.#session.options;
    this.#unsubscribe = [
      mailStore.onChange((change) => this.#hear(change)),
      mailStore.metadata.onChange((change) => this.#hearMetadata(change)),
    ];
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
  }

  /** NOTIFY: from now on this is what is told. */
  watch(watch: MailboxWatch): void {
    this.#watch = watch;
    this.#metadata.watch(watch);
  }

  /** Tells what may be told now. */
  async announce(sink: ResponseSink, occasion: Occasion): Promise<void> {
    if (!this.#hasNews) return;
    if (this.#watch?.isOverflown === true) await this.#giveUp(sink);
    await noticeRights(this.#session, sink);
    const { selected } = this.#session;
    if (selected !== null) await this.#tellSelected(selected, sink, occasion);
    await this.#watch?.tell(sink);
    await this.#metadata.tell(sink);
  }

  /** IDLE: tells changes as they happen, beginning with those of before, until stopLive(). */
  startLive(sink: ResponseSink, occasion: Occasion): void {
    this.#live = new LiveUpdates(async () => {
      await this.announce(sink, occasion);
      await sink.flush();
    });
    if (this.#hasNews) this.#live.poke();
  }

  /** Between commands: only what NOTIFY has asked for (RFC 5465 §3.1), and EXPUNGE only with SELECTED (§6.1). */
  startBetweenCommands(sink: ResponseSink): void {
    if (this.#watch === null) return;
    this.startLive(sink, { mayExpunge: this.#watch.selectedEvents.isImmediate });
  }

  /** Resolves when the last of them is told; a failure to tell comes out here. */
  stopLive(): Promise<void> | undefined {
    const live = this.#live;
    this.#live = null;
    return live?.stop();
  }

  /** SELECT has told what there is. */
  enter(mailbox: Mailbox): void {
    this.#watch?.enter(mailbox);
  }

  leave(selected: SelectedMailbox): void {
    this.#watch?.leave(selected);
  }

  /** The session has put messages into a mailbox. */
  absorbMessages(id: MailboxId, uids: readonly Uid[]): void {
    this.#watch?.absorbMessages(id, uids);
  }

  /** The session has created, deleted, renamed or subscribed a mailbox. */
  async absorbNames(...names: readonly string[]): Promise<void> {
    await this.#watch?.absorbNames(names);
  }

  get #hasNews(): boolean {
    const { selected } = this.#session;
    return selected?.hasNews === true || this.#watch?.hasNews === true || this.#metadata.hasNews;
  }

  async #tellSelected(selected: SelectedMailbox, sink: ResponseSink, occasion: Occasion): Promise<void> {
    const session = this.#session;
    const { tellsMessages, tellsFlags, newItems } = this.#watch?.selectedEvents ?? ALL_EVENTS;
    if (!tellsMessages && occasion.isOwn !== true) return;
    await selected.announce((response) => sink.send(response), {
      mayExpunge: occasion.mayExpunge,
      // RFC 5465 §5.1: with the UID.
      ...session.fetchFormat(occasion.isUid === true || this.#watch !== null),
      asVanished: session.isQresync || session.isUidOnly,
      tellsFlags,
      tellNew:
        newItems.length === 0 ? null : (entries) => tellMessages(session, { items: newItems, entries }, sink),
    });
  }

  /** RFC 5465 §5.8: as if NOTIFY NONE had been asked for. */
  async #giveUp(sink: ResponseSink): Promise<void> {
    this.watch(new MailboxWatch(this.#session, [], []));
    await sink.send(
      '* OK [NOTIFICATIONOVERFLOW] Too much has changed: nothing more is told until the next NOTIFY',
    );
  }

  #hear(change: MailboxChanged): void {
    const { selected } = this.#session;
    const isSelected = change.mailboxId === selected?.id;
    if (isSelected && change.kind === 'deleted') selected.markGone();
    if (isSelected && change.kind === 'rights') selected.markRightsStale();
    if (isSelected && change.kind === 'messages') selected.markDirty();
    else this.#watch?.hear(change);
    if (isSelected || this.#watch?.hasNews === true) this.#live?.poke();
  }

  #hearMetadata(change: MetadataChanged): void {
    this.#metadata.hear(change);
    if (this.#metadata.hasNews) this.#live?.poke();
  }
}
