/** Administrators' rows. Hashing and comparing passwords is the directory's work, not the store's. */
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';
import type { AdministratorRows } from '../directory/store-port.ts';

const putAdministrator: Write<{ name: string; password: string }, void> = ({ connection }, administrator) => {
  connection.run(
    'INSERT OR REPLACE INTO administrator (name, password) VALUES (?, ?)',
    administrator.name,
    administrator.password,
  );
};

export const administratorWrites = { putAdministrator };

export class SqliteAdministratorRows implements AdministratorRows {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  count(): Promise<number> {
    const row = this.#connection.get<{ count: number }>('SELECT count(*) AS count FROM administrator');
    return Promise.resolve(row?.count ?? 0);
  }

  find(name: string): Promise<{ password: string } | null> {
    const row = this.#connection.get<{ password: string }>(
      'SELECT password FROM administrator WHERE name = ?',
      name,
    );
    return Promise.resolve(row ?? null);
  }

  put(administrator: { name: string; password: string }): Promise<void> {
    return this.#writer.run('putAdministrator', administrator);
  }
}
