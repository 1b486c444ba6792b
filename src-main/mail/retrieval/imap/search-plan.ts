/**
 * Search plan: a search key made ready for one mailbox: sets resolved to UIDs, strings decoded and folded, cheap keys first.
 */
import { err, ok, type Result } from '../../../base/result.ts';
import type { Account } from '../../../directory/port.ts';
import { decodeCharset, isKnownCharset } from '../../../format/charset.ts';
import type { SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import { STAR, type SequenceSet } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import type { MailboxId, MessageStore, UidRange } from '../../mailstore/port.ts';
import type { MessageQuery, SearchRequest } from '../../mailstore/search/port.ts';
import { foldText } from '../../mailstore/search/port.ts';
import { refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { resolveSearchSet } from './message-set.ts';
import { asReader } from './reader-search.ts';

/** A mailbox that is searched. */
export interface SearchedMailbox {
  readonly id: MailboxId;
  /** Its messages as this account sees them; `owner` is null where it is the client's own. */
  readonly store: MessageStore;
  readonly owner: Account | null;
  /** What the client knows of it, null where all may be found. */
  readonly known: readonly UidRange[] | null;
  /** UIDs that a set among the keys means. */
  resolveSet(set: SequenceSet, isUid: boolean): readonly UidRange[];
}

/** The mailbox that is selected, as far as its client knows it. */
export function selectedForSearch(session: ImapSession): SearchedMailbox {
  const { mailbox } = session;
  return {
    id: mailbox.id,
    store: mailbox.store,
    owner: mailbox.owner,
    known: mailbox.rangesOfUids([{ first: 1, last: STAR }]),
    resolveSet: (set, isUid) => resolveSearchSet(session, set, isUid),
  };
}

/** What SEARCH, SORT and THREAD ask for: messages that the client knows, by keys whose strings are in a charset. */
export async function planSearch(
  session: ImapSession,
  command: { readonly charset: string | null; readonly key: SearchKey },
  searched = selectedForSearch(session),
): Promise<Result<SearchRequest, Completion>> {
  const charset = command.charset ?? 'UTF-8';
  if (!isKnownCharset(charset))
    return err(refuse('This charset is not known', 'BADCHARSET (US-ASCII UTF-8)'));
  const prepared = await asReader(searched, prepareSearch(searched, command.key, charset));
  const query: MessageQuery =
    searched.known === null
      ? prepared
      : { kind: 'and', queries: [{ kind: 'uids', ranges: searched.known }, prepared] };
  return ok({ mailboxId: searched.id, query, now: session.options.clock.now() });
}

function prepareSearch(searched: SearchedMailbox, key: SearchKey, charset: string): MessageQuery {
  const fold = (octets: string): string => foldText(decodeCharset(Buffer.from(octets, 'latin1'), charset));
  const prepare = (each: SearchKey): MessageQuery => prepareSearch(searched, each, charset);
  switch (key.kind) {
    case 'flag':
      return { ...key, flag: key.flag.toLowerCase() };
    case 'set':
      return { kind: 'uids', ranges: searched.resolveSet(key.set, key.isUid) };
    case 'envelope':
    case 'body':
    case 'text':
      return { ...key, text: fold(key.text) };
    case 'header':
      return { kind: 'header', field: key.field.toLowerCase(), text: fold(key.text) };
    case 'not':
      return { kind: 'not', query: prepare(key.key) };
    case 'or':
    case 'and':
      return { kind: key.kind, queries: key.keys.map(prepare).sort((a, b) => costOf(a) - costOf(b)) };
    case 'all':
    case 'none':
      return { kind: key.kind };
    default:
      return key;
  }
}

/** What a key reads: the entry, the index and header section, or the whole message. */
function costOf(query: MessageQuery): number {
  switch (query.kind) {
    case 'envelope':
    case 'date':
      return 1;
    case 'header':
      return 2;
    case 'body':
    case 'text':
      return 3;
    case 'not':
      return costOf(query.query);
    case 'or':
    case 'and':
      return Math.max(0, ...query.queries.map(costOf));
    default:
      return 0;
  }
}
