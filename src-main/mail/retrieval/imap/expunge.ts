/** EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9). The EXPUNGE responses follow from the changes of the mailbox. */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { resolveSet } from './message-set.ts';
import { NO_PERMISSION } from './reachable-mailbox.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';

export async function expunge(
  session: ImapSession,
  command: CommandOf<'EXPUNGE'>,
  io: CommandIo,
): Promise<Completion> {
  const { mailbox } = session;
  if (mailbox.isExamined) return READ_ONLY;
  if (!mailbox.may('e')) return NO_PERMISSION;
  // A message that the client has not heard of is not expunged either.
  const set = command.set ?? { kind: 'ranges', ranges: [{ first: 1, last: Number.POSITIVE_INFINITY }] };
  const ranges = resolveSet(session, set, true) ?? [];
  const expunged = ranges.length > 0 ? await mailbox.store.expunge(mailbox.id, ranges) : [];
  mailbox.markDirty();
  return completeRemoval(session, { text: 'EXPUNGE completed', hasRemoved: expunged.length > 0 }, io);
}

export const READ_ONLY: Completion = refuse('The mailbox is open to read only', 'READ-ONLY');

/** What takes a message away needs what STORE of \Deleted and EXPUNGE need (RFC 6851 §4.1, RFC 8508 §5). */
export function refuseRemoval(mailbox: SelectedMailbox): Completion | null {
  if (mailbox.isExamined) return READ_ONLY;
  return mailbox.may('t') && mailbox.may('e') ? null : NO_PERMISSION;
}

/** Tells what has gone, and up to which MODSEQ the client knows everything then (RFC 7162 §3.2.7, §3.2.8; RFC 6851 §4.4). */
export async function completeRemoval(
  session: ImapSession,
  { text, hasRemoved }: { text: string; hasRemoved: boolean },
  io: CommandIo,
): Promise<Completion> {
  if (!session.isCondStore || !hasRemoved) return okay(text);
  await session.announce(io, { mayExpunge: true, isUid: true, isOwn: true });
  return okay(text, `HIGHESTMODSEQ ${session.mailbox.modSeq}`);
}
