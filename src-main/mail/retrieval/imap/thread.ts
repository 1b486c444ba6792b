/** THREAD (RFC 5256 §3): a search whose answer is threads. */
import { formatThreads } from '../../../protocol/imap/grammar/format-threads.ts';
import type { ThreadCommand } from '../../../protocol/imap/grammar/sort-thread.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { planSearch } from './search-plan.ts';

export async function thread(
  session: ImapSession,
  command: ThreadCommand,
  io: CommandIo,
): Promise<Completion> {
  const plan = await planSearch(session, command);
  if (!plan.ok) return plan.error;
  const algorithm = command.algorithm === 'REFERENCES' ? 'references' : 'orderedSubject';
  const entries = await session.options.search.thread(plan.value, algorithm);
  const numberOf = (uid: number): number => (command.isUid ? uid : session.mailbox.sequenceOf(uid));
  const threads = entries.map(({ uid, depth }) => ({ number: uid === null ? null : numberOf(uid), depth }));
  await io.send(threads.length === 0 ? '* THREAD' : `* THREAD ${formatThreads(threads)}`);
  return okay('THREAD completed');
}
