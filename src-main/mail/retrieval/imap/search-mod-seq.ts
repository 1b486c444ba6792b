/** The MODSEQ that a search over MODSEQs answers with (RFC 7162 §3.1.5, §3.1.10). */
import type { SearchKey, SearchReturnOption } from '../../../protocol/imap/grammar/search-key.ts';
import { toRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { ModSeq, Uid } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';

/** Whether MODSEQ is among the keys. */
export function usesModSeq(key: SearchKey): boolean {
  switch (key.kind) {
    case 'modSeq':
      return true;
    case 'not':
      return usesModSeq(key.key);
    case 'or':
    case 'and':
      return key.keys.some(usesModSeq);
    default:
      return false;
  }
}

/** The highest MODSEQ of the messages that the answer names; null where there are none. `uids` rise. */
export async function highestModSeqOf(
  session: ImapSession,
  uids: readonly Uid[],
  returns: readonly SearchReturnOption[] | null,
): Promise<ModSeq | null> {
  const named = namedUids(returns, uids);
  if (named.length === 0) return null;
  const { mailbox } = session;
  const entries = await mailbox.store.listEntries(mailbox.id, toRanges(named));
  return entries.reduce((highest, entry) => Math.max(highest, entry.modSeq), 0);
}

/** With MIN or MAX only these, unless ALL or COUNT asks for everything (RFC 4731 §3.2; for `$`: RFC 5182 §2.4). */
export function namedUids(
  options: readonly SearchReturnOption[] | null,
  uids: readonly Uid[],
): readonly Uid[] {
  const hasExtremes = options?.includes('MIN') === true || options?.includes('MAX') === true;
  if (!hasExtremes || options.includes('ALL') || options.includes('COUNT')) return uids;
  return uids.filter(
    (_uid, index) =>
      (options.includes('MIN') && index === 0) || (options.includes('MAX') && index === uids.length - 1),
  );
}
