/**
 * Queue, as other stages and the store see it.
 *
 * Actor: MTA (RFC 5598). Flow: submission, reception → enqueue() → routing → delivery | relay → recordAttempt().
 * Invariants: enqueue() resolves only after its commit: from then on the message is our responsibility (RFC 5321 §6.1).
 * An attempt's outcomes and the mailbox deposits it made are one commit, so a local delivery happens exactly once.
 * A recipient that is delivered, relayed or failed leaves the queue; an entry without recipients is gone. The DSN that tells
 * the sender of it is queued in the commit that lets the recipient go, so that it can be neither lost nor doubled.
 */
import type { MessageDsn, RecipientDsn } from '../../format/dsn-request.ts';
import type { ContentId, StagedContent } from '../content/port.ts';
import type { MailEvent, RecipientOutcome, TraceId } from '../events.ts';

export type { MessageDsn, RecipientDsn } from '../../format/dsn-request.ts';

export type RecipientState = 'queued' | 'active' | 'deferred' | 'held';

export interface QueueRecipient {
  /** Position in the transaction, 0-based; stable for the entry's life. */
  readonly ordinal: number;
  /** The forward-path as the client gave it (RFC 5321 §4.1.1.3), without angle brackets. */
  readonly address: string;
  readonly state: RecipientState;
  readonly attempts: number;
  /** Milliseconds since 1970 UTC. */
  readonly nextAttemptAt: number;
  readonly lastOutcome?: RecipientOutcome;
  /** What the sender asked of DSNs for this recipient (RFC 3461 §4.1, §4.2). */
  readonly dsn?: RecipientDsn;
  /** The sender's one warning that it takes long has been dealt with. */
  readonly isDelayReported?: true;
}

/** The SMTP client that handed an entry to us. */
export interface EntryClient {
  readonly address: string;
  /** The address of the account it had signed in to. */
  readonly account?: string;
}

/** What is known of a message apart from its content and its recipients. */
interface EntryFacts {
  readonly id: TraceId;
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: 'submission' | 'reception' | 'bounce';
  /** Absent where the message was made here. */
  readonly client?: EntryClient;
  readonly smtpUtf8: boolean;
  /** Declared as BODY=8BITMIME (RFC 6152). */
  readonly isEightBit?: true;
  /** To travel over TLS or not at all (RFC 8689). */
  readonly requireTls?: true;
  /** What the sender asked of DSNs for the whole message (RFC 3461 §4.3, §4.4). */
  readonly dsn?: MessageDsn;
}

export interface QueueEntry extends EntryFacts {
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  readonly recipients: readonly QueueRecipient[];
}

export interface NewQueueEntry extends EntryFacts {
  readonly content: StagedContent;
  /** Forward-paths in the order of the transaction. */
  readonly recipients: readonly string[];
  /** By the recipients' ordinals; one for whom nothing was asked may be missing. */
  readonly recipientDsn?: Readonly<Record<number, RecipientDsn>>;
  /** Written in the same commit. */
  readonly events: readonly MailEvent[];
}

/** A copy to put into an account's mailbox, in the commit that records the outcome. */
export interface Deposit {
  readonly accountId: number;
  /** Mailbox name; INBOX where it does not exist any more. */
  readonly mailbox: string;
  /** Header fields that are this copy's own (Return-Path, Delivered-To), each ended by CRLF. */
  readonly prefix: string;
  readonly flags: readonly string[];
}

/** What an attempt came to for one recipient, and what follows from it. */
export interface RecordedOutcome {
  readonly ordinal: number;
  readonly outcome: RecipientOutcome;
  /** Set where the outcome's kind is deferred. */
  readonly nextAttemptAt?: number;
  /** It has waited so long that the sender is to be warned now. */
  readonly isDelayReported?: true;
}

/** A recipient that an alias put in the place of another. */
export interface NewRecipient {
  readonly address: string;
  readonly dsn?: RecipientDsn;
}

export interface AttemptRecord {
  readonly entryId: TraceId;
  readonly outcomes: readonly RecordedOutcome[];
  readonly deposits: readonly Deposit[];
  /** They join the entry, due at once. */
  readonly newRecipients?: readonly NewRecipient[];
  /** The DSN that the outcomes ask for; queued in the same commit, or not at all. */
  readonly bounce?: NewQueueEntry;
  readonly events: readonly MailEvent[];
  readonly at: number;
}

/** How many recipients are in each state, and since when the oldest waits. */
export interface QueueDepth {
  readonly queued: number;
  readonly active: number;
  readonly deferred: number;
  readonly held: number;
  readonly oldestReceivedAt: number | null;
}

/** The durable queue; storage implements it. */
export interface QueueStore {
  enqueue(entry: NewQueueEntry): Promise<QueueEntry>;
  /** Of an entry that is gone nothing is recorded, its bounce neither. */
  recordAttempt(record: AttemptRecord): Promise<void>;
  /**
   * Entries with a recipient in state queued or deferred due at or before `now`, oldest due first; fewer than `limit` only
   * where there are no more.
   */
  due(now: number, limit: number): Promise<readonly QueueEntry[]>;
  /** When the first recipient falls due after the given time (any time where it is left out), or null when none does. */
  nextDueAt(after?: number): Promise<number | null>;
  depth(): Promise<QueueDepth>;
  find(id: TraceId): Promise<QueueEntry | null>;
  list(page: { offset: number; limit: number }): Promise<readonly QueueEntry[]>;
}

/** One recipient of an entry: what waits, and what an administrator steers. */
export interface QueuePlace {
  readonly entryId: TraceId;
  readonly ordinal: number;
}

/** A recipient with what its message is. */
export interface QueueLine extends QueuePlace {
  readonly recipient: QueueRecipient;
  readonly sizeBytes: number;
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: QueueEntry['origin'];
}

/** Which recipients are meant; those to which all that is given applies. */
export interface QueueFilter {
  readonly state?: RecipientState;
  /** Words, each somewhere in the entry's id, the address, the reverse-path, the host that answered, or the last reply. */
  readonly text?: string;
  /** The recipient's domain, in lower case: where the message is to go next, unless a route says otherwise. */
  readonly domain?: string;
  /** `status diagnostic` of the last outcome, whole; empty for recipients without one. */
  readonly reply?: string;
}

/** Recipients that wait for the same domain, or because of the same reply. */
export interface QueueGroup {
  readonly key: string;
  readonly queued: number;
  readonly active: number;
  readonly deferred: number;
  readonly held: number;
  readonly oldestReceivedAt: number;
  /** `status diagnostic` of the last outcome that most of them share; null where there was no attempt. */
  readonly reply: string | null;
}

export type QueueSelection =
  | { readonly kind: 'places'; readonly places: readonly QueuePlace[] }
  /** Everything that matches while the order is carried out. */
  | { readonly kind: 'filter'; readonly filter: QueueFilter };

/**
 * retryNow: those that wait become due at once. hold: no attempt until they are released; release: due when they were before.
 * remove: gone without a word to anybody; the entry and its content go with its last recipient.
 */
export type SteeringAction = 'retryNow' | 'hold' | 'release' | 'remove';

export interface SteeringOrder {
  readonly action: SteeringAction;
  readonly selection: QueueSelection;
  /** The administrator, for the timeline. */
  readonly by: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** What one commit of an order changed. */
export interface SteeringBatch {
  readonly changed: readonly QueuePlace[];
  /** Written in the same commit. */
  readonly events: readonly MailEvent[];
}

/** The queue as an administrator sees and steers it; storage implements it. In order of entry ids, oldest first. */
export interface QueueSteering {
  /** Recipients behind the place `after` (or from the first), without the next `offset` of them. */
  listLines(
    filter: QueueFilter,
    page: { after?: QueuePlace; offset?: number; limit: number },
  ): Promise<readonly QueueLine[]>;
  countLines(filter: QueueFilter): Promise<number>;
  /** The largest groups first. */
  groupLines(filter: QueueFilter, by: 'domain' | 'reply', limit: number): Promise<readonly QueueGroup[]>;
  /** Carries an order out, one bounded commit after the other; what it does not apply to is left alone. */
  steer(order: SteeringOrder): AsyncGenerator<SteeringBatch, void, void>;
}

/** What submission and reception hand messages to: the queue stage itself. */
export interface MessageQueue {
  /** Takes responsibility for a message; resolves after the commit, so that the caller may answer 250. */
  enqueue(entry: NewQueueEntry): Promise<QueueEntry>;
}

/** An attempt's result for some recipients of an entry, made by delivery or relay. */
export interface CourierReport {
  readonly outcomes: readonly { readonly ordinal: number; readonly outcome: RecipientOutcome }[];
  readonly deposits: readonly Deposit[];
  readonly newRecipients?: readonly NewRecipient[];
  readonly events: readonly MailEvent[];
}

/** Commits a report; resolves once it is on disk. Rejects, with nothing committed, where the store fails. */
export type RecordReport = (report: CourierReport) => Promise<void>;

/**
 * Carries recipients of an entry to their next place, and hands every outcome to `record` as soon as it is known, each
 * recipient once. Never throws for an expected outcome; a recipient that it never recorded is tried again.
 */
export interface Courier {
  attempt(entry: QueueEntry, recipients: readonly QueueRecipient[], record: RecordReport): Promise<void>;
}

/** When to try again, when to warn the sender, and when to give up. */
export interface RetrySchedule {
  /** After the first deferral; the next intervals grow from it. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How old a message is when its sender is warned that it takes long. */
  readonly delayWarningMs: number;
  /** How old it is when it is given up. */
  readonly lifetimeMs: number;
}

/** What is told about an attempt, before its commit. */
export interface AttemptReport {
  /** The DSN; absent where nobody is to be told. */
  readonly bounce?: NewQueueEntry;
  /** For the timeline of the message that was attempted. */
  readonly events: readonly MailEvent[];
}

/** Makes the DSNs that outcomes ask for (RFC 3464); the bounce stage implements it. */
export interface BounceStage {
  /** `retriedUntil`: when deferred recipients will be given up, in milliseconds since 1970 UTC. */
  report(
    entry: QueueEntry,
    attempt: { outcomes: readonly RecordedOutcome[]; at: number; retriedUntil: number },
  ): Promise<AttemptReport>;
  /** Removes what a report left in the spool, when the commit it waited for did not happen. */
  discard(report: AttemptReport): Promise<void>;
}
