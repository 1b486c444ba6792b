/** The log of sign-ins: one row for those that are alike, with their number and when the first and the last was. */
import { MANY } from '../directory/sign-in/port.ts';
import type { SignInEntry, SignInQuery, SignInStore } from '../directory/sign-in/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addSignIns: Write<readonly SignInEntry[], void> = ({ connection }, entries) => {
  for (const entry of entries) {
    addSignIn(connection, entry);
    if (entry.appPasswordId !== null && entry.outcome === 'ok')
      noteUse(connection, entry, entry.appPasswordId);
  }
};

function addSignIn(connection: Connection, entry: SignInEntry): void {
  connection.run(
    `INSERT INTO sign_in (account_id, name, address, door, method, outcome, app_password_id, count, first_at, last_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name, address, door, method, outcome, app_password_id) DO UPDATE SET
       account_id = excluded.account_id, count = count + excluded.count, last_at = excluded.last_at`,
    entry.accountId,
    entry.name,
    entry.address,
    entry.door,
    entry.method,
    entry.outcome,
    entry.appPasswordId ?? 0,
    entry.count,
    entry.firstAt,
    entry.lastAt,
  );
}

function noteUse(connection: Connection, { lastAt, address, door }: SignInEntry, id: number): void {
  connection.run(
    'UPDATE app_password SET last_used_at = ?, last_used_address = ?, last_used_door = ? WHERE id = ?',
    lastAt,
    address,
    door,
    id,
  );
}

const pruneSignIns: Write<{ before: number; keep: number }, void> = ({ connection }, { before, keep }) => {
  connection.run('DELETE FROM sign_in WHERE last_at < ?', before);
  const newest = connection.get<{ lastAt: number }>(
    'SELECT last_at AS lastAt FROM sign_in ORDER BY last_at DESC LIMIT 1 OFFSET ?',
    keep,
  );
  if (newest !== undefined) connection.run('DELETE FROM sign_in WHERE last_at <= ?', newest.lastAt);
};

export const signInWrites = { addSignIns, pruneSignIns };

const COLUMNS = `account_id AS accountId, name, address, door, method, outcome, nullif(app_password_id, 0) AS appPasswordId,
  count, first_at AS firstAt, last_at AS lastAt`;

export class SqliteSignInStore implements SignInStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  add(entries: readonly SignInEntry[]): Promise<void> {
    return this.#writer.run('addSignIns', entries);
  }

  list({ accountId, onlyRefused, limit }: SignInQuery): Promise<readonly SignInEntry[]> {
    const conditions = [
      ...(accountId === undefined ? [] : ['account_id = ?']),
      ...(onlyRefused === true ? ["outcome <> 'ok'"] : []),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#connection.all<SignInEntry>(
      `SELECT ${COLUMNS} FROM sign_in ${where} ORDER BY last_at DESC LIMIT ?`,
      ...(accountId === undefined ? [] : [accountId]),
      limit,
    );
    return Promise.resolve(rows);
  }

  listKnownPlaces(since: number): ReturnType<SignInStore['listKnownPlaces']> {
    const rows = this.#connection.all<{ accountId: number; address: string; lastAt: number }>(
      `SELECT account_id AS accountId, address, max(last_at) AS lastAt FROM sign_in
       WHERE outcome = 'ok' AND account_id IS NOT NULL AND address <> ? AND last_at >= ?
       GROUP BY account_id, address ORDER BY lastAt`,
      MANY,
      since,
    );
    return Promise.resolve(rows);
  }

  prune(limits: { before: number; keep: number }): Promise<void> {
    return this.#writer.run('pruneSignIns', limits);
  }
}
