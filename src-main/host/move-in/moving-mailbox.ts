/** One account of a move-in, as the console shows it: from waiting to its end, with what can be done about it. */
import type { MovingMailbox } from '../../contract/move-in.ts';
import type { TransferProgress, TransferReport } from '../../mail/transfer/port.ts';
import type { MailOutcome } from './carry-out.ts';
import type { MailJob } from './plan.ts';

export function waiting({ address, messages }: MailJob): MovingMailbox {
  return {
    address,
    state: 'waiting',
    reason: null,
    remedy: null,
    ...{ mailbox: '', messages: 0, skipped: 0, unreadable: 0, octets: 0, totalMessages: messages },
    problems: [],
  };
}

export function begun(before: MovingMailbox): MovingMailbox {
  return { ...before, state: 'running' };
}

export function advanced(before: MovingMailbox, progress: TransferProgress): MovingMailbox {
  const { mailbox, messages, skipped, failed, octets } = progress;
  const totalMessages = progress.totalMessages ?? before.totalMessages;
  return { ...before, mailbox, messages, skipped, unreadable: failed, octets, totalMessages };
}

export function ended(before: MovingMailbox, outcome: MailOutcome): MovingMailbox {
  if (!outcome.ok) return { ...before, state: 'failed', ...outcome.error };
  const { end, progress, problems } = outcome.value;
  return { ...advanced(before, progress), state: end.kind, ...judge(outcome.value), problems };
}

function judge({ end, progress }: TransferReport): Pick<MovingMailbox, 'reason' | 'remedy'> {
  switch (end.kind) {
    case 'failed':
      return { reason: end.reason, remedy: 'again' };
    case 'overQuota':
      return { reason: null, remedy: 'overQuota' };
    case 'cancelled':
      return { reason: null, remedy: null };
    case 'done':
      return { reason: null, remedy: progress.failed > 0 ? 'unreadable' : null };
  }
}
