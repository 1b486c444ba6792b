/** What the queue's writes are given, made of the domain's words: plain data that can travel to the writer. */
import type { AttemptRecord, NewQueueEntry, Postponement, RecordedOutcome } from '../mail/queue/port.ts';
import type { RecipientOutcome, TraceId } from '../mail/events.ts';
import { toContentArguments, type ContentArguments } from './content-store.ts';
import type { DepositArguments } from './mail-store/message-writes.ts';
import { toEventArguments, type EventArguments, type TraceArguments } from './timeline-store.ts';

export interface RecipientArguments {
  readonly address: string;
  /** JSON, or null. */
  readonly dsn: string | null;
  /** The rule that holds it, or null. */
  readonly heldBy: string | null;
}

export interface EnqueueArguments {
  readonly id: TraceId;
  readonly content: ContentArguments;
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: string;
  readonly smtpUtf8: boolean;
  readonly isEightBit: boolean;
  readonly requireTls: boolean;
  readonly isBulk: boolean;
  /** JSON, or null. */
  readonly client: string | null;
  /** JSON, or null. */
  readonly dsn: string | null;
  readonly recipients: readonly RecipientArguments[];
  readonly trace: TraceArguments;
  readonly events: readonly EventArguments[];
}

export interface OutcomeArguments {
  readonly ordinal: number;
  readonly kind: RecipientOutcome['kind'];
  readonly outcome: string;
  readonly nextAttemptAt: number;
  readonly isDelayReported: boolean;
  readonly isUntried: boolean;
}

export interface AttemptArguments {
  readonly entryId: TraceId;
  readonly outcomes: readonly OutcomeArguments[];
  readonly postponed: readonly Postponement[];
  readonly routedTo: readonly (readonly [ordinal: number, nextHop: string])[];
  readonly newRecipients: readonly RecipientArguments[];
  readonly deposits: readonly DepositArguments[];
  readonly bounce: EnqueueArguments | null;
  readonly events: readonly EventArguments[];
  readonly at: number;
}

export function toEnqueueArguments(entry: NewQueueEntry): EnqueueArguments {
  return {
    id: entry.id,
    content: toContentArguments(entry.content),
    reversePath: entry.reversePath,
    receivedAt: entry.receivedAt,
    origin: entry.origin,
    client: toJson(entry.client),
    smtpUtf8: entry.smtpUtf8,
    isEightBit: entry.isEightBit === true,
    requireTls: entry.requireTls === true,
    isBulk: entry.isBulk === true,
    dsn: toJson(entry.dsn),
    recipients: entry.recipients.map((address, ordinal) => ({
      address,
      dsn: toJson(entry.recipientDsn?.[ordinal]),
      heldBy: entry.heldBy?.[ordinal] ?? null,
    })),
    trace: toTrace(entry),
    events: toEventArguments(entry.events),
  };
}

function toJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function toOutcomeArguments(recorded: RecordedOutcome, at: number): OutcomeArguments {
  const { ordinal, outcome, nextAttemptAt = at, isDelayReported = false, isUntried = false } = recorded;
  const { kind } = outcome;
  return { ordinal, kind, outcome: JSON.stringify(outcome), nextAttemptAt, isDelayReported, isUntried };
}

export function toAttemptArguments(record: AttemptRecord): AttemptArguments {
  return {
    entryId: record.entryId,
    outcomes: record.outcomes.map((recorded) => toOutcomeArguments(recorded, record.at)),
    postponed: record.postponed ?? [],
    routedTo: Object.entries(record.routedTo ?? {}).map(
      ([ordinal, name]) => [Number(ordinal), name] as const,
    ),
    deposits: record.deposits.map((deposit) => ({ ...deposit, savedAt: record.at })),
    newRecipients: (record.newRecipients ?? []).map(({ address, dsn, heldBy }) => ({
      address,
      dsn: toJson(dsn),
      heldBy: heldBy ?? null,
    })),
    bounce: record.bounce === undefined ? null : toEnqueueArguments(record.bounce),
    events: toEventArguments(record.events),
    at: record.at,
  };
}

function toTrace(entry: NewQueueEntry): TraceArguments {
  const { index } = entry.content;
  const received = entry.events.find((event) => event.type === 'received');
  const remote = [received?.remoteName, received?.remoteAddress, received?.account];
  return {
    traceId: entry.id,
    receivedAt: entry.receivedAt,
    via: entry.origin,
    reversePath: entry.reversePath,
    author: index.author === '' ? entry.reversePath : index.author,
    recipients: JSON.stringify(entry.recipients),
    subject: index.subject,
    messageId: index.envelope.messageId,
    sizeBytes: entry.content.sizeBytes,
    remote: remote.filter((part) => part !== undefined).join(' '),
  };
}
