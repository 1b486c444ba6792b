/** App passwords' rows; what they are good for is the directory's business. */
import type {
  AppPasswordRow,
  AppPasswordRows,
  AppPasswordScope,
  MailDoor,
  NewAppPasswordRow,
} from '../directory/sign-in/port.ts';
import type { Connection } from './connection.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addAppPassword: Write<NewAppPasswordRow, number> = ({ connection }, row) => {
  const { rowId } = connection.run(
    `INSERT INTO app_password (account_id, name, scopes, created_at, expires_at, hash, scram_sha256, scram_sha1)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.accountId,
    row.name,
    JSON.stringify(row.scopes),
    row.createdAt,
    row.expiresAt,
    row.hash,
    row.scramSha256,
    row.scramSha1,
  );
  return rowId;
};

const removeAppPassword: Write<number, void> = ({ connection }, id) => {
  connection.run('DELETE FROM app_password WHERE id = ?', id);
};

/** All of an account that goes. */
export function dropAppPasswords({ connection }: Transaction, account: number): void {
  connection.run('DELETE FROM app_password WHERE account_id = ?', account);
}

export const appPasswordWrites = { addAppPassword, removeAppPassword };

interface AppPasswordColumns {
  id: number;
  account_id: number;
  name: string;
  scopes: string;
  created_at: number;
  expires_at: number | null;
  hash: string;
  scram_sha256: string;
  scram_sha1: string | null;
  last_used_at: number | null;
  last_used_address: string | null;
  last_used_door: MailDoor | null;
}

export class SqliteAppPasswordRows implements AppPasswordRows {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  listAll(): Promise<readonly AppPasswordRow[]> {
    const rows = this.#connection.all<AppPasswordColumns>(
      'SELECT * FROM app_password ORDER BY account_id, id',
    );
    return Promise.resolve(rows.map(toAppPassword));
  }

  add(row: NewAppPasswordRow): Promise<number> {
    return this.#writer.run('addAppPassword', row);
  }

  remove(id: number): Promise<void> {
    return this.#writer.run('removeAppPassword', id);
  }
}

function toAppPassword(row: AppPasswordColumns): AppPasswordRow {
  const { last_used_at: at, last_used_address: address, last_used_door: door } = row;
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as AppPasswordScope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    hash: row.hash,
    scramSha256: row.scram_sha256,
    scramSha1: row.scram_sha1,
    lastUse: at === null || address === null || door === null ? null : { at, address, door },
  };
}
