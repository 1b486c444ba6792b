/**
 * APPEND (RFC 9051 §6.3.12; APPENDLIMIT: RFC 7889).
 *
 * Invariants: the message goes to the content receiver as it arrives; OK follows the commit; a client that breaks off
 * leaves nothing behind.
 */
import type { AppendCommand } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion, IncomingMessage } from '../../../protocol/imap/server/session.ts';
import type { StagedContent } from '../../content/port.ts';
import { bad, okay, refuse, refuseForTarget } from './completion.ts';
import { readFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';

export async function append(
  session: ImapSession,
  command: AppendCommand,
  io: CommandIo,
): Promise<Completion> {
  const { mailStore, clock, receiver } = session.options;
  const flags = readFlags(command.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  if (!session.options.hasRoom()) return NO_ROOM;
  if (command.literal.octets > MAX_APPEND_OCTETS) return refuse('The message is too large', 'TOOBIG');
  const name = session.readName(command.mailbox);
  const mailbox = await mailStore.findMailbox(session.signedIn.id, name);
  if (mailbox === null) return refuseForTarget('noSuchMailbox');
  if (io.message === null) throw new Error('APPEND without a message');
  const received = await receive(session, io.message, { isBinary: command.literal.isBinary });
  if (!('content' in received)) return received;
  const { content } = received;
  const internalDate = command.internalDate ?? clock.now();
  const appended = await mailStore
    .appendMessages(mailbox.id, [{ content, flags, internalDate }])
    .catch((error: unknown) => reportFailure(session, error));
  if (appended === null || !appended.ok) {
    await receiver.discard(content);
    return appended === null ? NOT_STORED : refuseForTarget(appended.error);
  }
  session.touch(mailbox.id);
  const { uidValidity, uids } = appended.value;
  return okay('APPEND completed', `APPENDUID ${uidValidity} ${uids.join(',')}`);
}

async function receive(
  session: ImapSession,
  message: IncomingMessage,
  { isBinary }: { isBinary: boolean },
): Promise<{ content: StagedContent } | Completion> {
  const writer = session.options.receiver.begin();
  let hasNul = false;
  let hasFailed = false;
  const noteFailure = (error: unknown) => {
    hasFailed = true;
    reportFailure(session, error);
  };
  // After a failure the rest of the literal still has to be taken off the wire: it is no command.
  const isWhole = await message.receive((chunk) => {
    hasNul ||= chunk.includes(0);
    return hasFailed ? undefined : writer.write(chunk)?.catch(noteFailure);
  });
  const content = isWhole && !hasNul && !hasFailed ? await writer.finish().catch(noteFailure) : undefined;
  if (content !== undefined) return { content };
  await writer.abort().catch(noteFailure);
  if (hasFailed) return NOT_STORED;
  if (!isWhole) return bad('APPEND takes one message and nothing after it');
  // RFC 3516 §4.4; and RFC 9051 §4.3 forbids NUL in a literal.
  return isBinary ? refuse('A message must not hold NUL', 'UNKNOWN-CTE') : bad('A literal must not hold NUL');
}

const NO_ROOM = refuse('The disk of this server is nearly full, try again later', 'UNAVAILABLE');

/** A full disk, most often; the client keeps the message and tries again (RFC 5530 §3). */
const NOT_STORED = refuse('The message could not be stored, try again later', 'UNAVAILABLE');

function reportFailure(session: ImapSession, error: unknown): null {
  const { sessionId } = session.transcript;
  session.options.logger.error('cannot store an appended message', { error, sessionId });
  return null;
}
