/** EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9). The EXPUNGE responses follow from the changes of the mailbox. */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import { okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { resolveSet } from './message-set.ts';

export async function expunge(session: ImapSession, command: CommandOf<'EXPUNGE'>): Promise<Completion> {
  const { mailbox } = session;
  if (mailbox.isReadOnly) return refuse('The mailbox is open to read only', 'READ-ONLY');
  // A message that the client has not heard of is not expunged either.
  const set = command.set ?? { kind: 'ranges', ranges: [{ first: 1, last: Number.POSITIVE_INFINITY }] };
  const ranges = resolveSet(session, set, true) ?? [];
  if (ranges.length > 0) await session.options.mailStore.expunge(mailbox.id, ranges);
  mailbox.markDirty();
  return okay('EXPUNGE completed');
}
