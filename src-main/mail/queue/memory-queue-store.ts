/**
 * A queue store in memory: for tests of the stages, and the reference that the contract suite holds the database against.
 * Keeps the port's promises except for durability: one call is one commit.
 */
import { isStaged, type ContentId, type EntryContent, type StagedContent } from '../content/port.ts';
import type { MailEvent, TraceId } from '../events.ts';
import {
  appliesTo,
  comparePlaces,
  edited,
  eventsOfEdit,
  groupLines,
  linesOf,
  matches,
  steered,
} from './memory-queue-steering.ts';
import type {
  AttemptRecord,
  DeliveryMark,
  Deposit,
  FollowingEntry,
  NewQueueEntry,
  QuarantinedCopy,
  QueueDepth,
  QueueEntry,
  QueueFilter,
  QueueGroup,
  QueueLane,
  QueueLine,
  QueuePlace,
  QueueRecipient,
  QueueSelection,
  QueueSteering,
  QueueStore,
  RecipientEdit,
  SteeredPlace,
  SteeringBatch,
  SteeringOrder,
} from './port.ts';
import { eventsOfOrder, toQueueEntry } from './queue-rules.ts';

/** A copy that goes into a mailbox with the commit of its attempt. */
export interface DepositedCopy {
  readonly deposit: Deposit;
  readonly content: StagedContent;
  readonly traceId: TraceId;
  readonly savedAt: number;
}

interface StoredEntry {
  readonly entry: QueueEntry;
  readonly content: StagedContent;
}

export class MemoryQueueStore implements QueueStore, QueueSteering {
  readonly #entries = new Map<TraceId, StoredEntry>();
  readonly #onDeposit: (copy: DepositedCopy) => void;
  readonly #marks = new Map<string, number>();
  #nextContentId = 1;

  constructor(onDeposit: (copy: DepositedCopy) => void = () => undefined) {
    this.#onDeposit = onDeposit;
  }

  enqueue(entry: NewQueueEntry): Promise<QueueEntry> {
    if (this.#entries.has(entry.id))
      return Promise.reject(new Error(`queue entry ${entry.id} exists already`));
    return Promise.resolve(this.#add(entry));
  }

  #add(entry: FollowingEntry): QueueEntry {
    const stored = toQueueEntry(entry, this.#nextContentId++);
    this.#entries.set(entry.id, { entry: stored, content: this.#stagedOf(entry.content) });
    return stored;
  }

  #stagedOf(content: EntryContent): StagedContent {
    if (isStaged(content)) return content;
    const staged = this.findContent(content.contentId);
    if (staged === undefined) throw new Error(`no content ${content.contentId}`);
    return staged;
  }

  /** Puts an entry there as it is, for tests and demonstrations. */
  restore(entry: QueueEntry, content = {} as StagedContent): void {
    this.#entries.set(entry.id, { entry, content });
  }

  recordAttempt(record: AttemptRecord): Promise<void> {
    const stored = this.#entries.get(record.entryId);
    // Removed while the attempt ran: its outcome has nothing to belong to.
    if (stored === undefined || !isStillQueued(stored.entry, record)) return Promise.resolve();
    return record.bounce === undefined
      ? Promise.resolve(this.#apply(stored, record))
      : this.enqueue(record.bounce).then(() => this.#apply(stored, record));
  }

  /** Copies that were kept apart. */
  readonly quarantined: QuarantinedCopy[] = [];

  #apply(stored: StoredEntry, record: AttemptRecord): void {
    const recipients = stored.entry.recipients
      .map((recipient) => moved(recipient, record))
      .flatMap((recipient) => applyOutcome(recipient, record));
    for (const deposit of record.deposits) {
      const content = deposit.content ?? stored.content;
      this.#onDeposit({ deposit, content, traceId: record.entryId, savedAt: record.at });
    }
    this.quarantined.push(...(record.quarantined ?? []));
    for (const entry of record.following ?? []) this.#add(entry);
    for (const mark of record.marks ?? []) this.#marks.set(keyOfMark(mark), mark.expiresAt);
    recipients.push(...joining(stored.entry, record));
    if (recipients.length === 0) this.#entries.delete(record.entryId);
    else this.#entries.set(record.entryId, { ...stored, entry: { ...stored.entry, recipients } });
  }

  /** The content of an entry that is still queued; for a reader of content. */
  findContent(id: ContentId): StagedContent | undefined {
    return [...this.#entries.values()].find(({ entry }) => entry.contentId === id)?.content;
  }

  due(now: number, limit: number, lane: QueueLane = 'ordinary'): Promise<readonly QueueEntry[]> {
    const due = this.#all()
      .filter(({ isBulk }) => (isBulk === true) === (lane === 'bulk'))
      .map((entry) => ({ entry, at: earliestDue(entry) }))
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at || (a.entry.id < b.entry.id ? -1 : 1));
    return Promise.resolve(due.slice(0, limit).map(({ entry }) => entry));
  }

  nextDueAt(after = Number.NEGATIVE_INFINITY): Promise<number | null> {
    const times = this.#all().flatMap((entry) => waitingTimes(entry));
    const earliest = Math.min(...times.filter((time) => time > after));
    return Promise.resolve(Number.isFinite(earliest) ? earliest : null);
  }

  hasMark(mark: Omit<DeliveryMark, 'expiresAt'>, now: number): Promise<boolean> {
    return Promise.resolve((this.#marks.get(keyOfMark(mark)) ?? 0) > now);
  }

  depth(): Promise<QueueDepth> {
    const depth = { queued: 0, active: 0, deferred: 0, held: 0 };
    let oldestReceivedAt: number | null = null;
    for (const entry of this.#all()) {
      oldestReceivedAt = Math.min(oldestReceivedAt ?? entry.receivedAt, entry.receivedAt);
      for (const recipient of entry.recipients) depth[recipient.state]++;
    }
    return Promise.resolve({ ...depth, oldestReceivedAt });
  }

  find(id: TraceId): Promise<QueueEntry | null> {
    return Promise.resolve(this.#entries.get(id)?.entry ?? null);
  }

  list(page: { offset: number; limit: number }): Promise<readonly QueueEntry[]> {
    const sorted = this.#all().sort((a, b) => (a.id < b.id ? -1 : 1));
    return Promise.resolve(sorted.slice(page.offset, page.offset + page.limit));
  }

  listLines(
    filter: QueueFilter,
    page: { after?: QueuePlace; offset?: number; limit: number },
  ): Promise<readonly QueueLine[]> {
    const { after, offset = 0, limit } = page;
    const behind = this.#lines(filter).filter(
      (line) => after === undefined || comparePlaces(line, after) > 0,
    );
    return Promise.resolve(behind.slice(offset, offset + limit));
  }

  countLines(filter: QueueFilter): Promise<number> {
    return Promise.resolve(this.#lines(filter).length);
  }

  groupLines(filter: QueueFilter, by: 'nextHop' | 'reply', limit: number): Promise<readonly QueueGroup[]> {
    return Promise.resolve(groupLines(this.#lines(filter), by).slice(0, limit));
  }

  // One commit is enough where nothing else waits for it.
  async *steer(order: SteeringOrder): AsyncGenerator<SteeringBatch, void, void> {
    const events: MailEvent[] = [];
    const changed: SteeredPlace[] = [];
    for (const line of this.#selected(order.selection)) {
      if (!appliesTo(order, line.recipient)) continue;
      const { chosenNextHop } = line.recipient;
      const { entryId, ordinal } = line;
      changed.push({ entryId, ordinal, ...(chosenNextHop !== undefined && { chosenBefore: chosenNextHop }) });
      this.#put(line, steered(order, this.#stored(line)));
      events.push(
        ...eventsOfOrder(order, order.by, {
          traceId: line.entryId,
          at: order.at,
          recipient: line.recipient.address,
          group: line.recipient.moderatedGroup,
        }),
      );
    }
    yield { changed, events };
  }

  editRecipients(edit: RecipientEdit): Promise<SteeringBatch | null> {
    const stored = this.#entries.get(edit.entryId);
    const after = stored === undefined ? null : edited(stored.entry, edit);
    if (stored === undefined || after === null) return Promise.resolve(null);
    const { recipients, ordinals } = after;
    if (recipients.length === 0) this.#entries.delete(edit.entryId);
    else this.#entries.set(edit.entryId, { ...stored, entry: { ...stored.entry, recipients } });
    const changed = ordinals.map((ordinal) => ({ entryId: edit.entryId, ordinal }));
    return Promise.resolve({ changed, events: eventsOfEdit(stored.entry, edit) });
  }

  /** The recipient as it is stored: a line under way shows another state. */
  #stored({ entryId, ordinal, recipient }: QueueLine): QueueRecipient {
    const stored = this.#entries.get(entryId)?.entry.recipients.find((each) => each.ordinal === ordinal);
    return stored ?? recipient;
  }

  #selected(selection: QueueSelection): readonly QueueLine[] {
    if (selection.kind === 'filter') return this.#lines(selection.filter);
    const lines = this.#lines({});
    return selection.places.flatMap((place) => lines.find((line) => comparePlaces(line, place) === 0) ?? []);
  }

  #put({ entryId, ordinal }: QueuePlace, recipient: QueueRecipient | null): void {
    const stored = this.#entries.get(entryId);
    if (stored === undefined) return;
    const recipients = stored.entry.recipients.flatMap((each) =>
      each.ordinal === ordinal ? (recipient ?? []) : each,
    );
    if (recipients.length === 0) this.#entries.delete(entryId);
    else this.#entries.set(entryId, { ...stored, entry: { ...stored.entry, recipients } });
  }

  #lines(filter: QueueFilter): QueueLine[] {
    return this.#all()
      .flatMap((entry) => linesOf(entry, filter.underWay))
      .filter((line) => matches(line, filter))
      .sort(comparePlaces);
  }

  #all(): QueueEntry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }
}

function keyOfMark({ accountId, kind, key }: Omit<DeliveryMark, 'expiresAt'>): string {
  return JSON.stringify([accountId, kind, key]);
}

function isStillQueued(entry: QueueEntry, record: AttemptRecord): boolean {
  const ordinals = new Set(entry.recipients.map((recipient) => recipient.ordinal));
  const { outcomes, postponed = [], awaitModeration = [] } = record;
  return [...outcomes, ...postponed, ...awaitModeration].some(({ ordinal }) => ordinals.has(ordinal));
}

/** The recipient with where it was routed, and with its turn where that comes later. */
function moved(recipient: QueueRecipient, record: AttemptRecord): QueueRecipient {
  const { routedTo, postponed = [], awaitModeration = [] } = record;
  const nextHop = routedTo?.[recipient.ordinal];
  const later = postponed.find(({ ordinal }) => ordinal === recipient.ordinal);
  const awaited = awaitModeration.find(({ ordinal }) => ordinal === recipient.ordinal);
  return {
    ...recipient,
    ...(nextHop !== undefined && { nextHop }),
    ...(later !== undefined && { nextAttemptAt: later.until }),
    ...(awaited !== undefined && { state: 'held', moderatedGroup: awaited.group }),
  };
}

/** The recipient as it stays in the queue; nothing where it leaves. */
function applyOutcome(recipient: QueueRecipient, record: AttemptRecord): QueueRecipient[] {
  const found = record.outcomes.find(({ ordinal }) => ordinal === recipient.ordinal);
  if (found === undefined) return [recipient];
  const { outcome, nextAttemptAt = record.at, isDelayReported, isUntried } = found;
  if (outcome.kind !== 'deferred') return [];
  return [
    {
      ...recipient,
      // Held while the attempt ran: the outcome counts, the hold stays.
      state: recipient.state === 'held' ? 'held' : 'deferred',
      attempts: recipient.attempts + (isUntried === true ? 0 : 1),
      nextAttemptAt,
      lastOutcome: outcome,
      ...(isDelayReported === true && { isDelayReported }),
    },
  ];
}

function joining({ recipients }: QueueEntry, { newRecipients = [], at }: AttemptRecord): QueueRecipient[] {
  const first = Math.max(...recipients.map(({ ordinal }) => ordinal)) + 1;
  return newRecipients.map(({ address, dsn, heldBy }, index) => ({
    ordinal: first + index,
    address,
    state: heldBy === undefined ? 'queued' : 'held',
    attempts: 0,
    nextAttemptAt: at,
    ...(dsn !== undefined && { dsn }),
    ...(heldBy !== undefined && { heldBy }),
  }));
}

/** When the first recipient that waits is due; Infinity where none does. */
function earliestDue(entry: QueueEntry): number {
  return Math.min(...waitingTimes(entry));
}

function waitingTimes({ recipients }: QueueEntry): number[] {
  const waiting = recipients.filter(({ state }) => state === 'queued' || state === 'deferred');
  return waiting.map(({ nextAttemptAt }) => nextAttemptAt);
}
