/**
 * The durable queue: entries and their recipients.
 *
 * Flow: enqueue() → entry, content, timeline in one commit; recordAttempt() → outcomes, mailbox deposits, DSN, timeline in one.
 * Invariants: a recipient leaves only by an outcome of kind delivered, relayed or failed, and with a failed one the DSN that
 * tells of it comes in. An entry's last recipient takes the entry and its content reference along.
 */
import type {
  AttemptRecord,
  EntryClient,
  MessageDsn,
  NewQueueEntry,
  QueueDepth,
  QueueEntry,
  QueueRecipient,
  QueueStore,
  RecipientDsn,
  RecipientState,
  RecordedOutcome,
} from '../mail/queue/port.ts';
import type { RecipientOutcome, TraceId } from '../mail/events.ts';
import type { Connection } from './connection.ts';
import { addContent, changeReferences, toContentArguments, type ContentArguments } from './content-store.ts';
import { depositMessage, type DepositArguments } from './mail-store/message-writes.ts';
import {
  addEvents,
  addTrace,
  setTraceState,
  toEventArguments,
  type EventArguments,
  type TraceArguments,
} from './timeline-store.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Writer } from './writer.ts';

interface RecipientArguments {
  readonly address: string;
  /** JSON, or null. */
  readonly dsn: string | null;
}

interface EnqueueArguments {
  readonly id: TraceId;
  readonly content: ContentArguments;
  readonly reversePath: string;
  readonly receivedAt: number;
  readonly origin: string;
  readonly smtpUtf8: boolean;
  readonly isEightBit: boolean;
  readonly requireTls: boolean;
  /** JSON, or null. */
  readonly client: string | null;
  /** JSON, or null. */
  readonly dsn: string | null;
  readonly recipients: readonly RecipientArguments[];
  readonly trace: TraceArguments;
  readonly events: readonly EventArguments[];
}

const enqueue: Write<EnqueueArguments, number> = (transaction, entry) => {
  const { connection } = transaction;
  const contentId = addContent(transaction, entry.content, 1);
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, client, smtp_utf8,
                              is_eight_bit, require_tls, dsn)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    entry.id,
    contentId,
    entry.content.sizeBytes,
    entry.reversePath,
    entry.receivedAt,
    entry.origin,
    entry.client,
    entry.smtpUtf8 ? 1 : 0,
    entry.isEightBit ? 1 : 0,
    entry.requireTls ? 1 : 0,
    entry.dsn,
  );
  entry.recipients.forEach(({ address, dsn }, ordinal) => {
    connection.run(
      `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at, dsn)
       VALUES (?, ?, ?, 'queued', 0, ?, ?)`,
      entry.id,
      ordinal,
      address,
      entry.receivedAt,
      dsn,
    );
  });
  addTrace(transaction, entry.trace);
  addEvents(transaction, entry.events);
  return contentId;
};

interface OutcomeArguments {
  readonly ordinal: number;
  readonly kind: RecipientOutcome['kind'];
  readonly outcome: string;
  readonly nextAttemptAt: number;
  readonly isDelayReported: boolean;
}

interface AttemptArguments {
  readonly entryId: TraceId;
  readonly outcomes: readonly OutcomeArguments[];
  readonly newRecipients: readonly RecipientArguments[];
  readonly deposits: readonly DepositArguments[];
  readonly bounce: EnqueueArguments | null;
  readonly events: readonly EventArguments[];
  readonly at: number;
}

const recordAttempt: Write<AttemptArguments, void> = (transaction, record) => {
  const entry = transaction.connection.get<{ content_id: number; size_bytes: number }>(
    'SELECT content_id, size_bytes FROM queue_entry WHERE id = ?',
    record.entryId,
  );
  // Removed by an administrator while the attempt ran: its outcome has nothing to belong to.
  if (entry === undefined || !isStillQueued(transaction, record))
    return releaseStaged(transaction, record.bounce);
  // The DSN first: where it cannot be queued, nothing of this attempt is recorded, and it is made again.
  if (record.bounce !== null) enqueue(transaction, record.bounce);
  // Before the recipients that led to them leave, so that no ordinal is given twice.
  for (const recipient of record.newRecipients) addRecipient(transaction, record, recipient);
  for (const outcome of record.outcomes) recordOutcome(transaction, record.entryId, outcome);
  const content = { contentId: entry.content_id, sizeBytes: entry.size_bytes, traceId: record.entryId };
  for (const deposit of record.deposits) depositMessage(transaction, deposit, content);
  addEvents(transaction, record.events);
  const isFinished = removeFinishedEntry(transaction, record);
  changeReferences(transaction, entry.content_id, record.deposits.length - (isFinished ? 1 : 0));
};

/** A DSN that will not be queued leaves no file behind. */
function releaseStaged(transaction: Transaction, bounce: EnqueueArguments | null): void {
  const fileName = bounce?.content.fileName ?? null;
  if (fileName !== null) transaction.releasedFiles.push(fileName);
}

function isStillQueued({ connection }: Transaction, { entryId, outcomes }: AttemptArguments): boolean {
  return outcomes.some(
    ({ ordinal }) =>
      connection.get('SELECT 1 FROM queue_recipient WHERE entry_id = ? AND ordinal = ?', entryId, ordinal) !==
      undefined,
  );
}

function addRecipient(
  { connection }: Transaction,
  { entryId, at }: AttemptArguments,
  { address, dsn }: RecipientArguments,
): void {
  connection.run(
    `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at, dsn)
     SELECT ?, max(ordinal) + 1, ?, 'queued', 0, ?, ? FROM queue_recipient WHERE entry_id = ?`,
    entryId,
    address,
    at,
    dsn,
    entryId,
  );
}

function recordOutcome(transaction: Transaction, entryId: TraceId, outcome: OutcomeArguments): void {
  const { connection } = transaction;
  if (outcome.kind === 'failed') setTraceState(transaction, entryId, 'failed');
  if (outcome.kind !== 'deferred') {
    connection.run(
      'DELETE FROM queue_recipient WHERE entry_id = ? AND ordinal = ?',
      entryId,
      outcome.ordinal,
    );
    return;
  }
  connection.run(
    // Held while the attempt ran: the outcome counts, the hold stays.
    `UPDATE queue_recipient SET state = iif(state = 'held', 'held', 'deferred'), attempts = attempts + 1,
            next_attempt_at = ?, last_outcome = ?, is_delay_reported = max(is_delay_reported, ?)
      WHERE entry_id = ? AND ordinal = ?`,
    outcome.nextAttemptAt,
    outcome.outcome,
    outcome.isDelayReported ? 1 : 0,
    entryId,
    outcome.ordinal,
  );
}

function removeFinishedEntry(transaction: Transaction, record: AttemptArguments): boolean {
  const { connection } = transaction;
  const waiting = connection.get('SELECT 1 FROM queue_recipient WHERE entry_id = ? LIMIT 1', record.entryId);
  if (waiting !== undefined) return false;
  connection.run('DELETE FROM queue_entry WHERE id = ?', record.entryId);
  setTraceState(transaction, record.entryId, 'done');
  return true;
}

export const queueWrites = { enqueue, recordAttempt };

interface EntryRow {
  id: string;
  content_id: number;
  size_bytes: number;
  reverse_path: string;
  received_at: number;
  origin: QueueEntry['origin'];
  client: string | null;
  smtp_utf8: number;
  is_eight_bit: number;
  require_tls: number;
  dsn: string | null;
}

export interface RecipientRow {
  ordinal: number;
  address: string;
  state: RecipientState;
  attempts: number;
  next_attempt_at: number;
  last_outcome: string | null;
  dsn: string | null;
  is_delay_reported: number;
}

export class SqliteQueueStore implements QueueStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  async enqueue(entry: NewQueueEntry): Promise<QueueEntry> {
    const contentId = await this.#writer.run('enqueue', toEnqueueArguments(entry));
    return toNewEntry(entry, contentId);
  }

  recordAttempt(record: AttemptRecord): Promise<void> {
    return this.#writer.run('recordAttempt', {
      entryId: record.entryId,
      outcomes: record.outcomes.map((recorded) => toOutcomeArguments(recorded, record.at)),
      deposits: record.deposits.map((deposit) => ({ ...deposit, savedAt: record.at })),
      newRecipients: (record.newRecipients ?? []).map(({ address, dsn }) => ({ address, dsn: toJson(dsn) })),
      bounce: record.bounce === undefined ? null : toEnqueueArguments(record.bounce),
      events: toEventArguments(record.events),
      at: record.at,
    });
  }

  due(now: number, limit: number): Promise<readonly QueueEntry[]> {
    return this.#readAll(
      `SELECT entry_id AS id, min(next_attempt_at) AS due_at FROM queue_recipient
        WHERE state IN ('queued', 'deferred') AND next_attempt_at <= ?
        GROUP BY entry_id ORDER BY due_at LIMIT ?`,
      now,
      limit,
    );
  }

  nextDueAt(after = -1): Promise<number | null> {
    const row = this.#connection.get<{ due_at: number | null }>(
      `SELECT min(next_attempt_at) AS due_at FROM queue_recipient
        WHERE state IN ('queued', 'deferred') AND next_attempt_at > ?`,
      after,
    );
    return Promise.resolve(row?.due_at ?? null);
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
    const row = this.#connection.get<EntryRow>('SELECT * FROM queue_entry WHERE id = ?', id);
    return row === undefined ? undefined : toEntry(row, this.#readRecipients(id));
  }

  #readRecipients(id: TraceId): QueueRecipient[] {
    return this.#connection
      .all<RecipientRow>('SELECT * FROM queue_recipient WHERE entry_id = ? ORDER BY ordinal', id)
      .map(toRecipient);
  }
}

function toEnqueueArguments(entry: NewQueueEntry): EnqueueArguments {
  return {
    id: entry.id,
    content: toContentArguments(entry.content),
    reversePath: entry.reversePath,
    receivedAt: entry.receivedAt,
    origin: entry.origin,
    client: toJson(entry.client),
    smtpUtf8: entry.smtpUtf8,
    isEightBit: entry.isEightBit === true,
    requireTls: entry.requireTls === true,
    dsn: toJson(entry.dsn),
    recipients: entry.recipients.map((address, ordinal) => ({
      address,
      dsn: toJson(entry.recipientDsn?.[ordinal]),
    })),
    trace: toTrace(entry),
    events: toEventArguments(entry.events),
  };
}

function toJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function toOutcomeArguments(recorded: RecordedOutcome, at: number): OutcomeArguments {
  const { ordinal, outcome, nextAttemptAt = at, isDelayReported = false } = recorded;
  return { ordinal, kind: outcome.kind, outcome: JSON.stringify(outcome), nextAttemptAt, isDelayReported };
}

function toEntry(row: EntryRow, recipients: QueueRecipient[]): QueueEntry {
  return {
    id: row.id,
    contentId: row.content_id,
    sizeBytes: row.size_bytes,
    reversePath: row.reverse_path,
    receivedAt: row.received_at,
    origin: row.origin,
    ...(row.client !== null && { client: JSON.parse(row.client) as EntryClient }),
    smtpUtf8: row.smtp_utf8 === 1,
    ...(row.is_eight_bit === 1 && { isEightBit: true }),
    ...(row.require_tls === 1 && { requireTls: true }),
    ...(row.dsn !== null && { dsn: JSON.parse(row.dsn) as MessageDsn }),
    recipients,
  };
}

export function toRecipient(row: RecipientRow): QueueRecipient {
  return {
    ordinal: row.ordinal,
    address: row.address,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    ...(row.last_outcome !== null && { lastOutcome: JSON.parse(row.last_outcome) as RecipientOutcome }),
    ...(row.dsn !== null && { dsn: JSON.parse(row.dsn) as RecipientDsn }),
    ...(row.is_delay_reported === 1 && { isDelayReported: true }),
  };
}

/** The entry as it is read back, without reading it back. */
function toNewEntry(entry: NewQueueEntry, contentId: number): QueueEntry {
  const { content, recipients, recipientDsn, events: _events, ...facts } = entry;
  return {
    ...facts,
    contentId,
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
}

function toTrace(entry: NewQueueEntry): TraceArguments {
  const { index } = entry.content;
  const received = entry.events.find((event) => event.type === 'received');
  const remote = [received?.remoteName, received?.remoteAddress, received?.account];
  return {
    traceId: entry.id,
    receivedAt: entry.receivedAt,
    via: entry.origin,
    reversePath: entry.reversePath,
    author: index.author === '' ? entry.reversePath : index.author,
    recipients: JSON.stringify(entry.recipients),
    subject: index.subject,
    messageId: index.envelope.messageId,
    sizeBytes: entry.content.sizeBytes,
    remote: remote.filter((part) => part !== undefined).join(' '),
  };
}
