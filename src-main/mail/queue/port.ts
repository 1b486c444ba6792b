/**
 * Queue, as other stages and the store see it.
 *
 * Actor: MTA (RFC 5598). Flow: submission, reception → enqueue() → routing → delivery | relay → recordAttempt().
 * Invariants: enqueue() resolves only after its commit: from then on the message is our responsibility (RFC 5321 §6.1).
 * An attempt's outcomes and the mailbox deposits it made are one commit, so a local delivery happens exactly once.
 * A recipient that is delivered, relayed or failed leaves the queue; an entry without recipients is gone. The DSN that tells
 * the sender of it is queued in the commit that lets the recipient go, so that it can be neither lost nor doubled.
 * `active` is never stored: it is what the runner is working on now, so a crash leaves nothing of it behind.
 */
import type { MessageDsn, RecipientDsn } from '../../format/dsn-request.ts';
import type { DeliveryPhase } from '../../protocol/smtp/client/delivery-observer.ts';
import type { ContentId, EntryContent, StagedContent } from '../content/port.ts';
import type { MailEvent, RecipientOutcome, TraceId } from '../events.ts';
import type { Verdict } from '../verdict.ts';

export type { MessageDsn, RecipientDsn } from '../../format/dsn-request.ts';

export type RecipientState = 'queued' | 'active' | 'deferred' | 'held';

/** Where an administrator sends a recipient's mail, whatever the routes say. */
export type ChosenNextHop =
  /** One of our routes, by its name; where it is gone, the mail goes its normal way. */
  | { readonly kind: 'route'; readonly name: string }
  | {
      readonly kind: 'host';
      readonly host: string;
      readonly port: number;
      readonly tls: 'opportunistic' | 'required' | 'implicit' | 'none';
    };

/** What people call it, in lists and groups. */
export function nameOfChosen(chosen: ChosenNextHop): string {
  return chosen.kind === 'route' ? chosen.name : `${chosen.host}:${chosen.port}`;
}

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
  /** Where routing sent it last, as people call it: a route's name, a smart host, or the domain whose MX hosts take it. */
  readonly nextHop?: string;
  readonly chosenNextHop?: ChosenNextHop;
  /** The name of the hold rule that holds it; absent where an administrator does. */
  readonly heldBy?: string;
  /** The group whose moderators were asked about it: while it is held they decide; once it is not, they have approved. */
  readonly moderatedGroup?: string;
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
  /** Large, or to many: it gives way to other mail for a while. */
  readonly isBulk?: true;
  /** What the sender asked of DSNs for the whole message (RFC 3461 §4.3, §4.4). */
  readonly dsn?: MessageDsn;
  /** Header fields, each ended by CRLF, that stand above the content from here on: what was found out about the message. */
  readonly prefix?: string;
  /** What screening found; absent where nobody screened. */
  readonly verdict?: Verdict;
}

export interface QueueEntry extends EntryFacts {
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  readonly recipients: readonly QueueRecipient[];
}

export interface NewQueueEntry<Content extends EntryContent = StagedContent> extends EntryFacts {
  readonly content: Content;
  /** Forward-paths in the order of the transaction. */
  readonly recipients: readonly string[];
  /** By the recipients' ordinals; one for whom nothing was asked may be missing. */
  readonly recipientDsn?: Readonly<Record<number, RecipientDsn>>;
  /** Those to be held from the beginning, by ordinal, each with the name of the rule. */
  readonly heldBy?: Readonly<Record<number, string>>;
  /** Written in the same commit. */
  readonly events: readonly MailEvent[];
}

/** It may share its content with the entry that it follows from. */
export type FollowingEntry = NewQueueEntry<EntryContent>;

/** A copy to put into an account's mailbox, in the commit that records the outcome. */
export interface Deposit {
  readonly accountId: number;
  /** Mailbox name; INBOX where it does not exist any more. */
  readonly mailbox: string;
  /** Header fields that are this copy's own (Return-Path, Delivered-To), each ended by CRLF. */
  readonly prefix: string;
  readonly flags: readonly string[];
  /** The copy's own content, where a filter changed the message's. */
  readonly content?: StagedContent;
}

/** How a copy that is kept apart goes on once somebody releases it. */
export type InterruptedWay =
  /** Into the account's INBOX. */
  | { readonly kind: 'inbox' }
  /** Through the queue, to one recipient: to an address elsewhere, or to where an account or alias has its mail handed over. */
  | ({ readonly kind: 'queue'; readonly recipient: string; readonly recipientDsn?: RecipientDsn } & Pick<
      EntryFacts,
      'origin' | 'client' | 'smtpUtf8' | 'isEightBit' | 'requireTls' | 'dsn' | 'prefix'
    >);

/** A copy that is kept apart, in the commit that records the outcome. */
export interface QuarantinedCopy {
  /** Whose it is; null: the office's, where it is not for one of our accounts. */
  readonly accountId: number | null;
  /** Whom it is for: the account's or alias's own address, or the one elsewhere. */
  readonly address: string;
  /** Header fields of this copy above the content, each ended by CRLF. */
  readonly prefix: string;
  /** The forward-path that led there. */
  readonly recipient: string;
  readonly author: string;
  readonly subject: string;
  /** As it counts for whom it is. */
  readonly verdict: Verdict;
  readonly way: InterruptedWay;
}

/** Something that was done for an account and is not to be done again for a while: an automatic reply to a sender, say. */
export interface DeliveryMark {
  /** null: for the whole office. */
  readonly accountId: number | null;
  readonly kind: string;
  /** Whom or what it is about; compared as it is. */
  readonly key: string;
  /** Milliseconds since 1970 UTC. */
  readonly expiresAt: number;
}

/** What an attempt came to for one recipient, and what follows from it. */
export interface RecordedOutcome {
  readonly ordinal: number;
  readonly outcome: RecipientOutcome;
  /** Set where the outcome's kind is deferred. */
  readonly nextAttemptAt?: number;
  /** It has waited so long that the sender is to be warned now. */
  readonly isDelayReported?: true;
  /** The next hop rests: there was no attempt to be counted. */
  readonly isUntried?: true;
}

/** A recipient whose turn comes later, for no fault of its own or of anybody: its state and last reply stay. */
export interface Postponement {
  readonly ordinal: number;
  readonly until: number;
}

/** A group that keeps its place, held until a moderator decides. */
export interface AwaitedModeration {
  readonly ordinal: number;
  readonly group: string;
}

/** A recipient that an alias put in the place of another. */
export interface NewRecipient {
  readonly address: string;
  readonly dsn?: RecipientDsn;
  /** The name of the hold rule that it meets. */
  readonly heldBy?: string;
}

/** Where recipients were routed, by ordinal, as people call it. */
export type RoutedTo = Readonly<Record<number, string>>;

export interface AttemptRecord {
  readonly entryId: TraceId;
  readonly outcomes: readonly RecordedOutcome[];
  readonly postponed?: readonly Postponement[];
  readonly awaitModeration?: readonly AwaitedModeration[];
  readonly routedTo?: RoutedTo;
  readonly deposits: readonly Deposit[];
  /** They join the entry, due at once. */
  readonly newRecipients?: readonly NewRecipient[];
  /** The DSN that the outcomes ask for; queued in the same commit, or not at all. */
  readonly bounce?: NewQueueEntry;
  /** Messages that the attempt gives rise to: forwarded ones, automatic replies; queued in the same commit. */
  readonly following?: readonly FollowingEntry[];
  readonly marks?: readonly DeliveryMark[];
  readonly quarantined?: readonly QuarantinedCopy[];
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

/** What does not wait behind bulk, and bulk. */
export type QueueLane = 'ordinary' | 'bulk';

/** The durable queue; storage implements it. */
export interface QueueStore {
  enqueue(entry: NewQueueEntry): Promise<QueueEntry>;
  /** Of an entry that is gone nothing is recorded, its bounce neither. */
  recordAttempt(record: AttemptRecord): Promise<void>;
  /**
   * Entries of a lane (of the ordinary one, unless said) with a recipient in state queued or deferred due at or before
   * `now`, oldest due first; fewer than `limit` only where there are no more.
   */
  due(now: number, limit: number, lane?: QueueLane): Promise<readonly QueueEntry[]>;
  /** When the first recipient falls due after the given time (any time where it is left out), or null when none does. */
  nextDueAt(after?: number): Promise<number | null>;
  /** Whether the mark stands and has not expired at `now`. */
  hasMark(mark: Omit<DeliveryMark, 'expiresAt'>, now: number): Promise<boolean>;
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
  readonly client?: EntryClient;
}

/** Which recipients are meant; those to which all that is given applies. */
export interface QueueFilter {
  readonly state?: RecipientState;
  /** Words, each somewhere in the entry's id, the address, the reverse-path, the host that answered, or the last reply. */
  readonly text?: string;
  /** Where the mail goes next, as people call it: until it was routed once, the recipient's domain in lower case. */
  readonly nextHop?: string;
  /** `status diagnostic` of the last outcome, whole; empty for recipients without one. */
  readonly reply?: string;
  /** The rule that holds them. */
  readonly heldBy?: string;
  /** Recipients under way: unless they are held, their state is active, whatever is stored. */
  readonly underWay?: readonly QueuePlace[];
}

/** Recipients that wait for the same next hop, or because of the same reply. */
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

/** An order with what only it needs. */
export type SteeringAction =
  /** Those that wait become due at once; `remove`: gone without a word to anybody; `release`: due when they were before. */
  | { readonly action: 'retryNow' | 'release' | 'remove' }
  /** No attempt until they are released. `heldBy`: the rule that asks for it. */
  | { readonly action: 'hold'; readonly heldBy?: string }
  /** From the next attempt on, which is due at once; null: back to the normal way. */
  | { readonly action: 'changeNextHop'; readonly nextHop: ChosenNextHop | null };

interface OrderFacts {
  readonly selection: QueueSelection;
  /** The administrator, for the timeline. */
  readonly by: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

export type SteeringOrder = OrderFacts & SteeringAction;

/** They fail now, and their sender gets a DSN with the reason; where there is no sender, they are only removed. */
export type BounceOrder = OrderFacts & { readonly action: 'bounce'; readonly reason: string };

/** What an order changed, and what is needed to undo it. */
export interface SteeredPlace extends QueuePlace {
  /** The next hop that was chosen before it was changed. */
  readonly chosenBefore?: ChosenNextHop;
}

/** What one commit of an order changed. */
export interface SteeringBatch {
  readonly changed: readonly SteeredPlace[];
  /** Written in the same commit. */
  readonly events: readonly MailEvent[];
}

/** Other recipients for one entry. */
export interface RecipientEdit {
  readonly entryId: TraceId;
  /** They begin anew under their new address; what is held stays held. */
  readonly change: readonly QueueAddress[];
  readonly add: readonly string[];
  readonly remove: readonly number[];
  readonly by: string;
  readonly at: number;
}

export interface QueueAddress {
  readonly ordinal: number;
  readonly address: string;
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
  groupLines(filter: QueueFilter, by: 'nextHop' | 'reply', limit: number): Promise<readonly QueueGroup[]>;
  /** Carries an order out, one bounded commit after the other; what it does not apply to is left alone. */
  steer(order: SteeringOrder): AsyncGenerator<SteeringBatch, void, void>;
  /** In one commit; null, with nothing changed, where a recipient that it names has left. */
  editRecipients(edit: RecipientEdit): Promise<SteeringBatch | null>;
}

/** What submission and reception hand messages to: the queue stage itself. */
export interface MessageQueue {
  /** Takes responsibility for a message; resolves after the commit, so that the caller may answer 250. */
  enqueue(entry: NewQueueEntry): Promise<QueueEntry>;
}

/** An attempt's result for some recipients of an entry, made by delivery or relay. */
export interface CourierReport {
  readonly outcomes: readonly CourierOutcome[];
  readonly postponed?: readonly Postponement[];
  readonly awaitModeration?: readonly AwaitedModeration[];
  readonly deposits: readonly Deposit[];
  readonly newRecipients?: readonly NewRecipient[];
  readonly following?: readonly FollowingEntry[];
  readonly marks?: readonly DeliveryMark[];
  readonly quarantined?: readonly QuarantinedCopy[];
  readonly routedTo?: RoutedTo;
  /** Where the next hop has times of its own. */
  readonly retry?: Partial<RetrySchedule>;
  readonly events: readonly MailEvent[];
}

export interface CourierOutcome {
  readonly ordinal: number;
  readonly outcome: RecipientOutcome;
  /** The next hop rests until then: there was no attempt to be counted, and this is when to come again. */
  readonly restsUntil?: number;
}

/** Commits a report; resolves once it is on disk. Rejects, with nothing committed, where the store fails. */
export type RecordReport = (report: CourierReport) => Promise<void>;

/** What an attempt is busy with. */
export type AttemptPhase = 'waiting' | DeliveryPhase;

export interface AttemptProgress {
  readonly phase: AttemptPhase;
  /** The host that it is busy with. */
  readonly host?: string;
  /** How much of the content has been sent, 0 to 100. */
  readonly percent?: number;
}

/** Says how far the attempt is with some recipients; cheap, and never waited for. */
export type TellProgress = (ordinals: readonly number[], progress: AttemptProgress) => void;

/**
 * Carries recipients of an entry to their next place, and hands every outcome to `record` as soon as it is known, each
 * recipient once. Never throws for an expected outcome; a recipient that it never recorded is tried again.
 */
export interface Courier {
  attempt(
    entry: QueueEntry,
    recipients: readonly QueueRecipient[],
    reporting: AttemptReporting,
  ): Promise<void>;
}

/** Where an attempt's outcomes and its progress go. */
export interface AttemptReporting {
  readonly record: RecordReport;
  readonly tell: TellProgress;
}

/** Mail that is to be looked at before it goes on; what is given must all be so. */
export interface HoldRule {
  readonly id: string;
  /** Shown as the reason. */
  readonly name: string;
  readonly isEnabled: boolean;
  /** An address, a domain, or `*.` and a domain for all below it; empty: the null reverse-path. */
  readonly sender?: string;
  /** As `sender`, without the empty one. */
  readonly recipient?: string;
  /** Address of the SMTP client, or a network: `192.0.2.0/24`. */
  readonly client?: string;
  /** The address of the account that the client signed in to. */
  readonly account?: string;
  readonly largerThanBytes?: number;
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
  /** Removes what an attempt left in the spool, when the commit it waited for did not happen. */
  discard(staged: readonly StagedContent[]): Promise<void>;
}

/** The running queue, as an administrator sees and steers it. */
export interface QueueDesk extends Omit<QueueSteering, 'steer'> {
  /** Obeyed by the runner at once; an attempt under way ends by itself, and its recipients cannot be bounced or edited. */
  steer(order: SteeringOrder | BounceOrder): AsyncGenerator<SteeringBatch, void, void>;
  depth(): Promise<QueueDepth>;
  /** With the states as they are now. */
  find(id: TraceId): Promise<QueueEntry | null>;
  /** null where it is not under way. */
  progressOf(place: QueuePlace): AttemptProgress | null;
  /** Hears the id of an entry of which an attempt began, moved or ended. */
  readonly onActivity: (listener: (entryId: TraceId) => void) => () => void;
}
