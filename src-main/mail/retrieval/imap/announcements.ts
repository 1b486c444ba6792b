/**
 * Announcements: what a session has heard from the store and its client has not been told: the one way by which changes reach
 * a client, at the end of a command and while it idles.
 *
 * Flow: the store's notices → here → the client, when it may be told. Invariants: what is pending is marks and names, bounded
 * however long a client stays silent; a change that this session made itself is not told as somebody else's.
 */
import { formatAstring } from '../../../protocol/imap/grammar/format.ts';
import type { CommandIo } from '../../../protocol/imap/server/session.ts';
import { PRIVATE_PREFIX } from '../../mailstore/metadata/port.ts';
import type { MetadataChanged, MetadataPlace } from '../../mailstore/metadata/port.ts';
import type { MailboxChanged } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_PENDING_METADATA } from './limits.ts';
import { LiveUpdates } from './live-updates.ts';
import { visibleNames } from './metadata-access.ts';

/** Where responses go. */
export type ResponseSink = Pick<CommandIo, 'send' | 'flush'>;

export interface Occasion {
  /** Whether EXPUNGE may be told now (RFC 9051 §7.5.1). */
  readonly mayExpunge: boolean;
  /** In answer to a UID command. */
  readonly isUid?: boolean;
}

export class Announcements {
  readonly #session: ImapSession;
  readonly #metadata = new Map<MetadataPlace, Set<string>>();
  #pendingNames = 0;
  #unsubscribe: readonly (() => void)[] = [];
  /** Set while changes are told as they happen. */
  #live: LiveUpdates | null = null;

  constructor(session: ImapSession) {
    this.#session = session;
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

  /** Tells what may be told now. */
  async announce(sink: ResponseSink, { mayExpunge, isUid }: Occasion): Promise<void> {
    const session = this.#session;
    await session.selected?.announce((response) => sink.send(response), {
      mayExpunge,
      ...session.fetchFormat(isUid === true),
      asVanished: session.isQresync || session.isUidOnly,
    });
    if (this.#metadata.size > 0) await this.#tellMetadata(sink);
  }

  /** Tells changes as they happen, beginning with those of before, until stopLive(). */
  startLive(sink: ResponseSink, occasion: Occasion): void {
    this.#live = new LiveUpdates(async () => {
      await this.announce(sink, occasion);
      await sink.flush();
    });
    this.#live.poke();
  }

  /** Resolves when the last of them is told; a failure to tell comes out here. */
  async stopLive(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    await live?.stop();
  }

  #hear(change: MailboxChanged): void {
    const { selected } = this.#session;
    if (change.mailboxId !== selected?.id) return;
    if (change.kind === 'deleted') selected.markGone();
    else if (change.kind === 'messages') selected.markDirty();
    this.#live?.poke();
  }

  /** RFC 5464 §4.4: changes by others, for clients that want to hear of them. */
  #hearMetadata({ place, writer, origin, names }: MetadataChanged): void {
    const session = this.#session;
    if (!session.hearsMetadata || origin === session.transcript.sessionId) return;
    const seen = names.filter((name) => writer === session.accountId || !name.startsWith(PRIVATE_PREFIX));
    const pending = this.#metadata.get(place) ?? new Set();
    for (const name of seen) {
      if (pending.has(name) || this.#pendingNames >= MAX_PENDING_METADATA) continue;
      pending.add(name);
      this.#pendingNames++;
    }
    if (pending.size === 0) return;
    this.#metadata.set(place, pending);
    this.#live?.poke();
  }

  /** RFC 5464 §4.4.2: names only. */
  async #tellMetadata(sink: ResponseSink): Promise<void> {
    const changes = [...this.#metadata];
    this.#metadata.clear();
    this.#pendingNames = 0;
    for (const [place, changed] of changes) {
      const visible = await visibleNames(this.#session, { place, names: [...changed] });
      if (visible === null) continue;
      const names = visible.names.map(formatAstring).join(' ');
      await sink.send(`* METADATA ${visible.annotated.wireName} ${names}`);
    }
  }
}
