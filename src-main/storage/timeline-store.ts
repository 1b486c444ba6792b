/**
 * Timelines: one row per message for lists and searches, and its events in order.
 *
 * Flow: enqueue() and recordAttempt() write events in their own commits; `read` events come by append().
 * Invariants: events are never changed; a message's state is derived once, when its entry leaves the queue.
 */
import type { MailEvent, TraceId } from '../mail/events.ts';
import type {
  KeptTimelines,
  MessageFilter,
  MessagePage,
  MessageSummary,
  MessageTimeline,
  TimelineStore,
} from '../observe/port.ts';
import type { Connection } from './connection.ts';
import { deedsOf, pruneDeeds } from './mailbox-deeds.ts';
import type { Reader } from './reader.ts';
import { SingleRun } from './single-run.ts';
import { SLICE_OCTETS, SLICES } from './trace-search/trace-block.ts';
import type { FullTraceBlock } from './trace-search/trace-index.ts';
import { READ_TRACES, toSummary, type TraceRow } from './trace-search/trace-rows.ts';
import { removeEmptyBlocks, traceSearchWrites } from './trace-search/trace-writes.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Writer } from './writer.ts';

/** An event as it travels to the writer. */
export interface EventArguments {
  readonly traceId: TraceId;
  readonly event: string;
}

export function toEventArguments(events: readonly MailEvent[]): readonly EventArguments[] {
  return events.map((event) => ({ traceId: event.traceId, event: JSON.stringify(event) }));
}

export function addEvents(transaction: Transaction, events: readonly EventArguments[]): void {
  for (const { traceId, event } of events) {
    transaction.connection.run(
      "INSERT INTO trace_event (trace_id, event) VALUES (?, seal(?, 0, 'event', ?))",
      traceId,
      event,
      traceId,
    );
  }
}

/** What the first row of a timeline says; flat, for the writer. */
export interface TraceArguments {
  readonly traceId: TraceId;
  readonly receivedAt: number;
  readonly via: string;
  readonly sizeBytes: number;
  /** JSON: TraceFacts. */
  readonly facts: string;
}

export function addTrace(transaction: Transaction, trace: TraceArguments): void {
  transaction.connection.run(
    `INSERT INTO message_trace (trace_id, received_at, via, size_bytes, state, facts)
     VALUES (?, ?, ?, ?, 'waiting', seal(?, 0, 'trace facts', ?))`,
    trace.traceId,
    trace.receivedAt,
    trace.via,
    trace.sizeBytes,
    trace.facts,
    trace.traceId,
  );
}

/** A message that failed for somebody stays one that failed, whatever becomes of its other recipients. */
export function setTraceState(
  transaction: Transaction,
  traceId: TraceId,
  state: MessageSummary['state'],
): void {
  transaction.connection.run(
    "UPDATE message_trace SET state = ? WHERE trace_id = ? AND state <> 'failed'",
    state,
    traceId,
  );
}

const appendEvents: Write<readonly EventArguments[], void> = (transaction, events) =>
  addEvents(transaction, events);

/** Deletes timelines older than the limit that nothing waits for, oldest first. Returns how many. */
const pruneTimelines: Write<{ receivedBefore: number; limit: number }, number> = ({ connection }, prune) => {
  const old = SETTLED.flatMap((state) => oldestIn(connection, state, prune.limit)).filter(
    ({ received_at }) => received_at < prune.receivedBefore,
  );
  const going = old.slice(0, prune.limit);
  for (const { trace_id, number } of going) {
    connection.run('DELETE FROM trace_event WHERE trace_id = ?', trace_id);
    connection.run('DELETE FROM message_trace WHERE number = ?', number);
  }
  removeEmptyBlocks(
    connection,
    going.map(({ number }) => number),
  );
  const { receivedBefore: before, limit } = prune;
  return Math.max(going.length, pruneDeeds(connection, { before, limit }));
};

const SETTLED: readonly MessageSummary['state'][] = ['done', 'failed', 'deleted'];

function oldestIn(connection: Connection, state: MessageSummary['state'], limit: number) {
  return connection.all<{ trace_id: string; received_at: number; number: number }>(
    'SELECT trace_id, received_at, number FROM message_trace WHERE state = ? ORDER BY trace_id LIMIT ?',
    state,
    limit,
  );
}

export const timelineWrites = { appendEvents, pruneTimelines, ...traceSearchWrites };

/** Where messages lie in an account's mailboxes now, by what was done with them. */
export function findPlaces(
  connection: Connection,
  { account, traceIds }: { readonly account: string; readonly traceIds: readonly TraceId[] },
): ReadonlyMap<TraceId, string> {
  const places = new Map<TraceId, string>();
  for (const traceId of traceIds) {
    const mailbox = placeIn(readTimeline(connection, traceId)?.events ?? [], account.toLowerCase());
    if (mailbox !== null) places.set(traceId, mailbox);
  }
  return places;
}

/** Its copies elsewhere in the account are not followed. */
function placeIn(events: readonly MailEvent[], account: string): string | null {
  let mailbox: string | null = null;
  for (const event of events) {
    if (event.type === 'attempted' && event.account?.toLowerCase() === account)
      mailbox = event.mailbox ?? null;
    else if (event.type === 'moved' && event.toAccount?.toLowerCase() === account) mailbox = event.to;
    else if (event.type === 'moved' && event.account.toLowerCase() === account && event.mailbox === mailbox)
      mailbox = event.toAccount === undefined ? event.to : null;
    else if (
      event.type === 'expunged' &&
      event.account.toLowerCase() === account &&
      event.mailbox === mailbox
    )
      mailbox = null;
  }
  return mailbox;
}

export function measureTimelines(connection: Connection): KeptTimelines {
  const row = connection.get<{ timelines: number; oldest: string | null }>(
    'SELECT count(*) AS timelines, min(trace_id) AS oldest FROM message_trace INDEXED BY message_trace_state',
  );
  const oldest = connection.get<{ at: number }>(
    'SELECT received_at AS at FROM message_trace WHERE trace_id = ?',
    row?.oldest ?? null,
  );
  return { timelines: row?.timelines ?? 0, oldestTimelineAt: oldest?.at ?? null };
}

export function readTimeline(connection: Connection, traceId: TraceId): MessageTimeline | null {
  const row = connection.get<TraceRow>(`${READ_TRACES} WHERE trace_id = ?`, traceId);
  if (row === undefined) return null;
  const events = connection
    .all<{ event: string }>(
      "SELECT unseal(event, 'event', trace_id) AS event FROM trace_event WHERE trace_id = ? ORDER BY number",
      traceId,
    )
    .map(({ event }) => JSON.parse(event) as MailEvent);
  const accounts = events.flatMap((event) =>
    event.type === 'attempted' && event.account !== undefined ? [event.account] : [],
  );
  const deeds = deedsOf(connection, { traceId, since: row.received_at, accounts });
  if (deeds.length === 0) return { summary: toSummary(row), events };
  return { summary: toSummary(row), events: [...events, ...deeds].sort((a, b) => a.at - b.at) };
}

/** A page that few messages fit is looked for in so many goes before it is answered as it is. */
const MOST_GOES = 16;
/** What a window shows at once: with so many found, the rest of a page need not be waited for. */
const ENOUGH_TO_SHOW = 25;
/** So many slices are stored in one commit, which then takes some milliseconds. */
const SLICES_A_COMMIT = 512;

export class SqliteTimelineStore implements TimelineStore {
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #filling = new SingleRun(() => this.#fill());

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  async listMessages(filter: MessageFilter): Promise<MessagePage> {
    const items: MessageSummary[] = [];
    let next = filter.before;
    for (let goes = 0; goes < MOST_GOES; goes++) {
      const asked = {
        ...filter,
        limit: filter.limit - items.length,
        ...(next !== undefined && { before: next }),
      };
      const page = await this.#reader.run('findTraces', asked);
      items.push(...page.items);
      const isEnough = items.length >= Math.min(filter.limit, ENOUGH_TO_SHOW);
      if (!page.isCut || page.next === null || isEnough) return { items, next: page.next };
      next = page.next;
    }
    return { items, next: next ?? null };
  }

  readTimeline(traceId: TraceId): Promise<MessageTimeline | null> {
    return this.#reader.run('readTimeline', traceId);
  }

  append(events: readonly MailEvent[]): Promise<void> {
    return this.#writer.run('appendEvents', toEventArguments(events));
  }

  findPlaces(account: string, traceIds: readonly TraceId[]): Promise<ReadonlyMap<TraceId, string>> {
    return this.#reader.run('findPlaces', { account, traceIds });
  }

  measure(): Promise<KeptTimelines> {
    return this.#reader.run('measureTimelines', null);
  }

  /** Deletes at most `limit` timelines that are older and that nothing waits for; answers how many. */
  prune(receivedBefore: number, limit: number): Promise<number> {
    return this.#writer.run('pruneTimelines', { receivedBefore, limit });
  }

  /** Brings the search index up to date. */
  fill(): Promise<void> {
    return this.#filling.run();
  }

  /** Stops filling. */
  close(): Promise<void> {
    return this.#filling.stop();
  }

  async #fill(): Promise<void> {
    while (!this.#filling.isStopped) {
      const { full, isDone } = await this.#reader.run('growTraceIndex', null);
      if (isDone) return;
      if (full !== null) await this.#store(full);
    }
  }

  async #store({ id, bits }: FullTraceBlock): Promise<void> {
    for (let slice = 0; slice < SLICES; slice += SLICES_A_COMMIT) {
      const part = bits.slice(slice * SLICE_OCTETS, (slice + SLICES_A_COMMIT) * SLICE_OCTETS);
      await this.#writer.run('storeTraceSlices', { blockId: id, slice, bits: part });
    }
    await this.#writer.run('finishTraceBlock', id);
  }
}
