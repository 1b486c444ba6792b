/**
 * Who may read and set which annotations (RFC 5464 §3.3): the one place that decides: who may read a mailbox reads its annotations and
 * keeps private ones, who may write to it sets the shared ones.
 */
import type { SetMetadataCommand } from '../../../protocol/imap/grammar/metadata.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import { PRIVATE_PREFIX } from '../../mailstore/metadata/port.ts';
import type { MetadataPlace } from '../../mailstore/metadata/port.ts';
import type { Mailbox } from '../../mailstore/port.ts';
import { hasRight, type Rights } from '../../mailstore/sharing/port.ts';
import { refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { findReadable, NO_PERMISSION, reach } from './reachable-mailbox.ts';

export interface Annotated {
  readonly place: MetadataPlace;
  /** As the client reads it; `""` for the server. */
  readonly wireName: string;
  readonly rights: Rights;
}

export async function findAnnotated(session: ImapSession, mailbox: string): Promise<Annotated | Completion> {
  if (mailbox === '') return { place: 'server', wireName: '""', rights: SERVER_RIGHTS };
  const reached = await reach(session, mailbox, 'r');
  if (!reached.ok) return reached.error;
  const { id: place, name, rights } = reached.value;
  return { place, wireName: session.writeName(name), rights };
}

/** RFC 5464 §3.3: what all users of the server share, none of them sets. */
export function refuseValues(
  { place, rights }: Annotated,
  { values }: SetMetadataCommand,
): Completion | null {
  const isShared = values.some(({ entry }) => !entry.name.startsWith(PRIVATE_PREFIX));
  if (!isShared || hasRight(rights, 'w')) return null;
  return place === 'server' ? SERVER_READ_ONLY : NO_PERMISSION;
}

/** Of everybody who has signed in. */
const SERVER_RIGHTS: Rights = 'lr';

const SERVER_READ_ONLY = refuse("The server's shared entries cannot be set by clients", 'NOPERM');

/** What was annotated, if this session's user may hear of it; `mailbox` is null for the server. */
export async function findChanged(
  session: ImapSession,
  place: MetadataPlace,
): Promise<{ wireName: string; mailbox: Mailbox | null } | null> {
  if (place === 'server') return { wireName: '""', mailbox: null };
  const mailbox = await findReadable(session, place);
  return mailbox === null ? null : { wireName: session.writeName(mailbox.name), mailbox };
}
