/** SORT (RFC 5256 §3; SORT=DISPLAY: RFC 5957): a search whose answer is in order. */
import type { SortCommand, SortKeyName } from '../../../protocol/imap/grammar/sort-thread.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { SortField } from '../../mailstore/search/port.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { planSearch } from './search-plan.ts';

const FIELDS: Readonly<Record<SortKeyName, SortField>> = {
  ARRIVAL: 'arrival',
  CC: 'cc',
  DATE: 'date',
  DISPLAYFROM: 'displayFrom',
  DISPLAYTO: 'displayTo',
  FROM: 'from',
  SIZE: 'size',
  SUBJECT: 'subject',
  TO: 'to',
};

export async function sort(session: ImapSession, command: SortCommand, io: CommandIo): Promise<Completion> {
  const plan = await planSearch(session, command);
  if (!plan.ok) return plan.error;
  const criteria = command.keys.map(({ name, isReverse }) => ({ field: FIELDS[name], isReverse }));
  const uids = await session.options.search.sort(plan.value, criteria);
  const numbers = command.isUid ? uids : uids.map((uid) => session.mailbox.sequenceOf(uid));
  // RFC 5256 §4: an answer also where nothing was found.
  await io.send(['* SORT', ...numbers].join(' '));
  return okay('SORT completed');
}
