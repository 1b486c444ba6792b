/**
 * Who may read and set which annotations (RFC 5464 §3.3): the one place that decides. So far a mailbox's annotations are for the
 * account whose mailbox it is.
 */
import type { SetMetadataCommand } from '../../../protocol/imap/grammar/metadata.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import { PRIVATE_PREFIX } from '../../mailstore/metadata/port.ts';
import type { MetadataPlace } from '../../mailstore/metadata/port.ts';
import type { Mailbox } from '../../mailstore/port.ts';
import { refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

export interface Annotated {
  readonly place: MetadataPlace;
  /** As the client reads it; `""` for the server. */
  readonly wireName: string;
}

export async function findAnnotated(session: ImapSession, mailbox: string): Promise<Annotated | Completion> {
  if (mailbox === '') return { place: 'server', wireName: '""' };
  const found = await session.options.mailStore.findMailbox(session.signedIn.id, session.readName(mailbox));
  if (found === null) return refuseForMailbox('noSuchMailbox');
  return { place: found.id, wireName: session.writeName(found.name) };
}

/** RFC 5464 §3.3: what all users of the server share, none of them sets. */
export function refuseValues({ place }: Annotated, { values }: SetMetadataCommand): Completion | null {
  const isShared = values.some(({ entry }) => !entry.name.startsWith(PRIVATE_PREFIX));
  return place === 'server' && isShared ? SERVER_READ_ONLY : null;
}

const SERVER_READ_ONLY = refuse("The server's shared entries cannot be set by clients", 'NOPERM');

/** What was annotated, if this session's user may hear of it; `mailbox` is null for the server. */
export async function findChanged(
  session: ImapSession,
  place: MetadataPlace,
): Promise<{ wireName: string; mailbox: Mailbox | null } | null> {
  if (place === 'server') return { wireName: '""', mailbox: null };
  const mailbox = await session.options.mailStore.getMailbox(place);
  if (mailbox?.accountId !== session.signedIn.id) return null;
  return { wireName: session.writeName(mailbox.name), mailbox };
}
