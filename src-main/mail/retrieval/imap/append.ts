/**
 * APPEND (RFC 9051 §6.3.12; APPENDLIMIT: RFC 7889; several messages: RFC 3502; from parts: RFC 4469).
 *
 * Invariants: messages go to the content receiver as they arrive; OK follows the commit, which takes all of them or none
 * (RFC 3502 §6.3.11); a client that breaks off leaves nothing behind.
 */
import type { AppendCommand, AppendMessage } from '../../../protocol/imap/grammar/command.ts';
import { formatNumbers } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { ResponseCode } from '../../../protocol/imap/response-codes.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { AppendedUids, MessagePlace, NewMessage } from '../../mailstore/port.ts';
import { okay, refuse, refuseForTarget } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPENDED_MESSAGES } from './limits.ts';
import { discardMessages, reportFailure } from './message-draft.ts';
import { reachTarget, type ReachableMailbox } from './reachable-mailbox.ts';
import { receiveMessage, refuseFirst, refuseMessage } from './receive-message.ts';

export async function append(
  session: ImapSession,
  command: AppendCommand,
  io: CommandIo,
): Promise<Completion> {
  const refused = refuseFirst(session, command.messages);
  if (refused !== null) return refused;
  const reached = await reachTarget(session, command.mailbox);
  if (!reached.ok) return reached.error;
  const received: NewMessage[] = [];
  const failure = await receiveAll(session, { announced: command.messages, io }, received);
  if (failure !== null) {
    await discardMessages(session, received);
    return failure;
  }
  const appended = await storeMessages(session, { mailbox: reached.value, messages: received });
  return 'uids' in appended ? okay('APPEND completed', appendUid(appended)) : appended;
}

/** Receives into `received`; an answer other than null says why the command comes to nothing. */
async function receiveAll(
  session: ImapSession,
  source: { announced: readonly AppendMessage[]; io: CommandIo },
  received: NewMessage[],
): Promise<Completion | null> {
  const waiting = [...source.announced];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const refused = refuseMessage(session, next);
    if (refused !== null) return refused;
    if (received.length >= MAX_APPENDED_MESSAGES) return TOO_MANY;
    const result = await receiveMessage(session, next, source.io);
    if (!('message' in result)) return result;
    received.push(result.message);
    waiting.push(...result.next);
  }
  return null;
}

const TOO_MANY = refuse(`At most ${MAX_APPENDED_MESSAGES} messages in one APPEND`, 'LIMIT');

/** Stores what was received, or gives it up; `replaced` goes in the same commit. */
export async function storeMessages(
  session: ImapSession,
  plan: { mailbox: ReachableMailbox; messages: readonly NewMessage[]; replaced?: MessagePlace },
): Promise<AppendedUids | Completion> {
  const { mailbox, messages, replaced } = plan;
  const appended = await session
    .messagesOf(mailbox)
    .appendMessages(mailbox.id, messages, replaced)
    .catch((error: unknown) => reportFailure(session, error));
  if ('status' in appended || !appended.ok) {
    await discardMessages(session, messages);
    return 'status' in appended ? appended : refuseForTarget(appended.error);
  }
  session.touch(mailbox.id, appended.value.uids);
  return appended.value;
}

/** RFC 4315 §3 */
export function appendUid({ uidValidity, uids }: AppendedUids): ResponseCode {
  return `APPENDUID ${uidValidity} ${formatNumbers(uids)}`;
}
