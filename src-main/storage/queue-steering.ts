/**
 * Orders to the queue: retry now, hold, release, remove, on places or on everything that matches a filter.
 *
 * Flow: console → steer() → batches of bounded size, each one commit with its timeline events → runner reads again.
 * Invariants: a batch begins behind the last place of the one before, so an order ends whatever it changes; the last
 * recipient that is removed takes the entry and its content reference along.
 */
import type { MailEvent, TraceId } from '../mail/events.ts';
import type {
  QueueFilter,
  QueueGroup,
  QueueLine,
  QueuePlace,
  QueueSteering,
  SteeringAction,
  SteeringBatch,
  SteeringOrder,
} from '../mail/queue/port.ts';
import { changeReferences } from './content-store.ts';
import { QueueConditions } from './queue-listing.ts';
import type { Reader } from './reader.ts';
import { addEvents, setTraceState, toEventArguments } from './timeline-store.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Writer } from './writer.ts';

/** About 20 ms of the writing worker: others' commits wait no longer for an order. */
const BATCH_SIZE = 500;

interface FoundRow {
  readonly entry_id: TraceId;
  readonly ordinal: number;
  readonly address: string;
}

interface BatchArguments extends Omit<SteeringOrder, 'selection'> {
  readonly selection: { readonly places: readonly QueuePlace[] } | { readonly filter: QueueFilter };
  readonly after?: QueuePlace;
  readonly limit: number;
}

interface BatchAnswer extends SteeringBatch {
  /** Where the next batch begins; null where there is none. */
  readonly last: QueuePlace | null;
}

const steerBatch: Write<BatchArguments, BatchAnswer> = (transaction, batch) => {
  const found = findSteerable(transaction, batch);
  for (const row of found) carryOut(transaction, batch, row);
  const events = found.flatMap((row) => eventOf(batch, row));
  addEvents(transaction, toEventArguments(events));
  const changed = found.map(({ entry_id, ordinal }) => ({ entryId: entry_id, ordinal }));
  return { changed, events, last: (found.length < batch.limit ? null : changed.at(-1)) ?? null };
};

export const queueSteeringWrites = { steerBatch };

function findSteerable({ connection }: Transaction, batch: BatchArguments): readonly FoundRow[] {
  const { selection, after, limit } = batch;
  const find = (conditions: QueueConditions) => {
    addSteerable(conditions, batch);
    return connection.all<FoundRow>(
      `SELECT r.entry_id, r.ordinal, r.address FROM queue_recipient r ${conditions.where}
        ORDER BY r.entry_id, r.ordinal LIMIT ?`,
      ...conditions.values,
      limit,
    );
  };
  if ('places' in selection) {
    return selection.places.flatMap(({ entryId, ordinal }) => {
      const conditions = new QueueConditions({});
      conditions.add('r.entry_id = ? AND r.ordinal = ?', entryId, ordinal);
      return find(conditions);
    });
  }
  const conditions = new QueueConditions(selection.filter);
  conditions.addPlacesAfter(after);
  return find(conditions);
}

/** Only what the action changes. */
function addSteerable(conditions: QueueConditions, { action, at }: BatchArguments): void {
  switch (action) {
    case 'retryNow':
      return conditions.add(`r.state <> 'held' AND r.next_attempt_at > ?`, at);
    case 'hold':
      return conditions.add(`r.state <> 'held'`);
    case 'release':
      return conditions.add(`r.state = 'held'`);
    case 'remove':
      return;
  }
}

const STATEMENTS: Readonly<Record<SteeringAction, string>> = {
  retryNow: 'UPDATE queue_recipient SET next_attempt_at = ? WHERE entry_id = ? AND ordinal = ?',
  hold: `UPDATE queue_recipient SET state = 'held' WHERE entry_id = ? AND ordinal = ?`,
  release: `UPDATE queue_recipient SET state = iif(attempts = 0, 'queued', 'deferred')
             WHERE entry_id = ? AND ordinal = ?`,
  remove: 'DELETE FROM queue_recipient WHERE entry_id = ? AND ordinal = ?',
};

function carryOut(transaction: Transaction, { action, at }: BatchArguments, row: FoundRow): void {
  const time = action === 'retryNow' ? [at] : [];
  transaction.connection.run(STATEMENTS[action], ...time, row.entry_id, row.ordinal);
  if (action === 'release') setTraceState(transaction, row.entry_id, 'waiting');
  if (action === 'remove') removeEmptyEntry(transaction, row.entry_id);
}

function removeEmptyEntry(transaction: Transaction, entryId: TraceId): void {
  const { connection } = transaction;
  if (connection.get('SELECT 1 FROM queue_recipient WHERE entry_id = ? LIMIT 1', entryId) !== undefined)
    return;
  const removed = connection.get<{ content_id: number }>(
    'DELETE FROM queue_entry WHERE id = ? RETURNING content_id',
    entryId,
  );
  if (removed === undefined) return;
  changeReferences(transaction, removed.content_id, -1);
  setTraceState(transaction, entryId, 'failed');
}

const EVENT_TYPES = { hold: 'held', release: 'released', remove: 'removed' } as const;

/** An attempt tells of itself; the rest is told on the timeline. */
function eventOf({ action, by, at }: BatchArguments, row: FoundRow): readonly MailEvent[] {
  if (action === 'retryNow') return [];
  return [{ type: EVENT_TYPES[action], traceId: row.entry_id, at, recipient: row.address, by }];
}

export class SqliteQueueSteering implements QueueSteering {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  listLines(
    filter: QueueFilter,
    page: { after?: QueuePlace; offset?: number; limit: number },
  ): Promise<readonly QueueLine[]> {
    return this.#reader.run('listQueueLines', { filter, ...page });
  }

  countLines(filter: QueueFilter): Promise<number> {
    return this.#reader.run('countQueueLines', filter);
  }

  groupLines(filter: QueueFilter, by: 'domain' | 'reply', limit: number): Promise<readonly QueueGroup[]> {
    return this.#reader.run('groupQueueLines', { filter, by, limit });
  }

  async *steer({ selection, ...order }: SteeringOrder): AsyncGenerator<SteeringBatch, void, void> {
    if (selection.kind === 'places') {
      for (let i = 0; i < selection.places.length; i += BATCH_SIZE) {
        const places = selection.places.slice(i, i + BATCH_SIZE);
        yield await this.#writer.run('steerBatch', { ...order, selection: { places }, limit: BATCH_SIZE });
      }
      return;
    }
    const request = { ...order, selection: { filter: selection.filter }, limit: BATCH_SIZE };
    let batch = await this.#writer.run('steerBatch', request);
    yield batch;
    while (batch.last !== null) {
      batch = await this.#writer.run('steerBatch', { ...request, after: batch.last });
      yield batch;
    }
  }
}
