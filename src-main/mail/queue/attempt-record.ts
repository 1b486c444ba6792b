/** What an attempt's report becomes in the store: times for the next attempt, the delay warning, give-up, the timeline's end. */
import type { RandomBytes } from '../../base/ids.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type {
  AttemptRecord,
  AttemptReport,
  CourierReport,
  QueueEntry,
  QueueRecipient,
  RecordedOutcome,
} from './port.ts';
import { MAX_QUEUE_TIME_MS, retryAfterMs } from './retry-schedule.ts';

export interface AttemptTerms {
  readonly at: number;
  /** How old a message is when its sender is warned. */
  readonly delayWarningMs: number;
  readonly randomBytes: RandomBytes;
}

/** What follows from each outcome. */
export function settleOutcomes(
  entry: QueueEntry,
  report: CourierReport,
  terms: AttemptTerms,
): readonly RecordedOutcome[] {
  return report.outcomes.map(({ ordinal, outcome }) => {
    if (outcome.kind !== 'deferred') return { ordinal, outcome };
    if (terms.at >= retriedUntil(entry)) return { ordinal, outcome: giveUp(outcome) };
    const recipient = entry.recipients.find((each) => each.ordinal === ordinal);
    const isWarningDue =
      recipient?.isDelayReported !== true && terms.at - entry.receivedAt >= terms.delayWarningMs;
    return {
      ordinal,
      outcome,
      nextAttemptAt: nextAttemptAt(entry, (recipient?.attempts ?? 0) + 1, terms),
      ...(isWarningDue && { isDelayReported: true as const }),
    };
  });
}

/** When a recipient that is still deferred is given up. */
export function retriedUntil(entry: QueueEntry): number {
  return entry.receivedAt + MAX_QUEUE_TIME_MS;
}

/** By the schedule; but no interval reaches past the warning or the end, so that the sender hears of both in time. */
function nextAttemptAt(entry: QueueEntry, deferrals: number, terms: AttemptTerms): number {
  const { at, delayWarningMs, randomBytes } = terms;
  const milestones = [entry.receivedAt + delayWarningMs, retriedUntil(entry)].filter((time) => time > at);
  return Math.min(at + retryAfterMs(deferrals, randomBytes), ...milestones);
}

/** RFC 3463 §3.5: X.4.7, delivery time expired. */
function giveUp(outcome: RecipientOutcome): RecipientOutcome {
  const diagnostic = `Given up after 5 days: ${outcome.diagnostic}`;
  return { ...outcome, kind: 'failed', status: '5.4.7', diagnostic };
}

/** All that one commit records of an attempt. */
export function makeAttemptRecord(
  entry: QueueEntry,
  attempt: { courier: CourierReport; outcomes: readonly RecordedOutcome[]; told: AttemptReport; at: number },
): AttemptRecord {
  const { courier, outcomes, told, at } = attempt;
  const settled = outcomes.filter(({ outcome }) => outcome.kind !== 'deferred');
  const isFinished = settled.length === entry.recipients.length;
  const finished: MailEvent[] = isFinished ? [{ type: 'finished', traceId: entry.id, at }] : [];
  return {
    entryId: entry.id,
    outcomes,
    deposits: courier.deposits,
    ...(told.bounce !== undefined && { bounce: told.bounce }),
    events: [...courier.events, ...told.events, ...finished],
    at,
  };
}

/** When the courier broke instead of reporting: everything is tried again later. */
export function reportOfFailure(
  entry: QueueEntry,
  recipients: readonly QueueRecipient[],
  at: number,
): CourierReport {
  const outcomes = recipients.map(({ ordinal, address }) => ({
    ordinal,
    outcome: {
      kind: 'deferred',
      recipient: address,
      status: '4.3.0',
      diagnostic: 'Something went wrong in this server',
      at,
    } satisfies RecipientOutcome,
  }));
  const events: MailEvent[] = outcomes.map(({ outcome, ordinal }) => ({
    type: 'attempted',
    traceId: entry.id,
    at,
    attempt: (recipients.find((recipient) => recipient.ordinal === ordinal)?.attempts ?? 0) + 1,
    outcome,
  }));
  return { outcomes, deposits: [], events };
}
