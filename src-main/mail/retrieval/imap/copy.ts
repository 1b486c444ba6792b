/** COPY and MOVE (RFC 9051 §6.4.7, §6.4.8; COPYUID: RFC 4315). */
import type { CopyCommand } from '../../../protocol/imap/grammar/command.ts';
import { formatNumbers } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { ResponseCode } from '../../../protocol/imap/response-codes.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { CopiedUids, Mailbox, UidRange } from '../../mailstore/port.ts';
import { okay, refuse, refuseForTarget } from './completion.ts';
import { completeRemoval } from './expunge.ts';
import type { ImapSession } from './imap-session.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';

export async function copy(session: ImapSession, command: CopyCommand): Promise<Completion> {
  const plan = await planCopy(session, command);
  if (!('target' in plan)) return plan;
  const copied = await session.options.mailStore.copyMessages(
    session.mailbox.id,
    plan.ranges,
    plan.target.id,
  );
  if (!copied.ok) return refuseForTarget(copied.error);
  session.touch(plan.target.id, copied.value.to);
  return copied.value.to.length === 0
    ? okay('No such messages')
    : okay('COPY completed', copyUid(copied.value));
}

export async function move(session: ImapSession, command: CopyCommand, io: CommandIo): Promise<Completion> {
  const { mailbox } = session;
  if (mailbox.isReadOnly) return refuse('The mailbox is open to read only', 'READ-ONLY');
  const plan = await planCopy(session, command);
  if (!('target' in plan)) return plan;
  const moved = await session.options.mailStore.moveMessages(mailbox.id, plan.ranges, plan.target.id);
  if (!moved.ok) return refuseForTarget(moved.error);
  if (moved.value.to.length === 0) return okay('No such messages');
  // RFC 6851 §4.3: before the EXPUNGE responses, so that the client knows where they went.
  await io.send(`* OK [${copyUid(moved.value)}] Moved`);
  session.touch(plan.target.id, moved.value.to);
  mailbox.markDirty();
  return completeRemoval(session, { text: 'MOVE completed', hasRemoved: true }, io);
}

async function planCopy(
  session: ImapSession,
  command: CopyCommand,
): Promise<{ ranges: readonly UidRange[]; target: Mailbox } | Completion> {
  const ranges = resolveSet(session, command.set, command.isUid);
  if (ranges === null) return INVALID_SET;
  const name = session.readName(command.mailbox);
  const target = await session.options.mailStore.findMailbox(session.signedIn.id, name);
  return target === null ? refuseForTarget('noSuchMailbox') : { ranges, target };
}

function copyUid({ uidValidity, from, to }: CopiedUids): ResponseCode {
  return `COPYUID ${uidValidity} ${formatNumbers(from)} ${formatNumbers(to)}`;
}
