/** STATUS (RFC 9051 §6.3.11; SIZE: RFC 8438). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { StatusItem } from '../../../protocol/imap/grammar/status-item.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { Mailbox } from '../../mailstore/port.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';
import { reach } from './reachable-mailbox.ts';

export async function status(
  session: ImapSession,
  command: CommandOf<'STATUS'>,
  io: CommandIo,
): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'r');
  if (!reached.ok) return reached.error;
  if (command.items.includes('HIGHESTMODSEQ')) await session.enableCondStore(io);
  await io.send(await formatStatus(session, reached.value, command.items));
  return okay('STATUS completed');
}

export async function formatStatus(
  session: ImapSession,
  mailbox: Mailbox,
  items: readonly StatusItem[],
): Promise<string> {
  const deletedOctets = items.includes('DELETED-STORAGE') ? await sumDeleted(session, mailbox) : 0;
  const values = items.map((item) => `${item} ${valueOf(item, { ...mailbox, deletedOctets })}`);
  return `* STATUS ${session.writeName(mailbox.name)} (${values.join(' ')})`;
}

/** RFC 9208 §4.1.4: octets that EXPUNGE would free. */
async function sumDeleted(session: ImapSession, mailbox: Mailbox): Promise<number> {
  if (mailbox.deletedCount === 0) return 0;
  const columns = await session.options.mailStore.readColumns(mailbox.id);
  if (columns === null) return 0;
  const { flagIds, flagLists, sizes } = columns;
  const isDeleted = flagLists.map((flags) => flags.includes('\\Deleted'));
  return sizes.reduce((sum, size, at) => sum + (isDeleted[flagIds[at] ?? 0] === true ? size : 0), 0);
}

function valueOf(item: StatusItem, mailbox: Mailbox & { readonly deletedOctets: number }): number | string {
  switch (item) {
    case 'MESSAGES':
      return mailbox.messageCount;
    case 'UIDNEXT':
      return mailbox.uidNext;
    case 'UIDVALIDITY':
      return mailbox.uidValidity;
    case 'UNSEEN':
      return mailbox.unseenCount;
    case 'DELETED':
      return mailbox.deletedCount;
    case 'SIZE':
      return mailbox.sizeBytes;
    case 'RECENT':
      return 0;
    case 'HIGHESTMODSEQ':
      return mailbox.highestModSeq;
    case 'MAILBOXID':
      return `(${mailbox.objectId})`;
    case 'DELETED-STORAGE':
      return mailbox.deletedOctets;
    case 'APPENDLIMIT':
      return MAX_APPEND_OCTETS;
  }
}
