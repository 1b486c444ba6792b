/**
 * SEARCH (RFC 9051 §6.4.4; ESEARCH: RFC 4731; SEARCHRES: RFC 5182).
 */
import type { SearchCommand } from '../../../protocol/imap/grammar/command.ts';
import type { SearchReturnOption } from '../../../protocol/imap/grammar/search-key.ts';
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
  const modSeq = asksModSeq ? await highestModSeqOf(session, uids, command.returns) : null;
  await answer(session, command, { uids, modSeq, io });
  return okay('SEARCH completed');
}

/** RFC 5182 §2.1: a SEARCH that was to save its result and failed leaves an empty one. */
function failed(session: ImapSession, command: SearchCommand, completion: Completion): Completion {
  if (command.returns?.includes('SAVE') === true) session.savedResult = [];
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
  const returns = command.returns ?? (session.isRev2 ? [] : null);
  if (returns === null) {
    const highest = modSeq === null ? [] : [`(MODSEQ ${modSeq})`];
    await io.send(['* SEARCH', ...numbers, ...highest].join(' '));
    return;
  }
  const options: readonly SearchReturnOption[] = returns.length === 0 ? ['ALL'] : returns;
  if (options.includes('SAVE')) session.savedResult = namedUids(options, uids);
  if (options.every((option) => option === 'SAVE')) return;
  // The tag ties the answer to its command (RFC 4466 §2.6.2).
  const highest = modSeq === null ? '' : ` MODSEQ ${modSeq}`;
  const uid = command.isUid ? ' UID' : '';
  await io.send(`* ESEARCH (TAG ${io.quotedTag})${uid}${formatResults(options, numbers)}${highest}`);
}

function formatResults(options: readonly SearchReturnOption[], numbers: readonly number[]): string {
  let text = '';
  const [first] = numbers;
  const last = numbers.at(-1);
  // RFC 4731 §3.1: MIN, MAX and ALL say nothing where nothing was found.
  if (first !== undefined && last !== undefined) {
    if (options.includes('MIN')) text += ` MIN ${first}`;
    if (options.includes('MAX')) text += ` MAX ${last}`;
    if (options.includes('ALL')) text += ` ALL ${formatNumbers(numbers)}`;
  }
  return options.includes('COUNT') ? `${text} COUNT ${numbers.length}` : text;
}
