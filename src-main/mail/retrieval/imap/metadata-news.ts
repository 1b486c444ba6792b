/** Metadata news: annotations that others have changed, told by name (RFC 5464 §4.4; RFC 5465 §5.6, §5.7). */
import { formatAstring } from '../../../protocol/imap/grammar/format.ts';
import { PRIVATE_PREFIX } from '../../mailstore/metadata/port.ts';
import type { MetadataChanged, MetadataPlace } from '../../mailstore/metadata/port.ts';
import type { ResponseSink } from './announcements.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_PENDING_METADATA } from './limits.ts';
import type { MailboxWatch } from './mailbox-watch.ts';
import { findChanged } from './metadata-access.ts';

export class MetadataNews {
  readonly #session: ImapSession;
  readonly #pending = new Map<MetadataPlace, Set<string>>();
  #count = 0;
  #watch: MailboxWatch | null = null;

  constructor(session: ImapSession) {
    this.#session = session;
  }

  get hasNews(): boolean {
    return this.#pending.size > 0;
  }

  watch(watch: MailboxWatch): void {
    this.#watch = watch;
  }

  hear({ place, writer, origin, names }: MetadataChanged): void {
    const session = this.#session;
    if (!this.#mayBeWanted(place) || origin === session.transcript.sessionId) return;
    const seen = names.filter((name) => writer === session.accountId || !name.startsWith(PRIVATE_PREFIX));
    const pending = this.#pending.get(place) ?? new Set();
    for (const name of seen) {
      if (pending.has(name)) continue;
      if (this.#count >= MAX_PENDING_METADATA) return this.#watch?.overflow();
      pending.add(name);
      this.#count++;
      this.#pending.set(place, pending);
    }
  }

  /** RFC 5464 §4.4.2: names only. */
  async tell(sink: ResponseSink): Promise<void> {
    if (this.#pending.size === 0) return;
    const changes = [...this.#pending];
    this.#pending.clear();
    this.#count = 0;
    for (const [place, names] of changes) {
      const changed = await findChanged(this.#session, place);
      if (changed === null || !this.#isWanted(changed.mailbox)) continue;
      await sink.send(`* METADATA ${changed.wireName} ${[...names].map(formatAstring).join(' ')}`);
    }
  }

  #mayBeWanted(place: MetadataPlace): boolean {
    if (this.#session.hearsMetadata) return true;
    return (
      this.#watch?.wantsAny(place === 'server' ? 'ServerMetadataChange' : 'MailboxMetadataChange') === true
    );
  }

  /** ENABLE METADATA asks for everything, NOTIFY for certain mailboxes. */
  #isWanted(mailbox: Parameters<MailboxWatch['wants']>[1] | null): boolean {
    if (this.#session.hearsMetadata) return true;
    return mailbox === null
      ? this.#watch?.wantsAny('ServerMetadataChange') === true
      : this.#watch?.wants('MailboxMetadataChange', mailbox) === true;
  }
}
