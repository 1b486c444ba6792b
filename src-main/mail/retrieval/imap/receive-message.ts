/**
 * Receives a message of APPEND or REPLACE into the content store, as it arrives.
 *
 * Invariants: a client that breaks off leaves nothing behind; after a failure of ours the rest of the literal is still taken
 * off the wire, since it is no command.
 */
import type { AppendMessage } from '../../../protocol/imap/grammar/command.ts';
import type { Completion, IncomingMessages } from '../../../protocol/imap/server/session.ts';
import type { NewMessage } from '../../mailstore/port.ts';
import { bad, refuse } from './completion.ts';
import { readFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';

export interface ReceivedMessage {
  readonly message: NewMessage;
  /** The message that follows it in the same command. */
  readonly next: AppendMessage | null;
}

/** What speaks against a message before its octets have come; null where nothing does. */
export function refuseMessage(session: ImapSession, announced: AppendMessage): Completion | null {
  // RFC 6855 §4
  if (announced.isUtf8 && !session.acceptsUtf8) return bad('UTF8=ACCEPT is not enabled');
  const flags = readFlags(announced.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  // RFC 3502 §6.3.11: so a client calls the whole APPEND off.
  if (announced.literal.octets === 0) return refuse('An empty message: nothing is appended', 'CANNOT');
  if (!session.options.hasRoom()) return NO_ROOM;
  return announced.literal.octets > MAX_APPEND_OCTETS ? refuse('The message is too large', 'TOOBIG') : null;
}

export async function receiveMessage(
  session: ImapSession,
  announced: AppendMessage,
  messages: IncomingMessages,
): Promise<ReceivedMessage | Completion> {
  const flags = readFlags(announced.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  const writer = session.options.receiver.begin();
  let hasNul = false;
  let hasFailed = false;
  const noteFailure = (error: unknown) => {
    hasFailed = true;
    reportFailure(session, error);
  };
  const end = await messages.receive((chunk) => {
    hasNul ||= chunk.includes(0);
    return hasFailed ? undefined : writer.write(chunk)?.catch(noteFailure);
  });
  const isWhole = end !== 'broken' && !hasNul && !hasFailed;
  const content = isWhole ? await writer.finish().catch(noteFailure) : undefined;
  if (content !== undefined) {
    const internalDate = announced.internalDate ?? session.options.clock.now();
    return { message: { content, flags, internalDate }, next: typeof end === 'string' ? null : end };
  }
  await writer.abort().catch(noteFailure);
  if (hasFailed) return NOT_STORED;
  return end === 'broken' ? BROKEN : refuseNul(announced);
}

const BROKEN = bad('Nothing but another message can follow a message');

/** RFC 3516 §4.4; and RFC 9051 §4.3 forbids NUL in a literal. */
function refuseNul({ literal }: AppendMessage): Completion {
  return literal.isBinary
    ? refuse('A message must not hold NUL', 'UNKNOWN-CTE')
    : bad('A literal must not hold NUL');
}

const NO_ROOM = refuse('The disk of this server is nearly full, try again later', 'UNAVAILABLE');

/** A full disk, most often; the client keeps the message and tries again (RFC 5530 §3). */
export const NOT_STORED = refuse('The message could not be stored, try again later', 'UNAVAILABLE');

export function reportFailure(session: ImapSession, error: unknown): null {
  const { sessionId } = session.transcript;
  session.options.logger.error('cannot store an appended message', { error, sessionId });
  return null;
}

/** Gives up what was received, since the command comes to nothing. */
export async function discardMessages(session: ImapSession, messages: readonly NewMessage[]): Promise<void> {
  for (const { content } of messages) await session.options.receiver.discard(content);
}
