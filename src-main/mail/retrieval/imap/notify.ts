/** NOTIFY (RFC 5465): the client says which events it wants to hear of, also between commands. */
import { NOTIFY_EVENTS, type NotifyCommand } from '../../../protocol/imap/grammar/notify.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { hasRight } from '../../mailstore/sharing/port.ts';
import { okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_WATCHED_MAILBOXES } from './limits.ts';
import { MailboxWatch } from './mailbox-watch.ts';
import { listVisible, type ReachableMailbox } from './reachable-mailbox.ts';

export async function notify(
  session: ImapSession,
  command: NotifyCommand,
  io: CommandIo,
): Promise<Completion> {
  // RFC 5465 §3.1: with the names of all that there are.
  if (command.unsupported.length > 0) return BAD_EVENT;
  if (command.groups === null) {
    session.announcements.watch(new MailboxWatch(session, [], []));
    return okay('NOTIFY completed');
  }
  const visible = await listVisible(session);
  const mailboxes = visible.filter(({ rights }) => hasRight(rights, 'r'));
  if (mailboxes.length > MAX_WATCHED_MAILBOXES) return TOO_MUCH;
  const watch = new MailboxWatch(session, command.groups, mailboxes);
  session.announcements.watch(watch);
  // RFC 5465 §3.1: an implicit NOOP, whatever was asked for before.
  await session.announce(io, { mayExpunge: true, isOwn: true });
  if (command.withStatus) await watch.tellStatus(mailboxes, io);
  await tellNoAccess(session, { watch, visible }, io);
  return okay('NOTIFY completed');
}

/** RFC 5465 §3.1: mailboxes that are asked for and may be listed, but not read. */
async function tellNoAccess(
  session: ImapSession,
  { watch, visible }: { watch: MailboxWatch; visible: readonly ReachableMailbox[] },
  io: CommandIo,
): Promise<void> {
  for (const mailbox of visible) {
    if (hasRight(mailbox.rights, 'r') || !watch.covers(mailbox)) continue;
    await io.send(`* LIST (\\NoAccess) "${MAILBOX_DELIMITER}" ${session.writeName(mailbox.name)}`);
  }
}

const BAD_EVENT = refuse('There are no such events', `BADEVENT (${NOTIFY_EVENTS.join(' ')})`);
const TOO_MUCH = refuse('These are too many mailboxes to be watched', 'NOTIFICATIONOVERFLOW');
