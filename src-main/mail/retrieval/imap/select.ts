/**
 * SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051 §6.3.2, §6.3.3, §6.4.1, §6.4.2; UNSELECT: RFC 3691; CONDSTORE and QRESYNC: RFC 7162).
 */
import type { SelectCommand } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { Mailbox, MessageColumns, ModSeq } from '../../mailstore/port.ts';
import { bad, okay, refuseForMailbox } from './completion.ts';
import { formatFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { reach } from './reachable-mailbox.ts';
import { resynchronize } from './resynchronize.ts';
import { ALL_FLAGS, SelectedMailbox } from './selected-mailbox.ts';

export function select(session: ImapSession, command: SelectCommand, io: CommandIo): Promise<Completion> {
  return open(session, command, io);
}

export const examine = select;

async function open(session: ImapSession, command: SelectCommand, io: CommandIo): Promise<Completion> {
  const isExamined = command.name === 'EXAMINE';
  const { condStore, qresync } = command.parameters;
  // RFC 7162 §3.2.5: the client must have enabled it.
  if (qresync !== null && !session.isQresync) return bad('QRESYNC is not enabled');
  // RFC 9051 §6.3.2: the mailbox that was selected is deselected even when this fails.
  if (session.selected !== null) {
    session.deselect();
    await io.send('* OK [CLOSED] The previous mailbox is closed');
  }
  if (condStore) session.isCondStore = true;
  const reached = await reach(session, command.mailbox, 'r');
  if (!reached.ok) return reached.error;
  const mailbox = reached.value;
  const messages = session.messagesOf(mailbox);
  const columns = await messages.readColumns(mailbox.id);
  if (columns === null) return refuseForMailbox('noSuchMailbox');
  const selected = new SelectedMailbox(messages, mailbox, { isExamined, columns });
  session.select(selected, mailbox);
  await describe(session, { mailbox, columns }, io);
  if (qresync?.uidValidity === mailbox.uidValidity) await resynchronize(session, qresync, io);
  const { isReadOnly } = selected;
  return okay(isReadOnly ? 'Opened to read only' : 'Opened', isReadOnly ? 'READ-ONLY' : 'READ-WRITE');
}

async function describe(
  session: ImapSession,
  view: { mailbox: Mailbox; columns: MessageColumns },
  io: CommandIo,
): Promise<void> {
  const { mailbox, columns } = view;
  const { keywords, permanentFlags } = session.mailbox;
  // The store may have given out UIDs since the mailbox was looked up.
  const uidNext = Math.max(mailbox.uidNext, (columns.uids.at(-1) ?? 0) + 1);
  await io.send(`* FLAGS ${formatFlags([...ALL_FLAGS, ...keywords])}`);
  await io.send(`* ${columns.uids.length} EXISTS`);
  if (!session.isRev2) await describeForRev1(session, columns, io);
  await io.send(`* OK [PERMANENTFLAGS ${formatFlags(permanentFlags)}] Flags that are kept`);
  await io.send(`* OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid`);
  await io.send(`* OK [UIDNEXT ${uidNext}] Next UID`);
  // RFC 7162 §3.1.2.1: to every client; ours never forgets, so there is no NOMODSEQ (§3.1.2.2).
  await io.send(`* OK [HIGHESTMODSEQ ${columns.highestModSeq}] Highest`);
  // RFC 8474 §4.2
  await io.send(`* OK [MAILBOXID (${mailbox.objectId})] Mailbox identifier`);
  if (session.isRev2) await io.send(`* LIST () "/" ${session.writeName(mailbox.name)}`);
}

/** RFC 3501 §6.3.1: RECENT, and UNSEEN for the first unseen message. */
async function describeForRev1(
  session: ImapSession,
  { flagIds, flagLists }: MessageColumns,
  io: CommandIo,
): Promise<void> {
  // RFC 9051 Appendix E: nothing is ever recent here.
  await io.send('* 0 RECENT');
  // RFC 9586 §3: UNSEEN would be a message number.
  if (session.isUidOnly) return;
  const isSeen = flagLists.map((flags) => flags.includes('\\Seen'));
  const firstUnseen = flagIds.findIndex((flags) => isSeen[flags] !== true) + 1;
  if (firstUnseen > 0) await io.send(`* OK [UNSEEN ${firstUnseen}] First unseen message`);
}

export async function close(session: ImapSession): Promise<Completion> {
  const { mailbox } = session;
  // RFC 4314 §4: without the right to expunge it is only closed.
  const highest = mailbox.may('e') ? await expungeUnheard(session) : null;
  session.deselect();
  return highest === null ? okay('CLOSE completed') : okay('CLOSE completed', `HIGHESTMODSEQ ${highest}`);
}

/**
 * Expunges without a word. Returns the MODSEQ up to which the client knows everything, or null where it does not: somebody
 * else has changed the mailbox, or the client does not keep MODSEQs.
 */
async function expungeUnheard(session: ImapSession): Promise<ModSeq | null> {
  const { mailbox } = session;
  const hadUnheard = mailbox.hasUnheardExpunge;
  const before = await mailbox.store.changesSince(mailbox.id, mailbox.modSeq);
  const expunged = await mailbox.store.expunge(mailbox.id);
  if (!session.isCondStore || expunged.length === 0) return null;
  const after = await mailbox.store.changesSince(mailbox.id, mailbox.modSeq);
  const isOurs =
    !hadUnheard && before.vanished.length === 0 && before.changed.every((entry) => mailbox.hasTold(entry));
  const isAll =
    after.vanished.length === expunged.length && after.changed.every((entry) => mailbox.hasTold(entry));
  // RFC 7162 §3.2.8
  return isOurs && isAll ? after.highestModSeq : null;
}

export async function unselect(session: ImapSession): Promise<Completion> {
  session.deselect();
  return okay('UNSELECT completed');
}
