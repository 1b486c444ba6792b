/**
 * ESEARCH in several mailboxes (MULTISEARCH: RFC 7377).
 *
 * Invariants: the mailbox that is selected stays so and is searched as its client knows it; mailboxes are searched one after
 * the other, each on the search thread, and each is answered as soon as it is searched.
 */
import type { EsearchCommand } from '../../../protocol/imap/grammar/command.ts';
import type { MailboxFilter } from '../../../protocol/imap/grammar/mailbox-filter.ts';
import type { SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { bad, okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_SEARCHED_MAILBOXES } from './limits.ts';
import { makeScope } from './mailbox-scope.ts';
import { listReadable, type ReachableMailbox } from './reachable-mailbox.ts';
import { formatResults } from './search.ts';
import { highestModSeqOf, namedUids, usesModSeq } from './search-mod-seq.ts';
import { planSearch, selectedForSearch, type SearchedMailbox } from './search-plan.ts';
import { SelectedMailbox } from './selected-mailbox.ts';

export async function esearch(
  session: ImapSession,
  command: EsearchCommand,
  io: CommandIo,
): Promise<Completion> {
  const { sources, returns } = command;
  const isSelectedOnly = sources === null || sources.every(({ kind }) => kind === 'selected');
  // RFC 7377 §2.2
  if (returns.options.has('SAVE') && !isSelectedOnly) return bad('SAVE goes with SELECTED only');
  const asksSelected = isSelectedOnly || sources.some(({ kind }) => kind === 'selected');
  if (asksSelected && session.selected === null) return bad('No mailbox is selected');
  // RFC 6855 §3
  if (session.acceptsUtf8 && command.charset !== null) return bad('CHARSET cannot be given with UTF8=ACCEPT');
  const mailboxes = await findSearched(session, sources ?? SELECTED);
  if (mailboxes.length > MAX_SEARCHED_MAILBOXES) return TOO_MANY;
  if (usesModSeq(command.key)) await session.enableCondStore(io);
  for (const mailbox of mailboxes) {
    const refused = await searchOne(session, { command, mailbox }, io);
    if (refused !== null) return refused;
  }
  return okay('ESEARCH completed');
}

const SELECTED: readonly MailboxFilter[] = [{ kind: 'selected' }];

/** RFC 7377 §2.4 */
const TOO_MANY = refuse(`At most ${MAX_SEARCHED_MAILBOXES} mailboxes in one ESEARCH`, 'LIMIT');

/** Each mailbox once, however many sources mean it. */
async function findSearched(
  session: ImapSession,
  sources: readonly MailboxFilter[],
): Promise<readonly ReachableMailbox[]> {
  const selectedId = sources.some(({ kind }) => kind === 'selected') ? session.selected?.id : undefined;
  const scopes = sources.map((source) => makeScope(session, source));
  const mailboxes = await listReadable(session);
  return mailboxes.filter(
    (mailbox) => mailbox.id === selectedId || scopes.some((isInScope) => isInScope(mailbox)),
  );
}

/** Searches a mailbox and answers for it; null unless the search cannot be done at all. */
async function searchOne(
  session: ImapSession,
  { command, mailbox }: { command: EsearchCommand; mailbox: ReachableMailbox },
  io: CommandIo,
): Promise<Completion | null> {
  const { key, returns } = command;
  const searched = await openForSearch(session, mailbox, key);
  const plan = await planSearch(session, command, searched);
  if (!plan.ok) return plan.error;
  const uids = await session.options.search.find(plan.value);
  if (returns.options.has('SAVE')) session.savedResult = namedUids(returns, uids);
  // RFC 7377 §2.1: nothing of a mailbox where nothing was found; RFC 5182 §2.1: SAVE alone is answered with nothing.
  const isSaveOnly = returns.options.has('SAVE') && returns.options.size === 1 && returns.partial === null;
  if (uids.length === 0 || isSaveOnly) return null;
  const modSeq = usesModSeq(key) ? await highestModSeqOf(searched, uids, returns) : null;
  const place = `MAILBOX ${session.writeName(mailbox.name)} UIDVALIDITY ${mailbox.uidValidity}`;
  const highest = modSeq === null ? '' : ` MODSEQ ${modSeq}`;
  await io.send(`* ESEARCH (TAG ${io.quotedTag} ${place}) UID${formatResults(returns, uids)}${highest}`);
  return null;
}

/** Another mailbox is looked into as it is now, and only where a key asks for numbers in it. */
async function openForSearch(
  session: ImapSession,
  mailbox: ReachableMailbox,
  key: SearchKey,
): Promise<SearchedMailbox> {
  const { id, owner } = mailbox;
  if (session.selected?.id === id) return selectedForSearch(session);
  const store = session.messagesOf(mailbox);
  const searched = { id, owner, store, known: null };
  const columns = namesSets(key) ? await store.readColumns(id) : null;
  if (columns === null) return { ...searched, resolveSet: () => [] };
  const view = new SelectedMailbox(store, mailbox, { isExamined: true, columns });
  return {
    ...searched,
    resolveSet: (set, isUid) => {
      // RFC 5182 §2.1: what was saved lies in the mailbox that is selected.
      if (set.kind === 'saved') return [];
      return isUid ? view.rangesOfUids(set.ranges) : view.knownRangesOfSequence(set.ranges);
    },
  };
}

function namesSets(key: SearchKey): boolean {
  switch (key.kind) {
    case 'set':
      return true;
    case 'not':
      return namesSets(key.key);
    case 'or':
    case 'and':
      return key.keys.some(namesSets);
    default:
      return false;
  }
}
