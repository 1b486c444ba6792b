/**
 * Writes on mailboxes themselves: create, rename, delete, subscribe.
 *
 * RFC 9051 §6.3.4-6.3.8; special use: RFC 6154. Names arrive checked and canonical (INBOX in capitals, NFC).
 * Invariants: a new mailbox's UIDVALIDITY is higher than any that was ever given out, so a name that comes back after a
 * deletion never pretends to be the old mailbox.
 */
import { err, ok, type Result } from '../../base/result.ts';
import {
  MAILBOX_DELIMITER,
  type AccountId,
  type Mailbox,
  type MailboxError,
  type MailboxId,
  type SpecialUse,
} from '../../mail/mailstore/port.ts';
import { FIRST_MAILBOXES } from '../../mail/mailstore/mailbox-rules.ts';
import type { Connection } from '../connection.ts';
import { changeReferences } from '../content-store.ts';
import { noteDeed } from '../mailbox-deeds.ts';
import type { Transaction, Write } from '../transaction.ts';
import { dropMailboxSharing, inheritGrants } from './grant-rows.ts';
import { moveAllMessages } from './message-writes.ts';
import { copyMetadata, dropMetadata } from './metadata-writes.ts';
import { MAILBOX_COLUMNS, toMailbox, type MailboxRow } from './rows.ts';

export function findMailbox(connection: Connection, accountId: AccountId, name: string): Mailbox | null {
  const row = connection.get<MailboxRow>(
    `SELECT ${MAILBOX_COLUMNS} FROM mailbox WHERE account_id = ? AND name = ?`,
    accountId,
    name,
  );
  return row === undefined ? null : toMailbox(row);
}

/** RFC 9051 §2.3.1.1: seconds since 1970 make a good UIDVALIDITY; two in a second still differ. */
function nextUidValidity(transaction: Transaction): number {
  const row = transaction.connection.get<{ value: string }>(
    `INSERT INTO setting (name, value) VALUES ('lastUidValidity', ?)
       ON CONFLICT (name) DO UPDATE
          SET value = CAST(max(CAST(value AS INTEGER) + 1, CAST(excluded.value AS INTEGER)) AS TEXT)
       RETURNING value`,
    String(Math.floor(transaction.now / 1000)),
  );
  return Number(row?.value);
}

function insertMailbox(
  transaction: Transaction,
  accountId: AccountId,
  mailbox: { name: string; specialUse: SpecialUse | null },
): MailboxId {
  const { rowId } = transaction.connection.run(
    'INSERT INTO mailbox (account_id, name, uid_validity, special_use) VALUES (?, ?, ?, ?)',
    accountId,
    mailbox.name,
    nextUidValidity(transaction),
    mailbox.specialUse,
  );
  transaction.changes.push({ accountId, mailboxId: rowId, kind: 'created' });
  return rowId;
}

const createAccountMailboxes: Write<AccountId, void> = (transaction, accountId) => {
  for (const mailbox of FIRST_MAILBOXES) {
    if (findMailbox(transaction.connection, accountId, mailbox.name) !== null) continue;
    insertMailbox(transaction, accountId, mailbox);
    subscribe(transaction, accountId, mailbox.name);
  }
};

function subscribe(transaction: Transaction, accountId: AccountId, name: string): void {
  transaction.connection.run(
    'INSERT OR IGNORE INTO subscription (account_id, name) VALUES (?, ?)',
    accountId,
    name,
  );
}

interface CreateArguments {
  readonly accountId: AccountId;
  readonly name: string;
  readonly specialUse: SpecialUse | null;
  /** Whose rights a mailbox without a superior one inherits. */
  readonly inheritsFrom: MailboxId | null;
}

const createMailbox: Write<CreateArguments, Result<Mailbox, MailboxError>> = (transaction, args) => {
  const { connection } = transaction;
  if (findMailbox(connection, args.accountId, args.name) !== null) return err('alreadyExists');
  if (args.specialUse !== null && isUseTaken(connection, args)) return err('alreadyExists');
  const superior = createSuperiors(transaction, args);
  const id = insertMailbox(transaction, args.accountId, args);
  if (superior !== null) inheritGrants(transaction, superior, id);
  const created = findMailbox(connection, args.accountId, args.name);
  return created === null ? err('noSuchMailbox') : ok(created);
};

function isUseTaken(connection: Connection, args: CreateArguments): boolean {
  const sql = 'SELECT 1 FROM mailbox WHERE account_id = ? AND special_use = ?';
  return connection.get(sql, args.accountId, args.specialUse) !== undefined;
}

/** RFC 9051 §6.3.4: missing superior levels are created too. Answers whose rights the mailbox inherits (RFC 4314 §4). */
function createSuperiors(
  transaction: Transaction,
  { accountId, name, inheritsFrom }: Pick<CreateArguments, 'accountId' | 'name' | 'inheritsFrom'>,
): MailboxId | null {
  const levels = name.split(MAILBOX_DELIMITER);
  let nearest = inheritsFrom;
  for (let depth = 1; depth < levels.length; depth++) {
    const superior = levels.slice(0, depth).join(MAILBOX_DELIMITER);
    const existing = findMailbox(transaction.connection, accountId, superior)?.id;
    const id = existing ?? insertMailbox(transaction, accountId, { name: superior, specialUse: null });
    if (existing === undefined && nearest !== null) inheritGrants(transaction, nearest, id);
    nearest = id;
  }
  return nearest;
}

interface RenameArguments {
  readonly accountId: AccountId;
  readonly from: string;
  readonly to: string;
}

const renameMailbox: Write<RenameArguments, Result<void, MailboxError>> = (transaction, args) => {
  const { connection } = transaction;
  const source = findMailbox(connection, args.accountId, args.from);
  if (source === null) return err('noSuchMailbox');
  if (findMailbox(connection, args.accountId, args.to) !== null) return err('alreadyExists');
  createSuperiors(transaction, { accountId: args.accountId, name: args.to, inheritsFrom: null });
  if (args.from === 'INBOX') return renameInbox(transaction, source, args.to);
  for (const mailbox of withInferiors(connection, args.accountId, args.from)) {
    const name = args.to + mailbox.name.slice(args.from.length);
    connection.run('UPDATE mailbox SET name = ? WHERE id = ?', name, mailbox.id);
    connection.run(
      'UPDATE OR REPLACE subscription SET name = ? WHERE account_id = ? AND name = ?',
      name,
      args.accountId,
      mailbox.name,
    );
    transaction.changes.push({ accountId: args.accountId, mailboxId: mailbox.id, kind: 'renamed' });
  }
  return ok(undefined);
};

/** RFC 9051 §6.3.6: INBOX stays, empty; its messages go to the new mailbox; its inferiors stay. */
function renameInbox(transaction: Transaction, inbox: Mailbox, to: string): Result<void, MailboxError> {
  const id = insertMailbox(transaction, inbox.accountId, { name: to, specialUse: null });
  moveAllMessages(transaction, inbox.id, id);
  copyMetadata(transaction, inbox.id, id);
  return ok(undefined);
}

function withInferiors(
  connection: Connection,
  accountId: AccountId,
  name: string,
): readonly { id: number; name: string }[] {
  const prefix = name + MAILBOX_DELIMITER;
  return connection.all<{ id: number; name: string }>(
    'SELECT id, name FROM mailbox WHERE account_id = ? AND (name = ? OR substr(name, 1, ?) = ?)',
    accountId,
    name,
    [...prefix].length,
    prefix,
  );
}

const deleteMailbox: Write<{ accountId: AccountId; name: string }, Result<void, MailboxError>> = (
  transaction,
  { accountId, name },
) => {
  const mailbox = findMailbox(transaction.connection, accountId, name);
  if (mailbox === null) return err('noSuchMailbox');
  if (withInferiors(transaction.connection, accountId, name).length > 1) return err('hasChildren');
  dropMailbox(transaction, accountId, mailbox.id);
  return ok(undefined);
};

/** Removes a mailbox with its messages; also used when an account goes. */
export function dropMailbox(transaction: Transaction, accountId: AccountId, mailboxId: MailboxId): void {
  const { connection } = transaction;
  const contents = connection.all<{ content_id: number; count: number }>(
    'SELECT content_id, count(*) AS count FROM message WHERE mailbox_id = ? GROUP BY content_id',
    mailboxId,
  );
  for (const { content_id, count } of contents) changeReferences(transaction, content_id, -count);
  const rows = connection.all<{ trace_id: string | null }>(
    'SELECT trace_id FROM message WHERE mailbox_id = ?',
    mailboxId,
  );
  noteDeed(transaction, { type: 'expunged', from: mailboxId, rows });
  connection.run('DELETE FROM message WHERE mailbox_id = ?', mailboxId);
  connection.run('DELETE FROM expunged WHERE mailbox_id = ?', mailboxId);
  dropMetadata(transaction, mailboxId);
  dropMailboxSharing(transaction, mailboxId);
  connection.run('DELETE FROM mailbox WHERE id = ?', mailboxId);
  transaction.changes.push({ accountId, mailboxId, kind: 'deleted' });
}

interface SubscribeArguments {
  readonly accountId: AccountId;
  readonly name: string;
  readonly isSubscribed: boolean;
}

const setSubscribed: Write<SubscribeArguments, void> = (transaction, { accountId, name, isSubscribed }) => {
  if (isSubscribed) subscribe(transaction, accountId, name);
  else
    transaction.connection.run('DELETE FROM subscription WHERE account_id = ? AND name = ?', accountId, name);
  const mailbox = findMailbox(transaction.connection, accountId, name);
  if (mailbox !== null) transaction.changes.push({ accountId, mailboxId: mailbox.id, kind: 'subscribed' });
};

export const mailboxWrites = {
  createAccountMailboxes,
  createMailbox,
  renameMailbox,
  deleteMailbox,
  setSubscribed,
};
