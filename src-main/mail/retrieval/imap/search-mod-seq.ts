/** The MODSEQ that a search over MODSEQs answers with (RFC 7162 §3.1.5, §3.1.10). */
import { takeRange } from '../../../protocol/imap/grammar/result-range.ts';
import type { SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import type { SearchReturn } from '../../../protocol/imap/grammar/search-return.ts';
import { toRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { ModSeq, Uid } from '../../mailstore/port.ts';
import type { SearchedMailbox } from './search-plan.ts';

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
  { id: mailboxId, store }: Pick<SearchedMailbox, 'id' | 'store'>,
  uids: readonly Uid[],
  returns: SearchReturn | null,
): Promise<ModSeq | null> {
  const named = namedUids(returns, uids);
  if (named.length === 0) return null;
  const entries = await store.listEntries(mailboxId, toRanges(named));
  return entries.reduce((highest, entry) => Math.max(highest, entry.modSeq), 0);
}

/**
 * With MIN, MAX or PARTIAL only these, unless ALL or COUNT asks for everything (RFC 4731 §3.2; for `$`: RFC 5182 §2.4, RFC 9394
 * §3.2).
 */
export function namedUids(returns: SearchReturn | null, uids: readonly Uid[]): readonly Uid[] {
  if (returns === null) return uids;
  const { options, partial } = returns;
  const isSome = partial !== null || options.has('MIN') || options.has('MAX');
  if (!isSome || options.has('ALL') || options.has('COUNT')) return uids;
  const page = new Set(partial === null ? [] : takeRange(uids, partial));
  return uids.filter(
    (uid, index) =>
      page.has(uid) ||
      (options.has('MIN') && index === 0) ||
      (options.has('MAX') && index === uids.length - 1),
  );
}
