/**
 * Queue, as other stages and the store see it.
 *
 * Actor: MTA (RFC 5598). Flow: submission, reception → enqueue() → routing → delivery | relay → recordAttempt().
 * Invariants: enqueue() resolves only after its commit: from then on the message is our responsibility (RFC 5321 §6.1).
 * An attempt's outcomes and the mailbox deposits it made are one commit, so a local delivery happens exactly once.
 * A recipient that is delivered, relayed or failed leaves the queue; an entry without recipients is gone.
 */
import type { ContentId, StagedContent } from '../content/port.ts';
import type { MailEvent, RecipientOutcome, TraceId } from '../events.ts';

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
}

export interface QueueEntry {
  readonly id: TraceId;
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: 'submission' | 'reception' | 'bounce';
  readonly smtpUtf8: boolean;
  readonly recipients: readonly QueueRecipient[];
}

export interface NewQueueEntry {
  readonly id: TraceId;
  readonly content: StagedContent;
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: QueueEntry['origin'];
  readonly smtpUtf8: boolean;
  /** Forward-paths in the order of the transaction. */
  readonly recipients: readonly string[];
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

export interface AttemptRecord {
  readonly entryId: TraceId;
  /** Per recipient by ordinal; `nextAttemptAt` is set where the outcome's kind is deferred. */
  readonly outcomes: readonly { ordinal: number; outcome: RecipientOutcome; nextAttemptAt?: number }[];
  readonly deposits: readonly Deposit[];
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
  recordAttempt(record: AttemptRecord): Promise<void>;
  /** Entries with a recipient in state queued or deferred due at or before `now`, oldest due first. */
  due(now: number, limit: number): Promise<readonly QueueEntry[]>;
  /** When the next recipient falls due, or null when nothing waits. */
  nextDueAt(): Promise<number | null>;
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

/** One attempt's result for some recipients of an entry, made by delivery or relay. */
export interface CourierReport {
  readonly outcomes: AttemptRecord['outcomes'];
  readonly deposits: readonly Deposit[];
  readonly events: readonly MailEvent[];
}

/** Carries recipients of an entry to their next place; the queue records what it reports. Never throws for an expected outcome. */
export interface Courier {
  attempt(entry: QueueEntry, recipients: readonly QueueRecipient[]): Promise<CourierReport>;
}
