/** SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051 §6.3.2, §6.3.3, §6.4.1, §6.4.2). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { Mailbox, MessageEntry } from '../../mailstore/port.ts';
import { okay, refuseForMailbox } from './completion.ts';
import { formatFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { ALL_FLAGS, SelectedMailbox } from './selected-mailbox.ts';

export function select(
  session: ImapSession,
  command: CommandOf<'SELECT'>,
  io: CommandIo,
): Promise<Completion> {
  return open(session, { wireName: command.mailbox, isReadOnly: false }, io);
}

export function examine(
  session: ImapSession,
  command: CommandOf<'EXAMINE'>,
  io: CommandIo,
): Promise<Completion> {
  return open(session, { wireName: command.mailbox, isReadOnly: true }, io);
}

async function open(
  session: ImapSession,
  { wireName, isReadOnly }: { wireName: string; isReadOnly: boolean },
  io: CommandIo,
): Promise<Completion> {
  const { mailStore } = session.options;
  // RFC 9051 §6.3.2: the mailbox that was selected is deselected even when this fails.
  if (session.selected !== null) {
    session.deselect();
    await io.send('* OK [CLOSED] The previous mailbox is closed');
  }
  const mailbox = await mailStore.findMailbox(session.signedIn.id, session.readName(wireName));
  if (mailbox === null) return refuseForMailbox('noSuchMailbox');
  const entries = await mailStore.listEntries(mailbox.id);
  const selected = new SelectedMailbox(mailStore, mailbox, { isReadOnly, entries });
  session.select(selected);
  await describe(session, { mailbox, entries }, io);
  return okay(isReadOnly ? 'Opened to read only' : 'Opened', isReadOnly ? 'READ-ONLY' : 'READ-WRITE');
}

async function describe(
  session: ImapSession,
  view: { mailbox: Mailbox; entries: readonly MessageEntry[] },
  io: CommandIo,
): Promise<void> {
  const { mailbox, entries } = view;
  const { keywords, isReadOnly } = session.mailbox;
  // The store may have given out UIDs since the mailbox was looked up.
  const uidNext = Math.max(mailbox.uidNext, (entries.at(-1)?.uid ?? 0) + 1);
  await io.send(`* FLAGS ${formatFlags([...ALL_FLAGS, ...keywords])}`);
  await io.send(`* ${entries.length} EXISTS`);
  if (!session.isRev2) await describeForRev1(entries, io);
  const permanent = isReadOnly ? [] : [...ALL_FLAGS, ...keywords, '\\*'];
  await io.send(`* OK [PERMANENTFLAGS ${formatFlags(permanent)}] Flags that are kept`);
  await io.send(`* OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid`);
  await io.send(`* OK [UIDNEXT ${uidNext}] Next UID`);
  if (session.isRev2) await io.send(`* LIST () "/" ${session.writeName(mailbox.name)}`);
}

/** RFC 3501 §6.3.1: RECENT, and UNSEEN for the first unseen message. */
async function describeForRev1(entries: readonly MessageEntry[], io: CommandIo): Promise<void> {
  // RFC 9051 Appendix E: nothing is ever recent here.
  await io.send('* 0 RECENT');
  const firstUnseen = entries.findIndex((entry) => !entry.flags.includes('\\Seen')) + 1;
  if (firstUnseen > 0) await io.send(`* OK [UNSEEN ${firstUnseen}] First unseen message`);
}

export async function close(session: ImapSession): Promise<Completion> {
  const { mailbox } = session;
  if (!mailbox.isReadOnly) await session.options.mailStore.expunge(mailbox.id);
  session.deselect();
  return okay('CLOSE completed');
}

export async function unselect(session: ImapSession): Promise<Completion> {
  session.deselect();
  return okay('UNSELECT completed');
}
