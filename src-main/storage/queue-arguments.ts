/** What the queue's writes are given, made of the domain's words: plain data that can travel to the writer. */
import { isStaged, type ContentId, type EntryContent } from '../mail/content/port.ts';
import type {
  AttemptRecord,
  AwaitedModeration,
  DeliveryMark,
  Deposit,
  FollowingEntry,
  Postponement,
  QuarantinedCopy,
  RecordedOutcome,
} from '../mail/queue/port.ts';
import type { MailEvent, RecipientOutcome, TraceId } from '../mail/events.ts';
import { kindOf } from '../mail/screening/quarantine/port.ts';
import { toContentArguments, type ContentArguments } from './content-store.ts';
import type { DepositArguments } from './mail-store/message-writes.ts';
import type { QuarantineArguments } from './screening/quarantine-keeping.ts';
import { toEventArguments, type EventArguments, type TraceArguments } from './timeline-store.ts';
import type { TraceFacts } from './trace-search/trace-rows.ts';
import { wordsOfEvents } from './trace-search/event-words.ts';

export interface RecipientArguments {
  readonly address: string;
  /** JSON, or null. */
  readonly dsn: string | null;
  /** The rule that holds it, or null. */
  readonly heldBy: string | null;
}

/** New content, or a further reference to content that is there. */
export type EntryContentArguments =
  ContentArguments | { readonly contentId: ContentId; readonly sizeBytes: number };

export interface EnqueueArguments {
  readonly id: TraceId;
  readonly content: EntryContentArguments;
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
  readonly prefix: string;
  /** JSON, or null. */
  readonly verdict: string | null;
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
  readonly awaitModeration: readonly AwaitedModeration[];
  readonly routedTo: readonly (readonly [ordinal: number, nextHop: string])[];
  readonly newRecipients: readonly RecipientArguments[];
  readonly deposits: readonly DepositArguments[];
  /** The DSN and whatever else the attempt gives rise to. */
  readonly following: readonly EnqueueArguments[];
  readonly marks: readonly DeliveryMark[];
  readonly quarantined: readonly QuarantineArguments[];
  readonly events: readonly EventArguments[];
  /** By which the message is found from now on as well. */
  readonly words: readonly string[];
  readonly at: number;
}

export function toEnqueueArguments(entry: FollowingEntry): EnqueueArguments {
  return {
    id: entry.id,
    content: toEntryContent(entry.content),
    reversePath: entry.reversePath,
    receivedAt: entry.receivedAt,
    origin: entry.origin,
    client: toJson(entry.client),
    smtpUtf8: entry.smtpUtf8,
    isEightBit: entry.isEightBit === true,
    requireTls: entry.requireTls === true,
    isBulk: entry.isBulk === true,
    dsn: toJson(entry.dsn),
    prefix: entry.prefix ?? '',
    verdict: toJson(entry.verdict),
    recipients: entry.recipients.map((address, ordinal) => ({
      address,
      dsn: toJson(entry.recipientDsn?.[ordinal]),
      heldBy: entry.heldBy?.[ordinal] ?? null,
    })),
    trace: toTrace(entry),
    events: toEventArguments(entry.events),
  };
}

/** Its timeline says what it follows from. */
function toFollowing(entry: FollowingEntry, record: AttemptRecord): EnqueueArguments {
  const as = record.events.map((event) => roleOf(event, entry.id)).find((role) => role !== null);
  if (as === undefined || as === null) return toEnqueueArguments(entry);
  const follows = {
    type: 'follows',
    traceId: entry.id,
    at: record.at,
    as,
    originTraceId: record.entryId,
  } as const;
  return toEnqueueArguments({ ...entry, events: [...entry.events, follows] });
}

/** What an event of a message says that another message is to it. */
function roleOf(event: MailEvent, traceId: TraceId): 'forward' | 'answer' | 'dsn' | null {
  if (event.type === 'bounced' && event.dsnTraceId === traceId) return 'dsn';
  if (event.type === 'forwarded' && event.followingTraceId === traceId) return 'forward';
  return event.type === 'answered' && event.followingTraceId === traceId ? 'answer' : null;
}

function toEntryContent(content: EntryContent): EntryContentArguments {
  if (isStaged(content)) return toContentArguments(content);
  const { contentId, sizeBytes } = content;
  return { contentId, sizeBytes };
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
    awaitModeration: record.awaitModeration ?? [],
    routedTo: routesThatStay(record),
    deposits: record.deposits.map((deposit) => toDepositArguments(deposit, record.at)),
    newRecipients: (record.newRecipients ?? []).map(({ address, dsn, heldBy }) => ({
      address,
      dsn: toJson(dsn),
      heldBy: heldBy ?? null,
    })),
    following: [...(record.bounce === undefined ? [] : [record.bounce]), ...(record.following ?? [])].map(
      (entry) => toFollowing(entry, record),
    ),
    marks: record.marks ?? [],
    quarantined: (record.quarantined ?? []).map((copy) => toQuarantineArguments(copy, record.at)),
    events: toEventArguments(record.events),
    words: wordsOfEvents(record.events.filter(({ traceId }) => traceId === record.entryId)),
    at: record.at,
  };
}

function toQuarantineArguments(
  { verdict, way, ...copy }: QuarantinedCopy,
  keptAt: number,
): QuarantineArguments {
  const facts = { verdict: JSON.stringify(verdict), way: JSON.stringify(way), kind: kindOf(verdict) };
  return { ...copy, ...facts, keptAt };
}

/** Of those who leave with this record nobody needs to know where they went. */
function routesThatStay({ routedTo = {}, outcomes }: AttemptRecord): AttemptArguments['routedTo'] {
  const leaving = new Set(
    outcomes.filter(({ outcome }) => outcome.kind !== 'deferred').map(({ ordinal }) => ordinal),
  );
  return Object.entries(routedTo)
    .map(([ordinal, name]) => [Number(ordinal), name] as const)
    .filter(([ordinal]) => !leaving.has(ordinal));
}

function toDepositArguments({ content, ...deposit }: Deposit, savedAt: number): DepositArguments {
  return { ...deposit, savedAt, content: content === undefined ? null : toContentArguments(content) };
}

function toTrace(entry: FollowingEntry): TraceArguments {
  const { index } = entry.content;
  const received = entry.events.find((event) => event.type === 'received');
  const remote = [received?.remoteName, received?.remoteAddress, received?.account];
  const facts: TraceFacts = {
    reversePath: entry.reversePath,
    author: index.author === '' ? entry.reversePath : index.author,
    recipients: entry.recipients,
    subject: index.subject,
    messageId: index.envelope.messageId,
    remote: remote.filter((part) => part !== undefined).join(' '),
  };
  return {
    traceId: entry.id,
    receivedAt: entry.receivedAt,
    via: entry.origin,
    sizeBytes: entry.content.sizeBytes,
    facts: JSON.stringify(facts),
  };
}
