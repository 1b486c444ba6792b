/** What an attempt's report becomes in the store: times for the next attempt, give-up, and the event that ends a timeline. */
import type { RandomBytes } from '../../base/ids.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type { AttemptRecord, CourierReport, QueueEntry, QueueRecipient } from './port.ts';
import { MAX_QUEUE_TIME_MS, retryAfterMs } from './retry-schedule.ts';

export function makeAttemptRecord(
  entry: QueueEntry,
  report: CourierReport,
  options: { at: number; randomBytes: RandomBytes },
): AttemptRecord {
  const { at, randomBytes } = options;
  const outcomes = report.outcomes.map(({ ordinal, outcome }) => {
    if (outcome.kind !== 'deferred') return { ordinal, outcome };
    if (at - entry.receivedAt >= MAX_QUEUE_TIME_MS) return { ordinal, outcome: giveUp(outcome) };
    const attempts = entry.recipients.find((recipient) => recipient.ordinal === ordinal)?.attempts ?? 0;
    return { ordinal, outcome, nextAttemptAt: at + retryAfterMs(attempts + 1, randomBytes) };
  });
  const done = outcomes.filter(({ outcome }) => outcome.kind === 'delivered' || outcome.kind === 'relayed');
  const isFinished = done.length === entry.recipients.length;
  const finished: MailEvent[] = isFinished ? [{ type: 'finished', traceId: entry.id, at }] : [];
  return {
    entryId: entry.id,
    outcomes,
    deposits: report.deposits,
    events: [...report.events, ...finished],
    at,
  };
}

/** RFC 3463 §3.5: X.4.7, delivery time expired. */
function giveUp(outcome: RecipientOutcome): RecipientOutcome {
  const diagnostic = `Given up after 5 days: ${outcome.diagnostic}`;
  return { ...outcome, kind: 'failed', status: '5.4.7', diagnostic };
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
