/** COPY and MOVE (RFC 9051 §6.4.7, §6.4.8; COPYUID: RFC 4315). */
import type { CopyCommand } from '../../../protocol/imap/grammar/command.ts';
import { err, ok, type Result } from '../../../base/result.ts';
import { formatNumbers } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { ResponseCode } from '../../../protocol/imap/response-codes.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { CopiedUids, MessageStore, UidRange } from '../../mailstore/port.ts';
import { okay, refuseForTarget } from './completion.ts';
import { completeRemoval, refuseRemoval } from './expunge.ts';
import type { ImapSession } from './imap-session.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';
import { reachTarget, type ReachableMailbox } from './reachable-mailbox.ts';

export async function copy(session: ImapSession, command: CopyCommand): Promise<Completion> {
  const plan = await planCopy(session, command);
  if (!plan.ok) return plan.error;
  const { messages, ranges, target } = plan.value;
  const copied = await messages.copyMessages(session.mailbox.id, ranges, target.id);
  if (!copied.ok) return refuseForTarget(copied.error);
  session.touch(target.id, copied.value.to);
  return copied.value.to.length === 0
    ? okay('No such messages')
    : okay('COPY completed', copyUid(copied.value));
}

export async function move(session: ImapSession, command: CopyCommand, io: CommandIo): Promise<Completion> {
  const { mailbox } = session;
  const refused = refuseRemoval(mailbox);
  if (refused !== null) return refused;
  const plan = await planCopy(session, command);
  if (!plan.ok) return plan.error;
  const { messages, ranges, target } = plan.value;
  const moved = await messages.moveMessages(mailbox.id, ranges, target.id);
  if (!moved.ok) return refuseForTarget(moved.error);
  if (moved.value.to.length === 0) return okay('No such messages');
  // RFC 6851 §4.3: before the EXPUNGE responses, so that the client knows where they went.
  await io.send(`* OK [${copyUid(moved.value)}] Moved`);
  session.touch(target.id, moved.value.to);
  mailbox.markDirty();
  return completeRemoval(session, { text: 'MOVE completed', hasRemoved: true }, io);
}

interface CopyPlan {
  readonly ranges: readonly UidRange[];
  readonly target: ReachableMailbox;
  /** Where one of the two mailboxes is another's, the client's own \Seen goes along. */
  readonly messages: MessageStore;
}

async function planCopy(session: ImapSession, command: CopyCommand): Promise<Result<CopyPlan, Completion>> {
  const ranges = resolveSet(session, command.set, command.isUid);
  if (ranges === null) return err(INVALID_SET);
  const target = await reachTarget(session, command.mailbox);
  if (!target.ok) return target;
  const owner = session.mailbox.owner ?? target.value.owner;
  return ok({ ranges, target: target.value, messages: session.messagesOf({ owner }) });
}

function copyUid({ uidValidity, from, to }: CopiedUids): ResponseCode {
  return `COPYUID ${uidValidity} ${formatNumbers(from)} ${formatNumbers(to)}`;
}
