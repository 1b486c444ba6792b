/**
 * Timelines: one row per message for lists and searches, and its events in order.
 *
 * Flow: enqueue() and recordAttempt() write events in their own commits; `read` events come by append().
 * Invariants: events are never changed; a message's state is derived once, when its entry leaves the queue.
 */
import type { MailEvent, TraceId } from '../mail/events.ts';
import type { MessageFilter, MessageSummary, MessageTimeline, TimelineStore } from '../observe/port.ts';
import type { Connection, SqlValue } from './connection.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Reader } from './reader.ts';
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
      "INSERT INTO trace_event (trace_id, event) VALUES (?1, seal(?2, 0, 'event', ?1))",
      traceId,
      event,
    );
  }
}

/** What the first row of a timeline says; flat, for the writer. */
export interface TraceArguments {
  readonly traceId: TraceId;
  readonly receivedAt: number;
  readonly via: string;
  readonly reversePath: string;
  readonly author: string;
  readonly recipients: string;
  readonly subject: string;
  readonly messageId: string | null;
  readonly sizeBytes: number;
  readonly remote: string;
}

export function addTrace(transaction: Transaction, trace: TraceArguments): void {
  transaction.connection.run(
    `INSERT INTO message_trace
       (trace_id, received_at, via, reverse_path, author, recipients, subject, message_id, size_bytes, state, remote)
     VALUES (?1, ?2, ?3, seal(?4, 0, 'trace reverse_path', ?1), seal(?5, 0, 'trace author', ?1),
             seal(?6, 0, 'trace recipients', ?1), seal(?7, 0, 'trace subject', ?1),
             seal(?8, 0, 'trace message_id', ?1), ?9, 'waiting', seal(?10, 0, 'trace remote', ?1))`,
    trace.traceId,
    trace.receivedAt,
    trace.via,
    trace.reversePath,
    trace.author,
    trace.recipients,
    trace.subject,
    trace.messageId,
    trace.sizeBytes,
    trace.remote,
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

/** Deletes timelines older than the limit that nothing waits for. Returns how many. */
const pruneTimelines: Write<{ receivedBefore: number; limit: number }, number> = ({ connection }, prune) => {
  const old = connection.all<{ trace_id: string }>(
    `SELECT trace_id FROM message_trace WHERE received_at < ? AND state <> 'waiting' ORDER BY trace_id LIMIT ?`,
    prune.receivedBefore,
    prune.limit,
  );
  for (const { trace_id } of old) {
    connection.run('DELETE FROM trace_event WHERE trace_id = ?', trace_id);
    connection.run('DELETE FROM message_trace WHERE trace_id = ?', trace_id);
  }
  return old.length;
};

export const timelineWrites = { appendEvents, pruneTimelines };

interface TraceRow {
  trace_id: string;
  received_at: number;
  via: MessageSummary['via'];
  reverse_path: string;
  author: string;
  recipients: string;
  subject: string;
  message_id: string | null;
  size_bytes: number;
  state: MessageSummary['state'];
}

function toSummary(row: TraceRow): MessageSummary {
  return {
    traceId: row.trace_id,
    receivedAt: row.received_at,
    via: row.via,
    reversePath: row.reverse_path,
    author: row.author,
    recipients: JSON.parse(row.recipients) as string[],
    subject: row.subject,
    messageId: row.message_id,
    sizeBytes: row.size_bytes,
    state: row.state,
  };
}

const SEARCHED_COLUMNS = [
  'reverse_path',
  'author',
  'recipients',
  'subject',
  'message_id',
  'trace_id',
  'remote',
] as const;

/** Those that are sealed. */
const SEALED_COLUMNS: readonly string[] = SEARCHED_COLUMNS.filter((column) => column !== 'trace_id');

function clear(column: string): string {
  return SEALED_COLUMNS.includes(column) ? `unseal(${column}, 'trace ${column}', trace_id)` : column;
}

const CLEAR_COLUMNS = ['*', ...SEALED_COLUMNS.map((column) => `${clear(column)} AS ${column}`)].join(', ');

/** Newest first. Every word of the text must occur in one of the searched columns. */
export function listMessages(connection: Connection, filter: MessageFilter): readonly MessageSummary[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const word of words(filter.text)) {
    conditions.push(
      `(${SEARCHED_COLUMNS.map((column) => `${clear(column)} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    );
    values.push(...SEARCHED_COLUMNS.map(() => likePattern(word)));
  }
  if (filter.state !== undefined) {
    conditions.push('state = ?');
    values.push(filter.state);
  }
  if (filter.before !== undefined) {
    conditions.push('trace_id < ?');
    values.push(filter.before);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT ${CLEAR_COLUMNS} FROM message_trace ${where} ORDER BY trace_id DESC LIMIT ?`;
  return connection.all<TraceRow>(sql, ...values, filter.limit).map(toSummary);
}

/** The words of a search text; at most eight, so that a pasted page stays one query. */
export function words(text: string | undefined): readonly string[] {
  const MOST_WORDS = 8;
  return (text ?? '')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}

/** A LIKE pattern (ESCAPE '\') that finds the word anywhere. */
export function likePattern(word: string): string {
  return `%${word.replaceAll(/[\\%_]/gu, (character) => `\\${character}`)}%`;
}

export function readTimeline(connection: Connection, traceId: TraceId): MessageTimeline | null {
  const row = connection.get<TraceRow>(
    `SELECT ${CLEAR_COLUMNS} FROM message_trace WHERE trace_id = ?`,
    traceId,
  );
  if (row === undefined) return null;
  const events = connection
    .all<{ event: string }>(
      "SELECT unseal(event, 'event', trace_id) AS event FROM trace_event WHERE trace_id = ? ORDER BY number",
      traceId,
    )
    .map(({ event }) => JSON.parse(event) as MailEvent);
  return { summary: toSummary(row), events };
}

export class SqliteTimelineStore implements TimelineStore {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  listMessages(filter: MessageFilter): Promise<readonly MessageSummary[]> {
    return this.#reader.run('listMessages', filter);
  }

  readTimeline(traceId: TraceId): Promise<MessageTimeline | null> {
    return this.#reader.run('readTimeline', traceId);
  }

  append(events: readonly MailEvent[]): Promise<void> {
    return this.#writer.run('appendEvents', toEventArguments(events));
  }

  /** Deletes at most `limit` timelines that are older and that nothing waits for; answers how many. */
  prune(receivedBefore: number, limit: number): Promise<number> {
    return this.#writer.run('pruneTimelines', { receivedBefore, limit });
  }
}
