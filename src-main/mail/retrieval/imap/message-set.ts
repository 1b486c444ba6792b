/** Message sets: which messages of the selected mailbox a command means, as UID ranges (RFC 9051 §9, RFC 5182). */
import { toRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { SequenceSet } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { UidRange } from '../../mailstore/port.ts';
import { bad } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

export const INVALID_SET: Completion = bad(
  'A message sequence number is greater than the number of messages',
);

/** Null where a sequence number is too great. Ranges are in order and do not overlap. */
export function resolveSet(
  session: ImapSession,
  set: SequenceSet,
  isUid: boolean,
): readonly UidRange[] | null {
  if (set.kind === 'saved') return toRanges(session.savedResult);
  const { mailbox } = session;
  return isUid ? mailbox.rangesOfUids(set.ranges) : mailbox.rangesOfSequence(set.ranges);
}

/** For searches, in which a number that is too great only finds nothing. */
export function resolveSearchSet(
  session: ImapSession,
  set: SequenceSet,
  isUid: boolean,
): readonly UidRange[] {
  if (set.kind === 'ranges' && !isUid) return session.mailbox.knownRangesOfSequence(set.ranges);
  return resolveSet(session, set, isUid) ?? [];
}
