/**
 * The durable queue, as the runner reads and writes it.
 *
 * Invariants: what is due is a walk along one index, oldest first, however long the queue is.
 */
import type {
  AttemptRecord,
  DeliveryMark,
  NewQueueEntry,
  QueueDepth,
  QueueEntry,
  QueueLane,
  QueueRecipient,
  QueueStore,
  RecipientState,
} from '../mail/queue/port.ts';
import { toQueueEntry } from '../mail/queue/queue-rules.ts';
import type { TraceId } from '../mail/events.ts';
import type { Connection } from './connection.ts';
import { toAttemptArguments, toEnqueueArguments } from './queue-arguments.ts';
import { toEntry, toRecipient, type EntryRow, type RecipientRow } from './queue-rows.ts';
import type { Writer } from './writer.ts';

/** By the value of is_bulk. */
const LANES: readonly QueueLane[] = ['ordinary', 'bulk'];

/** As the condition of the index has it. */
const WAITS = "state IN ('queued', 'deferred')";

/** By lane and time; the entry id makes the order certain. */
export const DUE = `
  SELECT entry_id FROM queue_recipient INDEXED BY queue_recipient_due
   WHERE ${WAITS} AND is_bulk = ? AND next_attempt_at <= ? ORDER BY next_attempt_at, entry_id, ordinal`;

export const NEXT_DUE = `
  SELECT min(next_attempt_at) AS due_at FROM queue_recipient INDEXED BY queue_recipient_due
   WHERE ${WAITS} AND is_bulk = ? AND next_attempt_at > ?`;

export class SqliteQueueStore implements QueueStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  async enqueue(entry: NewQueueEntry): Promise<QueueEntry> {
    const contentId = await this.#writer.run('enqueue', toEnqueueArguments(entry));
    return toQueueEntry(entry, contentId);
  }

  recordAttempt(record: AttemptRecord): Promise<void> {
    return this.#writer.run('recordAttempt', toAttemptArguments(record));
  }

  due(now: number, limit: number, lane: QueueLane = 'ordinary'): Promise<readonly QueueEntry[]> {
    const isBulk = LANES.indexOf(lane);
    return Promise.resolve(
      this.#connection.atOneMoment(() =>
        this.#findDue(isBulk, now, limit).flatMap((id) => this.#read(id) ?? []),
      ),
    );
  }

  /** Read only as far as needed: of 100,000 entries that are due, a page costs what a page costs. */
  #findDue(isBulk: number, now: number, limit: number): readonly TraceId[] {
    const ids = new Set<TraceId>();
    for (const { entry_id } of this.#connection.iterate<{ entry_id: TraceId }>(DUE, isBulk, now)) {
      ids.add(entry_id);
      if (ids.size === limit) break;
    }
    return [...ids];
  }

  nextDueAt(after = -1): Promise<number | null> {
    const times = LANES.flatMap((_lane, isBulk) => {
      const row = this.#connection.get<{ due_at: number | null }>(NEXT_DUE, isBulk, after);
      return row?.due_at ?? [];
    });
    return Promise.resolve(times.length === 0 ? null : Math.min(...times));
  }

  hasMark({ accountId, kind, key }: Omit<DeliveryMark, 'expiresAt'>, now: number): Promise<boolean> {
    if (accountId === null) {
      const known = `SELECT 1 FROM office_mark
        WHERE kind = ?1 AND key IN (?2, sealed_name(?2, 0, 'office mark')) AND expires_at > ?3`;
      return Promise.resolve(this.#connection.get(known, kind, key, now) !== undefined);
    }
    const mark = this.#connection.get(
      `SELECT 1 FROM delivery_mark
        WHERE account_id = ?1 AND kind = ?2 AND key IN (?3, sealed_name(?3, ?1, 'delivery mark')) AND expires_at > ?4`,
      accountId,
      kind,
      key,
      now,
    );
    return Promise.resolve(mark !== undefined);
  }

  depth(): Promise<QueueDepth> {
    const counts = { queued: 0, active: 0, deferred: 0, held: 0 };
    const rows = this.#connection.all<{ state: RecipientState; count: number }>(
      'SELECT state, count(*) AS count FROM queue_recipient GROUP BY state',
    );
    for (const { state, count } of rows) counts[state] = count;
    const oldest = this.#connection.get<{ at: number | null }>(
      'SELECT min(received_at) AS at FROM queue_entry',
    );
    return Promise.resolve({ ...counts, oldestReceivedAt: oldest?.at ?? null });
  }

  find(id: TraceId): Promise<QueueEntry | null> {
    return Promise.resolve(this.#connection.atOneMoment(() => this.#read(id)) ?? null);
  }

  list(page: { offset: number; limit: number }): Promise<readonly QueueEntry[]> {
    return this.#readAll('SELECT id FROM queue_entry ORDER BY id LIMIT ? OFFSET ?', page.limit, page.offset);
  }

  /** The entries whose ids the query finds: all of them, since an entry that left meanwhile would make a page look like the last. */
  #readAll(query: string, ...values: number[]): Promise<readonly QueueEntry[]> {
    const entries = this.#connection.atOneMoment(() =>
      this.#connection.all<{ id: TraceId }>(query, ...values).flatMap(({ id }) => this.#read(id) ?? []),
    );
    return Promise.resolve(entries);
  }

  #read(id: TraceId): QueueEntry | undefined {
    const row = this.#connection.get<EntryRow>(
      `SELECT *, unseal(prefix, 'queue prefix', id) AS prefix, unseal(verdict, 'queue verdict', id) AS verdict
         FROM queue_entry WHERE id = ?`,
      id,
    );
    return row === undefined ? undefined : toEntry(row, this.#readRecipients(id));
  }

  #readRecipients(id: TraceId): QueueRecipient[] {
    return this.#connection
      .all<RecipientRow>('SELECT * FROM queue_recipient WHERE entry_id = ? ORDER BY ordinal', id)
      .map(toRecipient);
  }
}
