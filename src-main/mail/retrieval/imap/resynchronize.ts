/**
 * Quick resynchronization: what changed in a mailbox since a state that the client remembers (RFC 7162 §3.2).
 *
 * Invariants: VANISHED (EARLIER) moves no sequence number, so a message that this client still has a number for is not in
 * it: that one goes with a VANISHED of its own. The store keeps every expunge, so nothing is told that is not so.
 */
import type { QresyncParameter } from '../../../protocol/imap/grammar/modifiers.ts';
import {
  STAR,
  formatNumbers,
  isInSortedRanges,
  resolveRanges,
} from '../../../protocol/imap/grammar/sequence-set.ts';
import type { NumberRange } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { CommandIo } from '../../../protocol/imap/server/session.ts';
import type { MessageEntry, ModSeq } from '../../mailstore/port.ts';
import { formatFlagsResponse } from './fetch-response.ts';
import type { ImapSession } from './imap-session.ts';

/** RFC 9051 §2.3.1.1: UIDs have 32 bits. */
const GREATEST_UID = 0xffff_ffff;
const ALL: readonly NumberRange[] = [{ first: 1, last: STAR }];

/** RFC 7162 §3.2.5.1: as if `UID FETCH known-uids (FLAGS) (CHANGEDSINCE modseq VANISHED)` had been asked. */
export async function resynchronize(
  session: ImapSession,
  view: { qresync: QresyncParameter; entries: readonly MessageEntry[] },
  io: CommandIo,
): Promise<void> {
  const { modSeq, knownUids } = view.qresync;
  const known = knownUids?.kind === 'ranges' ? knownUids.ranges : ALL;
  await tellVanished(session, { since: modSeq, known, io });
  const ranges = resolveRanges(known, GREATEST_UID);
  const isWanted = (entry: MessageEntry): boolean =>
    entry.modSeq > modSeq && isInSortedRanges(entry.uid, ranges);
  for (const entry of view.entries.filter(isWanted)) {
    const sequence = session.mailbox.sequenceOf(entry.uid);
    await io.send(formatFlagsResponse(sequence, entry, session.fetchFormat(true)));
  }
}

/** RFC 7162 §3.2.10.1: before the FETCH responses. */
export async function tellVanished(
  session: ImapSession,
  asked: { since: ModSeq; known: readonly NumberRange[]; io: CommandIo },
): Promise<void> {
  const { mailbox } = session;
  const { vanished } = await mailbox.store.changesSince(mailbox.id, asked.since);
  const ranges = resolveRanges(asked.known, GREATEST_UID);
  const told = vanished.filter((uid) => isInSortedRanges(uid, ranges) && mailbox.sequenceOf(uid) === 0);
  if (told.length > 0) await asked.io.send(`* VANISHED (EARLIER) ${formatNumbers(told)}`);
}
