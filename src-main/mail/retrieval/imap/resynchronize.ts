/**
 * Quick resynchronization: what changed in a mailbox since a state that the client remembers (RFC 7162 §3.2).
 *
 * Invariants: VANISHED (EARLIER) moves no sequence number, so a message that this client still has a number for is not in
 * it: that one goes with a VANISHED of its own. Where the store does not reach back so far it names all UIDs that are not there (§5).
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
import type { ModSeq } from '../../mailstore/port.ts';
import { formatFlagsResponse } from './fetch-response.ts';
import type { ImapSession } from './imap-session.ts';

/** RFC 9051 §2.3.1.1: UIDs have 32 bits. */
const GREATEST_UID = 0xffff_ffff;
const ALL: readonly NumberRange[] = [{ first: 1, last: STAR }];

/** RFC 7162 §3.2.5.1: as if `UID FETCH known-uids (FLAGS) (CHANGEDSINCE modseq VANISHED)` had been asked. */
export async function resynchronize(
  session: ImapSession,
  { modSeq, knownUids }: QresyncParameter,
  io: CommandIo,
): Promise<void> {
  const { mailbox } = session;
  const known = knownUids?.kind === 'ranges' ? knownUids.ranges : ALL;
  await tellVanished(session, { since: modSeq, known, io });
  const ranges = resolveRanges(known, GREATEST_UID);
  const { changed } = await mailbox.store.changesSince(mailbox.id, modSeq);
  for (const entry of changed) {
    const sequence = isInSortedRanges(entry.uid, ranges) ? mailbox.sequenceOf(entry.uid) : 0;
    // What came since the mailbox was opened is told with the next announcement.
    if (sequence === 0) continue;
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
