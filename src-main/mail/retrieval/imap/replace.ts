/**
 * REPLACE and UID REPLACE (RFC 8508): a new version of a message takes the place of the old one in one commit, so that a
 * draft is never there twice nor missing.
 */
import type { ReplaceCommand } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { Uid } from '../../mailstore/port.ts';
import { appendUid, storeMessages } from './append.ts';
import { bad, refuse } from './completion.ts';
import { completeRemoval, refuseRemoval } from './expunge.ts';
import type { ImapSession } from './imap-session.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';
import { discardMessages } from './message-draft.ts';
import { reachTarget } from './reachable-mailbox.ts';
import { receiveMessage, refuseMessage } from './receive-message.ts';

export async function replace(
  session: ImapSession,
  command: ReplaceCommand,
  io: CommandIo,
): Promise<Completion> {
  const { mailbox } = session;
  const prohibited = refuseRemoval(mailbox);
  if (prohibited !== null) return prohibited;
  const uid = findReplaced(session, command);
  if (typeof uid !== 'number') return uid;
  const [announced, second] = command.messages;
  if (announced === undefined || second !== undefined) return ONE_MESSAGE;
  const refused = refuseMessage(session, announced);
  if (refused !== null) return refused;
  const target = await reachTarget(session, command.mailbox);
  if (!target.ok) return target.error;
  const received = await receiveMessage(session, announced, io);
  if (!('message' in received)) return received;
  const messages = [received.message];
  const [old] = await mailbox.store.listEntries(mailbox.id, [{ first: uid, last: uid }]);
  if (received.next.length > 0 || old === undefined) {
    await discardMessages(session, messages);
    return old === undefined ? GONE : ONE_MESSAGE;
  }
  const replaced = { mailboxId: mailbox.id, uid };
  const stored = await storeMessages(session, { mailbox: target.value, messages, replaced });
  if (!('uids' in stored)) return stored;
  mailbox.markDirty();
  // RFC 8508 §3.4: untagged, before the old message goes.
  await io.send(`* OK [${appendUid(stored)}] Replacement`);
  return completeRemoval(session, { text: 'REPLACE completed', hasRemoved: true }, io);
}

const ONE_MESSAGE = bad('REPLACE takes one message');
const GONE = refuse('The message is gone', 'EXPUNGEISSUED');

/** RFC 8508 §3: exactly one message. */
function findReplaced(session: ImapSession, command: ReplaceCommand): Uid | Completion {
  const ranges = resolveSet(session, command.set, command.isUid);
  if (ranges === null) return INVALID_SET;
  const [uid, second] = session.mailbox.uidsIn(ranges);
  if (second !== undefined) return bad('REPLACE takes one message number');
  return uid ?? refuse('No such message', 'NONEXISTENT');
}
