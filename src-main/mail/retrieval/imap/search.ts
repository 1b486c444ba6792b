/**
 * SEARCH (RFC 9051 §6.4.4; ESEARCH: RFC 4731; SEARCHRES: RFC 5182; PARTIAL: RFC 9394).
 */
import type { SearchCommand } from '../../../protocol/imap/grammar/command.ts';
import { takeRange, type ResultRange } from '../../../protocol/imap/grammar/result-range.ts';
import { RETURN_ALL, type SearchReturn } from '../../../protocol/imap/grammar/search-return.ts';
import { formatNumbers } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { ModSeq, Uid } from '../../mailstore/port.ts';
import { bad, okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { highestModSeqOf, namedUids, usesModSeq } from './search-mod-seq.ts';
import { planSearch } from './search-plan.ts';

export async function search(
  session: ImapSession,
  command: SearchCommand,
  io: CommandIo,
): Promise<Completion> {
  // RFC 6855 §3
  if (session.acceptsUtf8 && command.charset !== null)
    return failed(session, command, bad('CHARSET cannot be given with UTF8=ACCEPT'));
  const plan = await planSearch(session, command);
  if (!plan.ok) return failed(session, command, plan.error);
  const asksModSeq = usesModSeq(command.key);
  if (asksModSeq) await session.enableCondStore(io);
  const uids = await session.options.search.find(plan.value);
  const modSeq = asksModSeq ? await highestModSeqOf(session.mailbox, uids, command.returns) : null;
  await answer(session, command, { uids, modSeq, io });
  return okay('SEARCH completed');
}

/** RFC 5182 §2.1: a SEARCH that was to save its result and failed leaves an empty one. */
function failed(session: ImapSession, command: SearchCommand, completion: Completion): Completion {
  if (command.returns?.options.has('SAVE') === true) session.savedResult = [];
  return completion;
}

async function answer(
  session: ImapSession,
  command: SearchCommand,
  result: { uids: readonly Uid[]; modSeq: ModSeq | null; io: CommandIo },
): Promise<void> {
  const { uids, modSeq, io } = result;
  const numbers = command.isUid ? uids : uids.map((uid) => session.mailbox.sequenceOf(uid));
  // RFC 9051 §6.4.4: rev2 always answers with ESEARCH.
  const returns = command.returns ?? (session.isRev2 ? RETURN_ALL : null);
  if (returns === null) {
    const highest = modSeq === null ? [] : [`(MODSEQ ${modSeq})`];
    await io.send(['* SEARCH', ...numbers, ...highest].join(' '));
    return;
  }
  const { options, partial } = returns;
  if (options.has('SAVE')) session.savedResult = namedUids(returns, uids);
  // RFC 5182 §2.1: SAVE alone is answered with nothing.
  if (options.has('SAVE') && options.size === 1 && partial === null) return;
  // The tag ties the answer to its command (RFC 4466 §2.6.2).
  const highest = modSeq === null ? '' : ` MODSEQ ${modSeq}`;
  const uid = command.isUid ? ' UID' : '';
  await io.send(`* ESEARCH (TAG ${io.quotedTag})${uid}${formatResults(returns, numbers)}${highest}`);
}

export function formatResults({ options, partial }: SearchReturn, numbers: readonly number[]): string {
  let text = '';
  const [first] = numbers;
  const last = numbers.at(-1);
  // RFC 4731 §3.1: MIN, MAX and ALL say nothing where nothing was found.
  if (first !== undefined && last !== undefined) {
    if (options.has('MIN')) text += ` MIN ${first}`;
    if (options.has('MAX')) text += ` MAX ${last}`;
    if (options.has('ALL')) text += ` ALL ${formatNumbers(numbers)}`;
  }
  if (partial !== null) text += ` PARTIAL ${formatPage(partial, numbers)}`;
  return options.has('COUNT') ? `${text} COUNT ${numbers.length}` : text;
}

/** RFC 9394 §3.1: the range as it was asked for, and NIL where nothing is in it. */
function formatPage(range: ResultRange, numbers: readonly number[]): string {
  const page = takeRange(numbers, range);
  return `(${range.text} ${page.length === 0 ? 'NIL' : formatNumbers(page)})`;
}
