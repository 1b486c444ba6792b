/**
 * A queue store in memory: for tests of the stages, and the reference that the contract suite holds the database against.
 * Keeps the port's promises except for durability: one call is one commit.
 */
import type { ContentId, StagedContent } from '../content/port.ts';
import type { MailEvent, TraceId } from '../events.ts';
import {
  appliesTo,
  comparePlaces,
  eventsOf,
  groupLines,
  linesOf,
  matches,
  steered,
} from './memory-queue-steering.ts';
import type {
  AttemptRecord,
  Deposit,
  NewQueueEntry,
  QueueDepth,
  QueueEntry,
  QueueFilter,
  QueueGroup,
  QueueLine,
  QueuePlace,
  QueueRecipient,
  QueueSelection,
  QueueSteering,
  QueueStore,
  SteeringBatch,
  SteeringOrder,
} from './port.ts';

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
  #nextContentId = 1;

  constructor(onDeposit: (copy: DepositedCopy) => void = () => undefined) {
    this.#onDeposit = onDeposit;
  }

  enqueue(entry: NewQueueEntry): Promise<QueueEntry> {
    const { content, recipients, recipientDsn, events: _events, ...facts } = entry;
    if (this.#entries.has(entry.id))
      return Promise.reject(new Error(`queue entry ${entry.id} exists already`));
    const stored: QueueEntry = {
      ...facts,
      contentId: this.#nextContentId++,
      sizeBytes: content.sizeBytes,
      recipients: recipients.map((address, ordinal) => ({
        ordinal,
        address,
        state: 'queued',
        attempts: 0,
        nextAttemptAt: entry.receivedAt,
        ...(recipientDsn?.[ordinal] !== undefined && { dsn: recipientDsn[ordinal] }),
      })),
    };
    this.#entries.set(entry.id, { entry: stored, content });
    return Promise.resolve(stored);
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

  #apply(stored: StoredEntry, record: AttemptRecord): void {
    const recipients = stored.entry.recipients.flatMap((recipient) => applyOutcome(recipient, record));
    for (const deposit of record.deposits) {
      this.#onDeposit({ deposit, content: stored.content, traceId: record.entryId, savedAt: record.at });
    }
    recipients.push(...joining(stored.entry, record));
    if (recipients.length === 0) this.#entries.delete(record.entryId);
    else this.#entries.set(record.entryId, { ...stored, entry: { ...stored.entry, recipients } });
  }

  /** The content of an entry that is still queued; for a reader of content. */
  findContent(id: ContentId): StagedContent | undefined {
    return [...this.#entries.values()].find(({ entry }) => entry.contentId === id)?.content;
  }

  due(now: number, limit: number): Promise<readonly QueueEntry[]> {
    const due = this.#all()
      .map((entry) => ({ entry, at: earliestDue(entry) }))
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at);
    return Promise.resolve(due.slice(0, limit).map(({ entry }) => entry));
  }

  nextDueAt(after = Number.NEGATIVE_INFINITY): Promise<number | null> {
    const times = this.#all().flatMap((entry) => waitingTimes(entry));
    const earliest = Math.min(...times.filter((time) => time > after));
    return Promise.resolve(Number.isFinite(earliest) ? earliest : null);
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

  groupLines(filter: QueueFilter, by: 'domain' | 'reply', limit: number): Promise<readonly QueueGroup[]> {
    return Promise.resolve(groupLines(this.#lines(filter), by).slice(0, limit));
  }

  // One commit is enough where nothing else waits for it.
  async *steer(order: SteeringOrder): AsyncGenerator<SteeringBatch, void, void> {
    const events: MailEvent[] = [];
    const changed: QueuePlace[] = [];
    for (const line of this.#selected(order.selection)) {
      if (!appliesTo(order, line.recipient)) continue;
      changed.push({ entryId: line.entryId, ordinal: line.ordinal });
      this.#put(line, steered(order, line.recipient));
      events.push(...eventsOf(order, line));
    }
    yield { changed, events };
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
      .flatMap(linesOf)
      .filter((line) => matches(line, filter))
      .sort(comparePlaces);
  }

  #all(): QueueEntry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }
}

function isStillQueued(entry: QueueEntry, record: AttemptRecord): boolean {
  const ordinals = new Set(entry.recipients.map((recipient) => recipient.ordinal));
  return record.outcomes.some(({ ordinal }) => ordinals.has(ordinal));
}

/** The recipient as it stays in the queue; nothing where it leaves. */
function applyOutcome(recipient: QueueRecipient, record: AttemptRecord): QueueRecipient[] {
  const found = record.outcomes.find(({ ordinal }) => ordinal === recipient.ordinal);
  if (found === undefined) return [recipient];
  const { outcome, nextAttemptAt = record.at, isDelayReported } = found;
  if (outcome.kind !== 'deferred') return [];
  return [
    {
      ...recipient,
      // Held while the attempt ran: the outcome counts, the hold stays.
      state: recipient.state === 'held' ? 'held' : 'deferred',
      attempts: recipient.attempts + 1,
      nextAttemptAt,
      lastOutcome: outcome,
      ...(isDelayReported === true && { isDelayReported }),
    },
  ];
}

function joining({ recipients }: QueueEntry, { newRecipients = [], at }: AttemptRecord): QueueRecipient[] {
  const first = Math.max(...recipients.map(({ ordinal }) => ordinal)) + 1;
  return newRecipients.map(({ address, dsn }, index) => ({
    ordinal: first + index,
    address,
    state: 'queued',
    attempts: 0,
    nextAttemptAt: at,
    ...(dsn !== undefined && { dsn }),
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
