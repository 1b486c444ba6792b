/**
 * The quarantine on SQLite. Copies come in with the attempt that delivers them (queue-writes.ts).
 *
 * Invariants: each row holds one reference on its content; a release hands it over to the mailbox in the same commit.
 */
import type { MailEvent } from '../../mail/events.ts';
import type {
  QuarantinedMessage,
  QuarantineFilter,
  QuarantineOrder,
  QuarantineStore,
} from '../../mail/screening/quarantine/port.ts';
import type { Verdict } from '../../mail/verdict.ts';
import type { Connection, SqlValue } from '../connection.ts';
import { changeReferences } from '../content-store.ts';
import { depositMessage } from '../mail-store/message-writes.ts';
import { addEvents, toEventArguments } from '../timeline-store.ts';
import type { Transaction, Write } from '../transaction.ts';
import type { Writer } from '../writer.ts';

/** Of one commit, so that other writes get their turn. */
const MOST_A_COMMIT = 100;

export interface QuarantineArguments {
  readonly accountId: number;
  readonly prefix: string;
  readonly recipient: string;
  readonly author: string;
  readonly subject: string;
  readonly verdict: Verdict;
  readonly keptAt: number;
}

/** Keeps a queued message apart; the caller counts the content reference. */
export function keepApart(
  { connection }: Transaction,
  copy: QuarantineArguments,
  entry: { contentId: number; sizeBytes: number; traceId: string; reversePath: string },
): void {
  connection.run(
    `INSERT INTO quarantine (account_id, content_id, size_bytes, prefix, trace_id, reverse_path, recipient, author, subject,
                             verdict, kept_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    copy.accountId,
    entry.contentId,
    entry.sizeBytes,
    copy.prefix,
    entry.traceId,
    entry.reversePath,
    copy.recipient,
    copy.author,
    copy.subject,
    JSON.stringify(copy.verdict),
    copy.keptAt,
  );
}

/** The account is removed, and its mail with it. */
export function dropQuarantine(transaction: Transaction, accountId: number): void {
  const rows = transaction.connection.all<{ content_id: number }>(
    'DELETE FROM quarantine WHERE account_id = ? RETURNING content_id',
    accountId,
  );
  for (const { content_id: contentId } of rows) changeReferences(transaction, contentId, -1);
}

interface Row extends Omit<QuarantinedMessage, 'verdict'> {
  readonly verdict: string;
}

const COLUMNS = `id, account_id AS accountId, content_id AS contentId, size_bytes AS sizeBytes, prefix, trace_id AS traceId,
  reverse_path AS reversePath, recipient, author, subject, verdict, kept_at AS keptAt`;

function select(
  connection: Connection,
  filter: QuarantineFilter,
  page: { offset: number; limit: number },
): readonly QuarantinedMessage[] {
  const { where, values } = toCondition(filter);
  return connection
    .all<Row>(
      `SELECT ${COLUMNS} FROM quarantine WHERE ${where} ORDER BY kept_at DESC, id DESC LIMIT ? OFFSET ?`,
      ...values,
      page.limit,
      page.offset,
    )
    .map((row) => ({ ...row, verdict: JSON.parse(row.verdict) as Verdict }));
}

function toCondition({ accountId, text = '', ids, keptBefore, keptAfter }: QuarantineFilter) {
  const conditions = ['1'];
  const values: SqlValue[] = [];
  const add = (condition: string, value: SqlValue): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (accountId !== undefined) add('account_id = ?', accountId);
  if (keptBefore !== undefined) add('kept_at < ?', keptBefore);
  if (keptAfter !== undefined) add('kept_at > ?', keptAfter);
  if (ids !== undefined) add('id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
  for (const word of text.split(/\s+/u).filter((each) => each !== '')) {
    const searched =
      "instr(lower(author || ' ' || reverse_path || ' ' || recipient || ' ' || subject), ?) > 0";
    add(searched, word.toLowerCase());
  }
  return { where: conditions.join(' AND '), values };
}

const carryOutQuarantine: Write<QuarantineOrder, readonly QuarantinedMessage[]> = (transaction, order) => {
  const messages = select(transaction.connection, order.filter, { offset: 0, limit: MOST_A_COMMIT });
  for (const message of messages) {
    transaction.connection.run('DELETE FROM quarantine WHERE id = ?', message.id);
    if (order.action === 'release') release(transaction, message, order.at);
    else changeReferences(transaction, message.contentId, -1);
  }
  const accounts = new Map<number, string>();
  addEvents(
    transaction,
    toEventArguments(messages.map((message) => toEvent(transaction, order, { message, accounts }))),
  );
  return messages;
};

/** The reference on the content goes over to the mailbox. */
function release(transaction: Transaction, message: QuarantinedMessage, at: number): void {
  const { accountId, prefix, contentId, sizeBytes, traceId } = message;
  const deposit = { accountId, mailbox: 'INBOX', prefix, flags: [], savedAt: at, content: null };
  depositMessage(transaction, deposit, { contentId, sizeBytes, traceId });
}

function toEvent(
  { connection }: Transaction,
  { action, by, at }: QuarantineOrder,
  { message, accounts }: { message: QuarantinedMessage; accounts: Map<number, string> },
): MailEvent {
  const { accountId, traceId } = message;
  const account = accounts.get(accountId) ?? addressOf(connection, accountId);
  accounts.set(accountId, account);
  return {
    type: action === 'release' ? 'quarantineReleased' : 'quarantineRemoved',
    traceId,
    at,
    account,
    by,
  };
}

function addressOf(connection: Connection, accountId: number): string {
  const row = connection.get<{ address: string }>(
    "SELECT local_part || '@' || domain AS address FROM account WHERE id = ?",
    accountId,
  );
  return row?.address ?? '';
}

export const quarantineWrites = { carryOutQuarantine };

export class SqliteQuarantineStore implements QuarantineStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  list(
    filter: QuarantineFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly QuarantinedMessage[]> {
    return Promise.resolve(select(this.#connection, filter, page));
  }

  count(filter: QuarantineFilter): Promise<number> {
    const { where, values } = toCondition(filter);
    const row = this.#connection.get<{ count: number }>(
      `SELECT count(*) AS count FROM quarantine WHERE ${where}`,
      ...values,
    );
    return Promise.resolve(row?.count ?? 0);
  }

  carryOut(order: QuarantineOrder): Promise<readonly QuarantinedMessage[]> {
    return this.#writer.run('carryOutQuarantine', order);
  }
}
