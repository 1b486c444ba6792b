/**
 * What changes the queue by itself: entries come, attempts are recorded.
 *
 * Flow: enqueue() → entry, content, timeline in one commit; recordAttempt() → outcomes, mailbox deposits, DSN, timeline in one.
 * Invariants: a recipient leaves only by an outcome of kind delivered, relayed or failed, and with a failed one the DSN that
 * tells of it comes in. An entry's last recipient takes the entry and its content reference along.
 */
import type { ContentId } from '../mail/content/port.ts';
import type { AwaitedModeration, DeliveryMark, Postponement } from '../mail/queue/port.ts';
import type { TraceId } from '../mail/events.ts';
import { addContent, changeReferences, holdContent } from './content-store.ts';
import { depositMessage } from './mail-store/message-writes.ts';
import type {
  AttemptArguments,
  EnqueueArguments,
  OutcomeArguments,
  RecipientArguments,
} from './queue-arguments.ts';
import { keepApart } from './screening/quarantine-keeping.ts';
import { OFFICE } from './sealing/keyring.ts';
import { addEvents, addTrace, setTraceState } from './timeline-store.ts';
import { addWords } from './trace-search/trace-writes.ts';
import type { Transaction, Write } from './transaction.ts';

export const enqueue: Write<EnqueueArguments, number> = (transaction, entry) => {
  const { connection } = transaction;
  const contentId = takeContent(transaction, entry.content);
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, client, smtp_utf8,
                              is_eight_bit, require_tls, is_bulk, dsn, prefix, verdict)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, seal(?13, 0, 'queue prefix', ?1),
             seal(?14, 0, 'queue verdict', ?1))`,
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
    entry.isBulk ? 1 : 0,
    entry.dsn,
    entry.prefix,
    entry.verdict,
  );
  entry.recipients.forEach((recipient, ordinal) =>
    addRecipient(transaction, entry, { ...recipient, ordinal }),
  );
  addTrace(transaction, entry.trace);
  addEvents(transaction, entry.events);
  return contentId;
};

/** The content, with a reference for the entry. */
function takeContent(transaction: Transaction, content: EnqueueArguments['content']): ContentId {
  if (!('contentId' in content)) return addContent(transaction, content, OFFICE);
  holdContent(transaction, content.contentId, OFFICE);
  changeReferences(transaction, content.contentId, 1);
  return content.contentId;
}

/** A recipient that nobody has tried yet, due from when its entry came. */
export function addRecipient(
  { connection }: Transaction,
  { id, receivedAt, isBulk }: Pick<EnqueueArguments, 'id' | 'receivedAt' | 'isBulk'>,
  recipient: RecipientArguments & { readonly ordinal: number },
): void {
  const { ordinal, address, dsn, heldBy } = recipient;
  connection.run(
    `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at, is_bulk, dsn, held_by)
     VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)`,
    id,
    ordinal,
    address,
    heldBy === null ? 'queued' : 'held',
    receivedAt,
    isBulk ? 1 : 0,
    dsn,
    heldBy,
  );
}

interface AttemptedRow {
  readonly content_id: number;
  readonly size_bytes: number;
  readonly is_bulk: number;
  readonly reverse_path: string;
}

const recordAttempt: Write<AttemptArguments, void> = (transaction, record) => {
  const entry = transaction.connection.get<AttemptedRow>(
    'SELECT content_id, size_bytes, is_bulk, reverse_path FROM queue_entry WHERE id = ?',
    record.entryId,
  );
  // Removed by an administrator while the attempt ran: its outcome has nothing to belong to.
  if (entry === undefined || !isStillQueued(transaction, record)) return releaseStaged(transaction, record);
  // They come first: where a DSN cannot be queued, nothing of this attempt is recorded, and it is made again.
  for (const following of record.following) enqueue(transaction, following);
  for (const mark of record.marks) setMark(transaction, mark);
  // Before the recipients that led to them leave, so that no ordinal is given twice.
  addNewRecipients(transaction, record, entry.is_bulk === 1);
  for (const [ordinal, nextHop] of record.routedTo) noteNextHop(transaction, { ...record, ordinal, nextHop });
  for (const postponement of record.postponed) postpone(transaction, record.entryId, postponement);
  for (const awaited of record.awaitModeration) awaitModeration(transaction, record.entryId, awaited);
  for (const outcome of record.outcomes) recordOutcome(transaction, record.entryId, outcome);
  const content = { contentId: entry.content_id, sizeBytes: entry.size_bytes, traceId: record.entryId };
  for (const deposit of record.deposits) depositMessage(transaction, deposit, content);
  for (const copy of record.quarantined)
    keepApart(transaction, copy, { ...content, reversePath: entry.reverse_path });
  addEvents(transaction, record.events);
  addWords(transaction, record.entryId, record.words);
  const isFinished = removeFinishedEntry(transaction, record);
  const deposited = record.deposits.filter((deposit) => deposit.content === null).length;
  const sharing = deposited + record.quarantined.length;
  changeReferences(transaction, entry.content_id, sharing - (isFinished ? 1 : 0));
  const [only] = record.deposits;
  if (isFinished && sharing === 1 && only?.content === null)
    handOver(transaction, entry.content_id, only.accountId);
};

/** A content that only one account holds from now on is sealed with that account's key. */
function handOver(transaction: Transaction, id: ContentId, accountId: number): void {
  const sql = 'SELECT reference_count = 1 AND data_key IS NOT NULL AS isOnly FROM content WHERE id = ?';
  const row = transaction.connection.get<{ isOnly: number }>(sql, id);
  if (row?.isOnly === 1) holdContent(transaction, id, accountId);
}

/** What will not be queued or deposited leaves no file behind. */
function releaseStaged(transaction: Transaction, { following, deposits }: AttemptArguments): void {
  for (const { content } of [...following, ...deposits]) {
    const fileName = content !== null && 'fileName' in content ? content.fileName : null;
    if (fileName !== null) transaction.releasedFiles.push(fileName);
  }
}

function setMark({ connection, now }: Transaction, { accountId, kind, key, expiresAt }: DeliveryMark): void {
  connection.run('DELETE FROM delivery_mark WHERE expires_at <= ?', now);
  if (accountId === null) {
    connection.run('DELETE FROM office_mark WHERE expires_at <= ?', now);
    connection.run(
      "INSERT OR REPLACE INTO office_mark (kind, key, expires_at) VALUES (?, seal_name(?, 0, 'office mark'), ?)",
      kind,
      key,
      expiresAt,
    );
    return;
  }
  connection.run(
    `INSERT OR REPLACE INTO delivery_mark (account_id, kind, key, expires_at)
       VALUES (?1, ?2, seal_name(?3, ?1, 'delivery mark'), ?4)`,
    accountId,
    kind,
    key,
    expiresAt,
  );
}

function isStillQueued(
  { connection }: Transaction,
  { entryId, outcomes, postponed, awaitModeration }: AttemptArguments,
): boolean {
  return [...outcomes, ...postponed, ...awaitModeration].some(
    ({ ordinal }) =>
      connection.get('SELECT 1 FROM queue_recipient WHERE entry_id = ? AND ordinal = ?', entryId, ordinal) !==
      undefined,
  );
}

function addNewRecipients(
  transaction: Transaction,
  { entryId, newRecipients, at }: AttemptArguments,
  isBulk: boolean,
): void {
  let ordinal = nextOrdinal(transaction, entryId);
  const entry = { id: entryId, receivedAt: at, isBulk };
  for (const recipient of newRecipients)
    addRecipient(transaction, entry, { ...recipient, ordinal: ordinal++ });
}

export function nextOrdinal({ connection }: Transaction, entryId: TraceId): number {
  const row = connection.get<{ next: number }>(
    'SELECT ifnull(max(ordinal), -1) + 1 AS next FROM queue_recipient WHERE entry_id = ?',
    entryId,
  );
  return row?.next ?? 0;
}

function noteNextHop(
  { connection }: Transaction,
  { entryId, ordinal, nextHop }: { entryId: TraceId; ordinal: number; nextHop: string },
): void {
  connection.run(
    'UPDATE queue_recipient SET next_hop = ? WHERE entry_id = ? AND ordinal = ? AND next_hop IS NOT ?',
    nextHop,
    entryId,
    ordinal,
    nextHop,
  );
}

function postpone({ connection }: Transaction, entryId: TraceId, { ordinal, until }: Postponement): void {
  connection.run(
    'UPDATE queue_recipient SET next_attempt_at = ? WHERE entry_id = ? AND ordinal = ?',
    until,
    entryId,
    ordinal,
  );
}

function awaitModeration(
  { connection }: Transaction,
  entryId: TraceId,
  { ordinal, group }: AwaitedModeration,
): void {
  connection.run(
    `UPDATE queue_recipient SET state = 'held', moderated_group = ? WHERE entry_id = ? AND ordinal = ?`,
    group,
    entryId,
    ordinal,
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
    `UPDATE queue_recipient SET state = iif(state = 'held', 'held', 'deferred'), attempts = attempts + ?,
            next_attempt_at = ?, last_outcome = ?, is_delay_reported = max(is_delay_reported, ?)
      WHERE entry_id = ? AND ordinal = ?`,
    outcome.isUntried ? 0 : 1,
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
