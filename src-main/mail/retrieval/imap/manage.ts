/** CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4-6.3.8; CREATE with USE: RFC 6154 §3). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { MailboxError, SpecialUse } from '../../mailstore/port.ts';
import type { Result } from '../../../base/result.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { findPlace, reach } from './reachable-mailbox.ts';

/** `\Flagged` is a view over all mailboxes (RFC 6154 §2), which we do not have. */
const SPECIAL_USES: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash'];

export async function create(session: ImapSession, command: CommandOf<'CREATE'>): Promise<Completion> {
  const uses = command.specialUses.map(readSpecialUse);
  const [specialUse = null] = uses;
  if (uses.length > 1 || uses.includes(null)) return refuse('No mailbox can have this use', 'USEATTR');
  const place = await findPlace(session, session.readName(command.mailbox));
  if (!place.ok) return place.error;
  const { accountId, storedName, inbox } = place.value;
  const created = await session.options.mailStore.createMailbox(accountId, storedName, {
    ...(specialUse !== null && { specialUse }),
    ...(inbox !== undefined && { inheritsFrom: inbox.id }),
  });
  if (!created.ok) return refuseForMailbox(created.error);
  // RFC 8474 §4.1
  return okay('CREATE completed', `MAILBOXID (${created.value.objectId})`);
}

export async function deleteMailbox(session: ImapSession, command: CommandOf<'DELETE'>): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'x');
  if (!reached.ok) return reached.error;
  const { accountId, storedName } = reached.value;
  return answer('DELETE', await session.options.mailStore.deleteMailbox(accountId, storedName));
}

export async function rename(session: ImapSession, command: CommandOf<'RENAME'>): Promise<Completion> {
  const source = await reach(session, command.from, 'x');
  if (!source.ok) return source.error;
  const { accountId, storedName, owner } = source.value;
  const place = await findPlace(session, session.readName(command.to));
  if (!place.ok) return place.error;
  if (place.value.accountId !== accountId) return refuse('A mailbox stays with its owner', 'CANNOT');
  // RFC 9051 §6.3.6 would empty it; that is its owner's to do.
  if (owner !== null && storedName === 'INBOX') return refuseForMailbox('notAllowed');
  const { mailStore } = session.options;
  return answer('RENAME', await mailStore.renameMailbox(accountId, storedName, place.value.storedName));
}

export async function subscribe(session: ImapSession, command: CommandOf<'SUBSCRIBE'>): Promise<Completion> {
  const { mailStore } = session.options;
  // RFC 9051 §6.3.7: a server may check that it exists; a subscription to nothing is a typing error.
  const reached = await reach(session, command.mailbox, 'l');
  if (!reached.ok) return reached.error;
  return answer('SUBSCRIBE', await mailStore.setSubscribed(session.signedIn.id, reached.value.name, true));
}

export async function unsubscribe(
  session: ImapSession,
  command: CommandOf<'UNSUBSCRIBE'>,
): Promise<Completion> {
  const name = session.readName(command.mailbox);
  return answer(
    'UNSUBSCRIBE',
    await session.options.mailStore.setSubscribed(session.signedIn.id, name, false),
  );
}

function answer(name: string, result: Result<unknown, MailboxError>): Completion {
  return result.ok ? okay(`${name} completed`) : refuseForMailbox(result.error);
}

function readSpecialUse(flag: string): SpecialUse | null {
  return SPECIAL_USES.find((use) => use.toLowerCase() === flag.toLowerCase()) ?? null;
}
