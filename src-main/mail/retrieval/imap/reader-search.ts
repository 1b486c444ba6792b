/**
 * Reader search: a query over another's mailbox, in which \Seen and MODSEQ are the reader's (mail/mailstore/sharing).
 *
 * Flow: search-plan → here → the search, which knows only what everybody sees: so what is the reader's becomes sets of UIDs.
 * Invariants: in the client's own mailbox the query stays as it is.
 */
import { toRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { MessageEntry } from '../../mailstore/port.ts';
import type { MessageQuery } from '../../mailstore/search/port.ts';
import type { SearchedMailbox } from './search-plan.ts';

export async function asReader(
  mailbox: Pick<SearchedMailbox, 'id' | 'owner' | 'store'>,
  query: MessageQuery,
): Promise<MessageQuery> {
  if (mailbox.owner === null || !isReaders(query)) return query;
  return rewrite(query, await mailbox.store.listEntries(mailbox.id));
}

function isReaders(query: MessageQuery): boolean {
  switch (query.kind) {
    case 'flag':
      return query.flag === '\\seen';
    case 'modSeq':
      return true;
    case 'not':
      return isReaders(query.query);
    case 'or':
    case 'and':
      return query.queries.some(isReaders);
    default:
      return false;
  }
}

function rewrite(query: MessageQuery, entries: readonly MessageEntry[]): MessageQuery {
  const those = (fits: (entry: MessageEntry) => boolean): MessageQuery => ({
    kind: 'uids',
    ranges: toRanges(entries.filter(fits).map((entry) => entry.uid)),
  });
  switch (query.kind) {
    case 'flag':
      if (query.flag !== '\\seen') return query;
      return those((entry) => entry.flags.includes('\\Seen') === query.isSet);
    case 'modSeq':
      return those((entry) => entry.modSeq >= query.modSeq);
    case 'not':
      return { kind: 'not', query: rewrite(query.query, entries) };
    case 'or':
    case 'and':
      return { kind: query.kind, queries: query.queries.map((each) => rewrite(each, entries)) };
    default:
      return query;
  }
}
