/** What an attempt's report becomes in the store: times for the next attempt, the delay warning, give-up, the timeline's end. */
import type { RandomBytes } from '../../base/ids.ts';
import { isStaged, type StagedContent } from '../content/port.ts';
import type { MailEvent, RecipientOutcome } from '../events.ts';
import type {
  AttemptRecord,
  AttemptReport,
  CourierReport,
  QueueEntry,
  QueueRecipient,
  RecordedOutcome,
  RetrySchedule,
} from './port.ts';
import { retryAfterMs } from './retry-schedule.ts';

export interface AttemptTerms {
  readonly at: number;
  readonly schedule: RetrySchedule;
  readonly randomBytes: RandomBytes;
}

/** What follows from each outcome. */
export function settleOutcomes(
  entry: QueueEntry,
  report: CourierReport,
  terms: AttemptTerms,
): readonly RecordedOutcome[] {
  return report.outcomes.map(({ ordinal, outcome, restsUntil }) => {
    if (outcome.kind !== 'deferred') return { ordinal, outcome };
    if (terms.at >= retriedUntil(entry, terms.schedule)) {
      return { ordinal, outcome: giveUp(outcome, terms.schedule) };
    }
    const recipient = entry.recipients.find((each) => each.ordinal === ordinal);
    const isWarningDue =
      recipient?.isDelayReported !== true && terms.at - entry.receivedAt >= terms.schedule.delayWarningMs;
    const next =
      restsUntil ??
      terms.at + retryAfterMs((recipient?.attempts ?? 0) + 1, terms.schedule, terms.randomBytes);
    return {
      ordinal,
      outcome,
      nextAttemptAt: beforeMilestones(entry, next, terms),
      ...(isWarningDue && { isDelayReported: true as const }),
      ...(restsUntil !== undefined && { isUntried: true as const }),
    };
  });
}

/** When a recipient that is still deferred is given up. */
export function retriedUntil(entry: QueueEntry, schedule: RetrySchedule): number {
  return entry.receivedAt + schedule.lifetimeMs;
}

/** No interval reaches past the warning or the end, so that the sender hears of both in time. */
function beforeMilestones(entry: QueueEntry, next: number, { at, schedule }: AttemptTerms): number {
  const milestones = [entry.receivedAt + schedule.delayWarningMs, retriedUntil(entry, schedule)];
  return Math.min(next, ...milestones.filter((time) => time > at));
}

/** RFC 3463 §3.5: X.4.7, delivery time expired. */
function giveUp(outcome: RecipientOutcome, { lifetimeMs }: RetrySchedule): RecipientOutcome {
  const diagnostic = `Given up after ${describeDuration(lifetimeMs)}: ${outcome.diagnostic}`;
  return { ...outcome, kind: 'failed', status: '5.4.7', diagnostic };
}

const HOUR_MS = 60 * 60_000;

function describeDuration(ms: number): string {
  const hours = Math.round(ms / HOUR_MS);
  if (hours < 1) return `${Math.round(ms / 1000)} seconds`;
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** How many recipients an entry has more (or, below zero, fewer) after this commit. */
export function changeOfRecipients(
  outcomes: readonly RecordedOutcome[],
  { newRecipients = [] }: CourierReport,
): number {
  return newRecipients.length - outcomes.filter(({ outcome }) => outcome.kind !== 'deferred').length;
}

/** What one commit is made from. */
export interface AttemptFacts {
  readonly courier: CourierReport;
  readonly outcomes: readonly RecordedOutcome[];
  readonly told: AttemptReport;
  readonly at: number;
  /** How many recipients the entry had before. */
  readonly recipientsLeft: number;
}

/** All that one commit records of an attempt. */
export function makeAttemptRecord(entry: QueueEntry, facts: AttemptFacts): AttemptRecord {
  const { courier, outcomes, told, at, recipientsLeft } = facts;
  const { newRecipients, postponed, awaitModeration, routedTo, following, marks, quarantined } = courier;
  const isFinished = recipientsLeft + changeOfRecipients(outcomes, courier) === 0;
  const finished: MailEvent[] = isFinished ? [{ type: 'finished', traceId: entry.id, at }] : [];
  return {
    entryId: entry.id,
    outcomes,
    deposits: courier.deposits,
    ...(newRecipients !== undefined && { newRecipients }),
    ...(postponed !== undefined && { postponed }),
    ...(awaitModeration !== undefined && { awaitModeration }),
    ...(routedTo !== undefined && { routedTo }),
    ...(told.bounce !== undefined && { bounce: told.bounce }),
    ...(following !== undefined && { following }),
    ...(marks !== undefined && { marks }),
    ...(quarantined !== undefined && { quarantined }),
    events: [...courier.events, ...told.events, ...finished],
    at,
  };
}

/** What a commit would give its first reference; left in the spool where it does not happen. */
export function stagedContents({ bounce, following = [], deposits }: AttemptRecord): StagedContent[] {
  const queued = [...(bounce === undefined ? [] : [bounce]), ...following].map(({ content }) => content);
  return [...queued.filter(isStaged), ...deposits.flatMap(({ content }) => content ?? [])];
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
