/** API tokens' rows; what they are good for is the directory's business. */
import type { ApiTokenRow, ApiTokenRows } from '../directory/administrators/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addApiToken: Write<Omit<ApiTokenRow, 'id' | 'lastUse'>, number> = ({ connection }, row) => {
  const { rowId } = connection.run(
    'INSERT INTO api_token (administrator, name, scopes, created_at, expires_at, hash) VALUES (?, ?, ?, ?, ?, ?)',
    row.administrator,
    row.name,
    JSON.stringify(row.scopes),
    row.createdAt,
    row.expiresAt,
    row.hash,
  );
  return rowId;
};

const noteApiTokenUse: Write<{ id: number; use: { at: number; address: string } }, void> = (
  { connection },
  { id, use },
) => {
  connection.run('UPDATE api_token SET last_use = ? WHERE id = ?', JSON.stringify(use), id);
};

const removeApiToken: Write<number, void> = ({ connection }, id) => {
  connection.run('DELETE FROM api_token WHERE id = ?', id);
};

export const apiTokenWrites = { addApiToken, noteApiTokenUse, removeApiToken };

interface ApiTokenColumns {
  id: number;
  administrator: string;
  name: string;
  scopes: string;
  created_at: number;
  expires_at: number | null;
  hash: string;
  last_use: string;
}

export class SqliteApiTokenRows implements ApiTokenRows {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  listAll(): Promise<readonly ApiTokenRow[]> {
    const rows = this.#connection.all<ApiTokenColumns>('SELECT * FROM api_token ORDER BY id');
    return Promise.resolve(rows.map(toToken));
  }

  add(row: Omit<ApiTokenRow, 'id' | 'lastUse'>): Promise<number> {
    return this.#writer.run('addApiToken', row);
  }

  noteUse(id: number, use: { at: number; address: string }): Promise<void> {
    return this.#writer.run('noteApiTokenUse', { id, use });
  }

  remove(id: number): Promise<void> {
    return this.#writer.run('removeApiToken', id);
  }
}

function toToken({ id, administrator, name, hash, ...columns }: ApiTokenColumns): ApiTokenRow {
  return {
    ...{ id, administrator, name, hash },
    scopes: JSON.parse(columns.scopes) as ApiTokenRow['scopes'],
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
    lastUse: JSON.parse(columns.last_use) as ApiTokenRow['lastUse'],
  };
}
