/** Which outcomes a sender is told: what they asked by NOTIFY (RFC 3461 §4.1), by recipient. */
import { assertNever } from '../../base/result.ts';
import type { NotifyCondition } from '../../format/dsn-request.ts';
import type { RecipientStatus } from '../../format/dsn-status.ts';
import type { QueueEntry, QueueRecipient, RecordedOutcome } from '../queue/port.ts';

export interface BouncingAttempt {
  readonly outcomes: readonly RecordedOutcome[];
  readonly at: number;
  readonly retriedUntil: number;
}

export type ReportableAction = 'failed' | 'delayed' | 'delivered' | 'relayed';

/** RFC 3461 §4.1: what holds where the sender said nothing; a delay is told as well, so that nobody wonders for days. */
const DEFAULT_NOTIFY: readonly NotifyCondition[] = ['failure', 'delay'];

/** What a DSN about this attempt says of each recipient that it is to tell of. */
export function reportableStatuses(
  entry: QueueEntry,
  attempt: BouncingAttempt,
): (RecipientStatus & { action: ReportableAction })[] {
  return attempt.outcomes.flatMap((recorded) => {
    const recipient = recipientOf(entry, recorded);
    const action = actionOf(recorded);
    if (action === null || !isAsked(recipient, action)) return [];
    return [toStatus(recorded, { recipient, action, retriedUntil: attempt.retriedUntil })];
  });
}

/** Recipients that failed and of whom nobody hears. */
export function failuresWithoutReport(entry: QueueEntry, attempt: BouncingAttempt): string[] {
  return attempt.outcomes
    .filter(({ outcome }) => outcome.kind === 'failed')
    .filter((recorded) => entry.reversePath === '' || !isAsked(recipientOf(entry, recorded), 'failed'))
    .map(({ outcome }) => outcome.recipient);
}

function recipientOf(entry: QueueEntry, { ordinal }: RecordedOutcome): QueueRecipient | undefined {
  return entry.recipients.find((recipient) => recipient.ordinal === ordinal);
}

function actionOf({ outcome, isDelayReported }: RecordedOutcome): ReportableAction | null {
  switch (outcome.kind) {
    case 'deferred':
      return isDelayReported === true ? 'delayed' : null;
    case 'relayed':
      // RFC 3461 §5.2.2: a next hop that knows DSNs took NOTIFY over.
      return outcome.nextHopReports === true ? null : 'relayed';
    case 'failed':
    case 'delivered':
      return outcome.kind;
    default:
      return assertNever(outcome.kind);
  }
}

const CONDITIONS: Readonly<Record<ReportableAction, NotifyCondition>> = {
  failed: 'failure',
  delayed: 'delay',
  delivered: 'success',
  relayed: 'success',
};

function isAsked(recipient: QueueRecipient | undefined, action: ReportableAction): boolean {
  return (recipient?.dsn?.notify ?? DEFAULT_NOTIFY).includes(CONDITIONS[action]);
}

function toStatus(
  { outcome }: RecordedOutcome,
  facts: { recipient: QueueRecipient | undefined; action: ReportableAction; retriedUntil: number },
): RecipientStatus & { action: ReportableAction } {
  const { recipient, action, retriedUntil } = facts;
  const originalRecipient = recipient?.dsn?.originalRecipient;
  // RFC 3461 §10: where an alias led is our users' business; a diagnostic of success would tell it.
  const isTrouble = action === 'failed' || action === 'delayed';
  return {
    ...(originalRecipient !== undefined && { originalRecipient }),
    finalRecipient: outcome.recipient,
    action,
    status: outcome.status,
    ...(outcome.remoteMta !== undefined && { remoteMta: outcome.remoteMta }),
    ...(isTrouble && { diagnostic: outcome.diagnostic }),
    lastAttemptAt: outcome.at,
    ...(action === 'delayed' && { willRetryUntil: retriedUntil }),
  };
}
