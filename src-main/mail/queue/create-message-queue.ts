/**
 * Queue runner: takes responsibility for messages and gives each recipient its attempts until it is dealt with.
 *
 * Actor: MTA. Retry and give-up: RFC 5321 §4.5.4. Flow: submission, reception → enqueue() → courier → bounce → recordAttempt().
 * Invariants: the store is the truth, memory only a bounded list of what to do next; an entry is worked on once at a time;
 * outcomes, deposits and the DSN are recorded together or not at all, so a failing store delays them and never doubles them;
 * events reach the sink after their commit; bulk gives way to other mail, and neither keeps the other from its turn.
 */
import { AgeingLine } from '../../base/ageing-line.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { MailEvent, MailEventSink, TraceId } from '../events.ts';
import type {
  AttemptRecord,
  BounceStage,
  Courier,
  MessageQueue,
  NewQueueEntry,
  QueueEntry,
  QueueLane,
  QueueRecipient,
  QueueStore,
  RetrySchedule,
  TellProgress,
} from './port.ts';
import { reportOfFailure } from './attempt-record.ts';
import { heldEvents, heldRecipients, type FindHoldRule } from './hold-rules.ts';
import { BULK_PATIENCE_MS, isBulk, MOST_BULK_SHARE } from './priority.ts';
import { QueueActivity } from './queue-activity.ts';
import { DEFAULT_RETRY_SCHEDULE } from './retry-schedule.ts';
import { RunningAttempt } from './running-attempt.ts';

/** Enough attempts at once for the store to commit them in groups; each costs a few hundred octets of memory. */
const DEFAULT_CONCURRENCY = 128;

/** Entries of a lane kept in memory ready to run; what exceeds it is read back from the store page by page. */
const MAX_READY_ENTRIES = 2000;

/** Entries asked of the store at once. */
const PAGE_SIZE = 500;

/** How long to leave a store alone that failed. */
const STORE_REST_MS = 5_000;

/** How long stop() waits for attempts that are under way. */
const STOP_GRACE_MS = 8_000;

export interface MessageQueueOptions {
  readonly store: QueueStore;
  readonly courier: Courier;
  /** Makes the DSNs that outcomes ask for. */
  readonly bounces: BounceStage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of events once they are committed. */
  readonly events: MailEventSink;
  /** For the jitter of retries. */
  readonly randomBytes: RandomBytes;
  /** Asked at every deferral, so that a change counts at once. */
  readonly schedule?: () => RetrySchedule;
  /** Attempts under way at once. */
  readonly concurrency?: number;
  /** What is under way, for those who watch. */
  readonly activity?: QueueActivity;
  /** The rule that holds an address of an entry that comes in, by its name. */
  readonly holdRule?: FindHoldRule;
}

export interface RunningMessageQueue extends MessageQueue {
  /** Begins to work, first on what lies in the store since the last run. */
  start(): Promise<void>;
  /** Begins nothing more and waits for what is under way, for a bounded time. */
  stop(): Promise<void>;
  /** The store was changed beneath: what was read before counts no more, except for attempts under way. */
  reconsider(): void;
  /**
   * Runs `work` while no attempt is made for the entries; it is told which of them are free: the others are under way.
   * What was read before counts no more afterwards.
   */
  withoutAttempts(
    entryIds: readonly TraceId[],
    work: (free: readonly TraceId[]) => Promise<void>,
  ): Promise<void>;
  /** Resolves when nothing is ready or under way; what is deferred or held may still wait. */
  whenIdle(): Promise<void>;
}

export function createMessageQueue(options: MessageQueueOptions): RunningMessageQueue {
  return new QueueRunner(options);
}

const LANES: readonly QueueLane[] = ['ordinary', 'bulk'];

class QueueRunner implements RunningMessageQueue {
  readonly #options: MessageQueueOptions;
  readonly #concurrency: number;
  readonly #activity: QueueActivity;
  #ready = new AgeingLine<QueueEntry>(BULK_PATIENCE_MS);
  /** Entries that are ready or under way. */
  readonly #known = new Set<TraceId>();
  /** Known ones that a page showed as due: some of their recipients may have become due while others were under way. */
  readonly #passedOver = new Set<TraceId>();
  /** Entries being enqueued: a page of the store may hold them before enqueue() has resolved. */
  readonly #arriving = new Set<TraceId>();
  /** Entries that somebody else works on. */
  readonly #lent = new Set<TraceId>();
  /** Entries worked on while a page was being read: the page may show them as they were before. */
  readonly #settledDuringRead = new Set<TraceId>();
  /** How often the store was changed beneath: what was read under another number may be out of date. */
  #edition = 0;
  readonly #underWay: Record<QueueLane, number> = { ordinary: 0, bulk: 0 };
  #isRunning = false;
  #isReading = false;
  /** Lanes of which the store may hold entries that are due and not known. */
  readonly #lanesWithMore = new Set<QueueLane>();
  #wakeAt: number | undefined;
  #cancelWake: Cancel = () => undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(options: MessageQueueOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
    this.#activity = options.activity ?? new QueueActivity();
  }

  async enqueue(newEntry: NewQueueEntry): Promise<QueueEntry> {
    const entry = this.#judge(newEntry);
    this.#arriving.add(entry.id);
    const edition = this.#edition;
    const stored = await this.#options.store.enqueue(entry).finally(() => this.#arriving.delete(entry.id));
    this.#tell(entry.events);
    if (edition !== this.#edition) this.reconsider();
    else if (this.#isRunning) this.#offer(stored);
    return stored;
  }

  /** With what the rules and its size make of it. */
  #judge(entry: NewQueueEntry): NewQueueEntry {
    const { holdRule } = this.#options;
    const heldBy = holdRule === undefined ? {} : heldRecipients(entry, holdRule);
    const events = [...entry.events, ...heldEvents(entry, heldBy)];
    return {
      ...entry,
      events,
      ...(isBulk(entry) && { isBulk: true }),
      heldBy: { ...entry.heldBy, ...heldBy },
    };
  }

  async start(): Promise<void> {
    this.#isRunning = true;
    this.#expectMore();
    await this.#readStore();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelWake();
    this.#wakeAt = undefined;
    this.#forgetReady();
    let cancel: Cancel = () => undefined;
    const limit = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(STOP_GRACE_MS, resolve);
    });
    await Promise.race([this.whenIdle(), limit]);
    cancel();
  }

  reconsider(): void {
    this.#edition++;
    this.#forgetReady();
    this.#expectMore();
    void this.#readStore();
  }

  async withoutAttempts(
    entryIds: readonly TraceId[],
    work: (free: readonly TraceId[]) => Promise<void>,
  ): Promise<void> {
    const free = entryIds.filter((id) => !this.#activity.isUnderWay(id) && !this.#lent.has(id));
    for (const id of free) this.#lent.add(id);
    try {
      await work(free);
    } finally {
      for (const id of free) this.#lent.delete(id);
      this.reconsider();
    }
  }

  async whenIdle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  #isIdle(): boolean {
    return this.#attemptsUnderWay === 0 && this.#ready.size === 0 && !this.#isReading;
  }

  get #attemptsUnderWay(): number {
    return this.#underWay.ordinary + this.#underWay.bulk;
  }

  #expectMore(): void {
    for (const lane of LANES) this.#lanesWithMore.add(lane);
  }

  #offer(entry: QueueEntry): void {
    const lane = laneOf(entry);
    if (this.#ready.sizeOf(lane === 'bulk') >= MAX_READY_ENTRIES) {
      this.#lanesWithMore.add(lane);
      return;
    }
    if (this.#known.has(entry.id)) return void this.#passedOver.add(entry.id);
    this.#known.add(entry.id);
    this.#ready.push(entry, { isBulk: lane === 'bulk', since: dueSince(entry) });
    this.#pump();
  }

  #pump(): void {
    while (this.#isRunning && this.#attemptsUnderWay < this.#concurrency) {
      const entry = this.#ready.take({ mayTakeBulk: this.#hasRoomForBulk });
      if (entry === undefined) break;
      this.#underWay[laneOf(entry)]++;
      void this.#work(entry);
    }
    if (this.#isRunning && this.#hungryLanes.length > 0) void this.#readStore();
    if (this.#isIdle()) this.#tellIdle();
  }

  get #hasRoomForBulk(): boolean {
    return this.#underWay.bulk < Math.max(1, Math.floor(this.#concurrency * MOST_BULK_SHARE));
  }

  /** Those to be read: nothing of theirs is ready, and there is more. */
  get #hungryLanes(): readonly QueueLane[] {
    return [...this.#lanesWithMore].filter((lane) => this.#ready.sizeOf(lane === 'bulk') === 0);
  }

  #forgetReady(): void {
    for (let entry = this.#ready.take(); entry !== undefined; entry = this.#ready.take()) {
      this.#known.delete(entry.id);
      this.#passedOver.delete(entry.id);
    }
  }

  async #work(entry: QueueEntry): Promise<void> {
    const edition = this.#edition;
    try {
      if (!this.#lent.has(entry.id)) await this.#attempt(entry);
    } catch (error) {
      this.#options.logger.error('An attempt could not be recorded and will be made again', {
        traceId: entry.id,
        error,
      });
      this.#restStore();
      // It is read again after the rest.
      this.#passedOver.delete(entry.id);
    }
    this.#known.delete(entry.id);
    if (this.#isReading) this.#settledDuringRead.add(entry.id);
    const wasPassedOver = this.#passedOver.delete(entry.id);
    if (wasPassedOver || edition !== this.#edition) this.#expectMore();
    this.#underWay[laneOf(entry)]--;
    this.#pump();
  }

  async #attempt(entry: QueueEntry): Promise<void> {
    const { clock, courier, logger, randomBytes, schedule = () => DEFAULT_RETRY_SCHEDULE } = this.#options;
    const now = clock.now();
    const recipients = entry.recipients.filter((recipient) => isDue(recipient, now));
    if (recipients.length === 0) return;
    const attempt = new RunningAttempt(entry, {
      ...this.#options,
      terms: () => ({ at: clock.now(), schedule: schedule(), randomBytes }),
      onCommitted: (record) => this.#follow(record),
    });
    this.#activity.begin(entry.id, recipients);
    const tell: TellProgress = (ordinals, progress) => this.#activity.tell(entry.id, ordinals, progress);
    try {
      await courier.attempt(entry, recipients, { record: attempt.record, tell });
    } catch (error) {
      if (attempt.hasStoreFailed) throw error;
      logger.error('An attempt failed unexpectedly', { traceId: entry.id, error });
      await attempt.record(reportOfFailure(entry, attempt.unrecorded(recipients), clock.now()));
    } finally {
      this.#activity.end(entry.id);
    }
  }

  /** What a commit leads to. */
  #follow(record: AttemptRecord): void {
    const { entryId, events, outcomes, bounce, following = [], newRecipients = [], postponed = [] } = record;
    const queued = [...(bounce === undefined ? [] : [bounce]), ...following];
    this.#activity.settle(
      entryId,
      [...outcomes, ...postponed].map(({ ordinal }) => ordinal),
    );
    this.#tell(events);
    for (const entry of queued) this.#tell(entry.events);
    for (const { nextAttemptAt } of outcomes) {
      if (nextAttemptAt !== undefined) this.#wakeBy(nextAttemptAt);
    }
    for (const { until } of postponed) this.#wakeBy(until);
    // They come with the next page: the store alone knows whether the attempt's entry was still there to be recorded.
    if (queued.length > 0 || newRecipients.length > 0) this.#expectMore();
  }

  #wakeBy(time: number): void {
    if (!this.#isRunning || (this.#wakeAt !== undefined && this.#wakeAt <= time)) return;
    this.#cancelWake();
    this.#wakeAt = time;
    const { clock } = this.#options;
    this.#cancelWake = clock.after(Math.max(0, time - clock.now()), () => {
      this.#wakeAt = undefined;
      this.#expectMore();
      void this.#readStore();
    });
  }

  #restStore(): void {
    this.#lanesWithMore.clear();
    this.#wakeBy(this.#options.clock.now() + STORE_REST_MS);
  }

  /** Takes a page of what is due from the store, or sets the alarm for what falls due next. */
  async #readStore(): Promise<void> {
    if (this.#isReading || !this.#isRunning) return;
    this.#isReading = true;
    try {
      await this.#readPage();
    } catch (error) {
      this.#options.logger.error('The queue could not be read', { error });
      this.#restStore();
    }
    this.#isReading = false;
    this.#settledDuringRead.clear();
    this.#pump();
  }

  async #readPage(): Promise<void> {
    const { store, clock } = this.#options;
    const edition = this.#edition;
    for (const lane of this.#hungryLanes) {
      // What is known may be due as well: ask for so many that a page of others remains.
      const limit = this.#known.size + PAGE_SIZE;
      this.#lanesWithMore.delete(lane);
      const due = await store.due(clock.now(), limit, lane);
      if (edition !== this.#edition) return this.#expectMore();
      if (due.length === limit) this.#lanesWithMore.add(lane);
      for (const entry of due) {
        // It may be due again, or the page may be older than what was settled: only another page can tell.
        if (this.#settledDuringRead.has(entry.id)) this.#lanesWithMore.add(lane);
        else if (!this.#arriving.has(entry.id)) this.#offer(entry);
      }
    }
    // What is due already is ready or under way, and stays in the store until then: it must not hide what comes later.
    const next = await store.nextDueAt(clock.now());
    if (next !== null) this.#wakeBy(next);
  }

  #tell(events: readonly MailEvent[]): void {
    for (const event of events) this.#options.events(event);
  }

  #tellIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

function isDue(recipient: QueueRecipient, now: number): boolean {
  return (recipient.state === 'queued' || recipient.state === 'deferred') && recipient.nextAttemptAt <= now;
}

function laneOf({ isBulk: isOfBulk }: QueueEntry): QueueLane {
  return isOfBulk === true ? 'bulk' : 'ordinary';
}

/** Since when the first of its recipients waits for an attempt. */
function dueSince({ recipients }: QueueEntry): number {
  return recipients.reduce((since, { nextAttemptAt }) => Math.min(since, nextAttemptAt), Infinity);
}
