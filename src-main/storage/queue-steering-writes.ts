/**
 * Orders to the queue as writes: retry now, hold, release, remove, another next hop, other recipients.
 *
 * Flow: steer() → batches of bounded size, each one commit with its timeline events.
 * Invariants: what an order does not apply to is left alone; the last recipient that is removed takes the entry and its
 * content reference along.
 */
import type { MailEvent, TraceId } from '../mail/events.ts';
import {
  nameOfChosen,
  type QueueFilter,
  type QueuePlace,
  type RecipientEdit,
  type SteeredPlace,
  type SteeringAction,
  type SteeringBatch,
} from '../mail/queue/port.ts';
import { eventsOfOrder } from '../mail/queue/queue-rules.ts';
import { changeReferences } from './content-store.ts';
import { QueueConditions } from './queue-listing.ts';
import { toChosen } from './queue-rows.ts';
import { addRecipient, nextOrdinal } from './queue-writes.ts';
import { addEvents, setTraceState, toEventArguments } from './timeline-store.ts';
import type { Transaction, Write } from './transaction.ts';

interface FoundRow {
  readonly entry_id: TraceId;
  readonly ordinal: number;
  readonly address: string;
  readonly moderated_group: string | null;
  readonly chosen_next_hop: string | null;
}

export interface BatchArguments {
  readonly order: SteeringAction;
  readonly by: string;
  readonly at: number;
  readonly selection: { readonly places: readonly QueuePlace[] } | { readonly filter: QueueFilter };
  readonly after?: QueuePlace;
  readonly limit: number;
}

export interface BatchAnswer extends SteeringBatch {
  /** Where the next batch begins; null where there is none. */
  readonly last: QueuePlace | null;
}

const steerBatch: Write<BatchArguments, BatchAnswer> = (transaction, batch) => {
  const found = findSteerable(transaction, batch);
  for (const row of found) carryOut(transaction, batch, row);
  const events = found.flatMap(({ entry_id: traceId, address: recipient, moderated_group: group }) =>
    eventsOfOrder(batch.order, batch.by, { traceId, at: batch.at, recipient, group: group ?? undefined }),
  );
  addEvents(transaction, toEventArguments(events));
  const changed = found.map(toChanged);
  return { changed, events, last: (found.length < batch.limit ? null : changed.at(-1)) ?? null };
};

function toChanged({ entry_id, ordinal, chosen_next_hop: chosen }: FoundRow): SteeredPlace {
  return { entryId: entry_id, ordinal, ...(chosen !== null && { chosenBefore: toChosen(chosen) }) };
}

function findSteerable({ connection }: Transaction, batch: BatchArguments): readonly FoundRow[] {
  const { selection, after, limit } = batch;
  const find = (conditions: QueueConditions) => {
    addSteerable(conditions, batch);
    return connection.all<FoundRow>(
      `${conditions.with} SELECT r.entry_id, r.ordinal, r.address, r.moderated_group, r.chosen_next_hop FROM queue_recipient r
        ${conditions.where} ORDER BY r.entry_id, r.ordinal LIMIT ?`,
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
function addSteerable(conditions: QueueConditions, { order, at }: BatchArguments): void {
  switch (order.action) {
    case 'retryNow':
      return conditions.add(`r.state <> 'held' AND r.next_attempt_at > ?`, at);
    case 'hold':
      return conditions.add(`r.state <> 'held'`);
    case 'release':
      return conditions.add(`r.state = 'held'`);
    case 'changeNextHop':
      return conditions.add('r.chosen_next_hop IS NOT ?', toJson(order.nextHop));
    case 'remove':
      return;
  }
}

function carryOut(transaction: Transaction, { order, at }: BatchArguments, row: FoundRow): void {
  const { connection } = transaction;
  const set = (assignments: string, ...values: readonly (string | number | null)[]) =>
    connection.run(
      `UPDATE queue_recipient SET ${assignments} WHERE entry_id = ? AND ordinal = ?`,
      ...values,
      row.entry_id,
      row.ordinal,
    );
  switch (order.action) {
    case 'retryNow':
      return void set('next_attempt_at = ?', at);
    case 'hold':
      return void set(`state = 'held', held_by = ?`, order.heldBy ?? null);
    case 'release':
      set(`state = iif(last_outcome IS NULL, 'queued', 'deferred'), held_by = NULL`);
      return setTraceState(transaction, row.entry_id, 'waiting');
    case 'changeNextHop': {
      const name = order.nextHop === null ? null : nameOfChosen(order.nextHop);
      return void set(
        'chosen_next_hop = ?, next_hop = ?, next_attempt_at = ?',
        toJson(order.nextHop),
        name,
        at,
      );
    }
    case 'remove':
      return removeRecipient(transaction, { entryId: row.entry_id, ordinal: row.ordinal });
  }
}

function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function removeRecipient(transaction: Transaction, { entryId, ordinal }: QueuePlace): void {
  const { connection } = transaction;
  connection.run('DELETE FROM queue_recipient WHERE entry_id = ? AND ordinal = ?', entryId, ordinal);
  if (connection.get('SELECT 1 FROM queue_recipient WHERE entry_id = ? LIMIT 1', entryId) !== undefined)
    return;
  const removed = connection.get<{ content_id: number }>(
    'DELETE FROM queue_entry WHERE id = ? RETURNING content_id',
    entryId,
  );
  if (removed === undefined) return;
  changeReferences(transaction, removed.content_id, -1);
  setTraceState(transaction, entryId, hasArrivedAnywhere(transaction, entryId) ? 'done' : 'deleted');
}

function hasArrivedAnywhere({ connection }: Transaction, entryId: TraceId): boolean {
  const arrival = connection.get(
    `SELECT 1 FROM trace_event WHERE trace_id = ? AND unseal(event, 'event', trace_id) ->> '$.outcome.kind' IN ('delivered', 'relayed')`,
    entryId,
  );
  return arrival !== undefined;
}

const editRecipients: Write<RecipientEdit, SteeringBatch | null> = (transaction, edit) => {
  const { entryId, by, at } = edit;
  const before = readAddresses(transaction, entryId);
  const named = [...edit.change.map(({ ordinal }) => ordinal), ...edit.remove];
  if (before.size === 0 || named.some((ordinal) => !before.has(ordinal))) return null;
  for (const { ordinal, address } of edit.change) {
    transaction.connection.run(
      `UPDATE queue_recipient SET address = ?, state = iif(state = 'held', 'held', 'queued'), attempts = 0,
              next_attempt_at = ?, last_outcome = NULL, next_hop = NULL, chosen_next_hop = NULL,
              moderated_group = NULL
        WHERE entry_id = ? AND ordinal = ?`,
      address,
      at,
      entryId,
      ordinal,
    );
  }
  const added = addAddresses(transaction, edit);
  for (const ordinal of edit.remove) removeRecipient(transaction, { entryId, ordinal });
  const about = { traceId: entryId, at, by };
  const addressOf = (ordinal: number): string => before.get(ordinal) ?? '';
  const events: MailEvent[] = [
    ...edit.change.map(({ ordinal, address }) => ({
      ...about,
      type: 'recipientChanged' as const,
      recipient: addressOf(ordinal),
      into: address,
    })),
    ...edit.add.map((recipient) => ({ ...about, type: 'recipientAdded' as const, recipient })),
    ...edit.remove.map((ordinal) => ({ ...about, type: 'removed' as const, recipient: addressOf(ordinal) })),
  ];
  addEvents(transaction, toEventArguments(events));
  return { changed: [...named, ...added].map((ordinal) => ({ entryId, ordinal })), events };
};

function readAddresses({ connection }: Transaction, entryId: TraceId): ReadonlyMap<number, string> {
  const rows = connection.all<{ ordinal: number; address: string }>(
    'SELECT ordinal, address FROM queue_recipient WHERE entry_id = ?',
    entryId,
  );
  return new Map(rows.map(({ ordinal, address }) => [ordinal, address]));
}

/** Answers the ordinals they got. */
function addAddresses(transaction: Transaction, { entryId, add, at }: RecipientEdit): readonly number[] {
  const entry = transaction.connection.get<{ is_bulk: number }>(
    'SELECT is_bulk FROM queue_entry WHERE id = ?',
    entryId,
  );
  const first = nextOrdinal(transaction, entryId);
  return add.map((address, index) => {
    const recipient = { address, dsn: null, heldBy: null, ordinal: first + index };
    addRecipient(transaction, { id: entryId, receivedAt: at, isBulk: entry?.is_bulk === 1 }, recipient);
    return recipient.ordinal;
  });
}

export const queueSteeringWrites = { steerBatch, editRecipients };
