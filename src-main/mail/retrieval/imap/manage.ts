/** CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4-6.3.8; CREATE with USE: RFC 6154 §3). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { MailboxError, SpecialUse } from '../../mailstore/port.ts';
import type { Result } from '../../../base/result.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { canonicalName } from './mailbox-scope.ts';
import { findPlace, reach } from './reachable-mailbox.ts';

/** `\Flagged` is a view over all mailboxes (RFC 6154 §2), which we do not have. */
const SPECIAL_USES: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash'];

export async function create(session: ImapSession, command: CommandOf<'CREATE'>): Promise<Completion> {
  const uses = command.specialUses.map(readSpecialUse);
  const [specialUse = null] = uses;
  if (uses.length > 1 || uses.includes(null)) return refuse('No mailbox can have this use', 'USEATTR');
  const name = session.readName(command.mailbox);
  const place = await findPlace(session, name);
  if (!place.ok) return place.error;
  const { accountId, storedName, inbox } = place.value;
  const created = await session.options.mailStore.createMailbox(accountId, storedName, {
    ...(specialUse !== null && { specialUse }),
    ...(inbox !== undefined && { inheritsFrom: inbox.id }),
  });
  if (!created.ok) return refuseForMailbox(created.error);
  await session.announcements.absorbNames(canonicalName(name));
  // RFC 8474 §4.1
  return okay('CREATE completed', `MAILBOXID (${created.value.objectId})`);
}

export async function deleteMailbox(session: ImapSession, command: CommandOf<'DELETE'>): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'x');
  if (!reached.ok) return reached.error;
  const { accountId, storedName, name } = reached.value;
  const deleted = await session.options.mailStore.deleteMailbox(accountId, storedName);
  await session.announcements.absorbNames(name);
  return answer('DELETE', deleted);
}

export async function rename(session: ImapSession, command: CommandOf<'RENAME'>): Promise<Completion> {
  const source = await reach(session, command.from, 'x');
  if (!source.ok) return source.error;
  const { accountId, storedName, owner, name } = source.value;
  const newName = session.readName(command.to);
  const place = await findPlace(session, newName);
  if (!place.ok) return place.error;
  if (place.value.accountId !== accountId) return refuse('A mailbox stays with its owner', 'CANNOT');
  // RFC 9051 §6.3.6 would empty it; that is its owner's to do.
  if (owner !== null && storedName === 'INBOX') return refuseForMailbox('notAllowed');
  const { mailStore } = session.options;
  const renamed = await mailStore.renameMailbox(accountId, storedName, place.value.storedName);
  await session.announcements.absorbNames(name, canonicalName(newName));
  return answer('RENAME', renamed);
}

export async function subscribe(session: ImapSession, command: CommandOf<'SUBSCRIBE'>): Promise<Completion> {
  // RFC 9051 §6.3.7: a server may check that it exists; a subscription to nothing is a typing error.
  const reached = await reach(session, command.mailbox, 'l');
  if (!reached.ok) return reached.error;
  return setSubscribed(session, reached.value.name, true);
}

export async function unsubscribe(
  session: ImapSession,
  command: CommandOf<'UNSUBSCRIBE'>,
): Promise<Completion> {
  return setSubscribed(session, session.readName(command.mailbox), false);
}

async function setSubscribed(session: ImapSession, name: string, isSubscribed: boolean): Promise<Completion> {
  const stored = await session.options.mailStore.setSubscribed(session.signedIn.id, name, isSubscribed);
  await session.announcements.absorbNames(canonicalName(name));
  return answer(isSubscribed ? 'SUBSCRIBE' : 'UNSUBSCRIBE', stored);
}

function answer(name: string, result: Result<unknown, MailboxError>): Completion {
  return result.ok ? okay(`${name} completed`) : refuseForMailbox(result.error);
}

function readSpecialUse(flag: string): SpecialUse | null {
  return SPECIAL_USES.find((use) => use.toLowerCase() === flag.toLowerCase()) ?? null;
}
