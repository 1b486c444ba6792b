/** CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4-6.3.8; CREATE with USE: RFC 6154 §3). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { MailboxError, SpecialUse } from '../../mailstore/port.ts';
import type { Result } from '../../../base/result.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { canonicalName } from './mailbox-scope.ts';

/** `\Flagged` is a view over all mailboxes (RFC 6154 §2), which we do not have. */
const SPECIAL_USES: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash'];

export async function create(session: ImapSession, command: CommandOf<'CREATE'>): Promise<Completion> {
  const uses = command.specialUses.map(readSpecialUse);
  const [specialUse] = uses;
  if (uses.length > 1 || uses.includes(null)) return refuse('No mailbox can have this use', 'USEATTR');
  const { mailStore } = session.options;
  const name = session.readName(command.mailbox);
  const created = await mailStore.createMailbox(session.signedIn.id, name, specialUse ?? undefined);
  if (!created.ok) return refuseForMailbox(created.error);
  await session.announcements.absorbNames(canonicalName(name));
  // RFC 8474 §4.1
  return okay('CREATE completed', `MAILBOXID (${created.value.objectId})`);
}

export async function deleteMailbox(session: ImapSession, command: CommandOf<'DELETE'>): Promise<Completion> {
  const name = session.readName(command.mailbox);
  const deleted = await session.options.mailStore.deleteMailbox(session.signedIn.id, name);
  await session.announcements.absorbNames(canonicalName(name));
  return answer('DELETE', deleted);
}

export async function rename(session: ImapSession, command: CommandOf<'RENAME'>): Promise<Completion> {
  const [from, to] = [session.readName(command.from), session.readName(command.to)];
  const renamed = await session.options.mailStore.renameMailbox(session.signedIn.id, from, to);
  await session.announcements.absorbNames(canonicalName(from), canonicalName(to));
  return answer('RENAME', renamed);
}

export async function subscribe(session: ImapSession, command: CommandOf<'SUBSCRIBE'>): Promise<Completion> {
  const { mailStore } = session.options;
  const name = session.readName(command.mailbox);
  // RFC 9051 §6.3.7: a server may check that it exists; a subscription to nothing is a typing error.
  const mailbox = await mailStore.findMailbox(session.signedIn.id, name);
  if (mailbox === null) return refuseForMailbox('noSuchMailbox');
  return setSubscribed(session, name, true);
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
