/**
 * The queue as lists: recipients that match a filter, page by page, counted and grouped; 100,000 in tens of milliseconds.
 *
 * Flow: console → reader worker → here. Invariants: order is that of entry ids, which sort by time; the filter's conditions
 * are the same for lists, counts, groups and orders, so that an order changes what the list showed.
 */
import type { QueueFilter, QueueGroup, QueueLine, QueuePlace, RecipientState } from '../mail/queue/port.ts';
import type { Connection, SqlValue } from './connection.ts';
import { toClient, toRecipient, type RecipientRow } from './queue-rows.ts';
import { likePattern, words } from './like-words.ts';

/** What stands behind the last `@`: a quoted local part may hold others. */
const DOMAIN = `lower(substr(r.address, length(rtrim(r.address, replace(r.address, '@', ''))) + 1))`;
const NEXT_HOP = `ifnull(r.next_hop, ${DOMAIN})`;
/** Empty before the first attempt. */
const REPLY = `ifnull(r.last_outcome ->> '$.status' || ' ' || (r.last_outcome ->> '$.diagnostic'), '')`;
const SEARCHED = [
  'r.entry_id',
  'r.address',
  `ifnull(r.next_hop, '')`,
  `ifnull(r.last_outcome ->> '$.remoteMta', '')`,
  REPLY,
  '(SELECT reverse_path FROM queue_entry WHERE id = r.entry_id)',
];
/** The places that are under way, as JSON, come with every query, as its first value. */
const WITH_UNDER_WAY = `
  WITH under_way (entry_id, ordinal) AS (SELECT value ->> '$.entryId', value ->> '$.ordinal' FROM json_each(?))`;
const IS_UNDER_WAY = `(r.entry_id, r.ordinal) IN (SELECT entry_id, ordinal FROM under_way)`;
const STATE = `iif(r.state <> 'held' AND ${IS_UNDER_WAY}, 'active', r.state)`;

/** A filter as SQL on `queue_recipient r`, behind WITH_UNDER_WAY. */
export class QueueConditions {
  readonly #conditions: string[] = [];
  readonly values: SqlValue[];
  /** The state to be shown; where nothing is under way, what is stored. */
  readonly state: string;

  constructor(filter: QueueFilter) {
    const underWay = (filter.underWay ?? []).map(({ entryId, ordinal }) => ({ entryId, ordinal }));
    this.values = [JSON.stringify(underWay)];
    this.state = underWay.length === 0 ? 'r.state' : STATE;
    if (filter.state !== undefined) this.#addState(filter.state);
    if (filter.nextHop !== undefined) this.add(`${NEXT_HOP} = ?`, filter.nextHop);
    if (filter.reply !== undefined) this.add(`${REPLY} = ?`, filter.reply);
    if (filter.heldBy !== undefined) this.add(`r.state = 'held' AND r.held_by = ?`, filter.heldBy);
    for (const word of words(filter.text)) {
      const pattern = likePattern(word);
      const found = SEARCHED.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ');
      this.add(`(${found})`, ...SEARCHED.map(() => pattern));
    }
  }

  add(condition: string, ...values: readonly SqlValue[]): void {
    this.#conditions.push(condition);
    this.values.push(...values);
  }

  addPlacesAfter(place: QueuePlace | undefined): void {
    if (place !== undefined) this.add('(r.entry_id, r.ordinal) > (?, ?)', place.entryId, place.ordinal);
  }

  /** The query up to its columns. */
  get with(): string {
    return WITH_UNDER_WAY;
  }

  get where(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`;
  }

  #addState(state: RecipientState): void {
    if (state === 'active') this.add(`r.state <> 'held' AND ${IS_UNDER_WAY}`);
    else if (state === 'held') this.add(`r.state = 'held'`);
    else this.add(`r.state = ? AND NOT ${IS_UNDER_WAY}`, state);
  }
}

interface LineRow extends RecipientRow {
  readonly entry_id: string;
  readonly shown_state: RecipientState;
  readonly size_bytes: number;
  readonly reverse_path: string;
  readonly received_at: number;
  readonly origin: QueueLine['origin'];
  readonly client: string | null;
}

export interface ListArguments {
  readonly filter: QueueFilter;
  readonly after?: QueuePlace;
  readonly offset?: number;
  readonly limit: number;
}

export function listQueueLines(connection: Connection, list: ListArguments): readonly QueueLine[] {
  const conditions = new QueueConditions(list.filter);
  conditions.addPlacesAfter(list.after);
  // Entries are joined to the page alone, not to what the offset passes over.
  const page = `SELECT r.*, ${conditions.state} AS shown_state FROM queue_recipient r ${conditions.where}
                 ORDER BY r.entry_id, r.ordinal LIMIT ? OFFSET ?`;
  return connection
    .all<LineRow>(
      `${conditions.with} SELECT p.*, e.size_bytes, e.reverse_path, e.received_at, e.origin, e.client
         FROM (${page}) p CROSS JOIN queue_entry e ON e.id = p.entry_id ORDER BY p.entry_id, p.ordinal`,
      ...conditions.values,
      list.limit,
      list.offset ?? 0,
    )
    .map(toLine);
}

export function countQueueLines(connection: Connection, filter: QueueFilter): number {
  const { with: underWay, where, values } = new QueueConditions(filter);
  const row = connection.get<{ count: number }>(
    `${underWay} SELECT count(*) AS count FROM queue_recipient r ${where}`,
    ...values,
  );
  return row?.count ?? 0;
}

interface GroupRow {
  readonly key: string;
  readonly reply: string;
  readonly state: RecipientState;
  readonly count: number;
  readonly oldest: number;
}

export interface GroupArguments {
  readonly filter: QueueFilter;
  readonly by: 'nextHop' | 'reply';
  readonly limit: number;
}

export function groupQueueLines(connection: Connection, group: GroupArguments): readonly QueueGroup[] {
  const { with: underWay, where, values, state } = new QueueConditions(group.filter);
  const rows = connection.all<GroupRow>(
    `${underWay} SELECT ${group.by === 'nextHop' ? NEXT_HOP : REPLY} AS key, ${REPLY} AS reply, ${state} AS state,
            count(*) AS count, min(e.received_at) AS oldest
       FROM queue_recipient r CROSS JOIN queue_entry e ON e.id = r.entry_id ${where} GROUP BY 1, 2, 3`,
    ...values,
  );
  const groups = [...Map.groupBy(rows, (row) => row.key)].map(([key, parts]) => toGroup(key, parts));
  const sizeOf = (each: QueueGroup) => each.queued + each.active + each.deferred + each.held;
  return groups.sort((a, b) => sizeOf(b) - sizeOf(a) || (a.key < b.key ? -1 : 1)).slice(0, group.limit);
}

function toGroup(key: string, parts: readonly GroupRow[]): QueueGroup {
  const counts = { queued: 0, active: 0, deferred: 0, held: 0 };
  const replies = new Map<string, number>();
  for (const { state, reply, count } of parts) {
    counts[state] += count;
    if (reply !== '') replies.set(reply, (replies.get(reply) ?? 0) + count);
  }
  const [mostFrequent] = [...replies].sort(([, a], [, b]) => b - a);
  const oldestReceivedAt = parts.reduce((oldest, part) => Math.min(oldest, part.oldest), Infinity);
  return { key, ...counts, oldestReceivedAt, reply: mostFrequent?.[0] ?? null };
}

function toLine(row: LineRow): QueueLine {
  return {
    entryId: row.entry_id,
    ordinal: row.ordinal,
    recipient: { ...toRecipient(row), state: row.shown_state },
    sizeBytes: row.size_bytes,
    reversePath: row.reverse_path,
    receivedAt: row.received_at,
    origin: row.origin,
    ...(row.client !== null && { client: toClient(row.client) }),
  };
}
