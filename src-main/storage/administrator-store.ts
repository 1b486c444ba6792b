/** Administrators' rows. Hashing, comparing and the last owner are the directory's work, not the store's. */
import type {
  AdministratorRole,
  AdministratorRow,
  AdministratorRows,
} from '../directory/administrators/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const putAdministrator: Write<AdministratorRow, void> = ({ connection }, row) => {
  connection.run(
    `INSERT OR REPLACE INTO administrator
       (name, password, role, domains, created_at, password_changed_at, last_sign_in, factor, places)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.name,
    row.password,
    row.role,
    JSON.stringify(row.domains),
    row.createdAt,
    row.passwordChangedAt,
    JSON.stringify(row.lastSignIn),
    JSON.stringify(row.factor),
    JSON.stringify(row.places),
  );
};

const removeAdministrator: Write<string, void> = ({ connection }, name) => {
  connection.run('DELETE FROM administrator WHERE name = ?', name);
  connection.run('DELETE FROM api_token WHERE administrator = ?', name);
};

export const administratorWrites = { putAdministrator, removeAdministrator };

interface AdministratorColumns {
  name: string;
  password: string;
  role: AdministratorRole;
  domains: string;
  created_at: number;
  password_changed_at: number;
  last_sign_in: string;
  factor: string;
  places: string;
}

export class SqliteAdministratorRows implements AdministratorRows {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  listAll(): Promise<readonly AdministratorRow[]> {
    const rows = this.#connection.all<AdministratorColumns>('SELECT * FROM administrator ORDER BY name');
    return Promise.resolve(rows.map(toRow));
  }

  put(row: AdministratorRow): Promise<void> {
    return this.#writer.run('putAdministrator', row);
  }

  remove(name: string): Promise<void> {
    return this.#writer.run('removeAdministrator', name);
  }
}

function toRow({ name, password, role, ...columns }: AdministratorColumns): AdministratorRow {
  return {
    ...{ name, password, role },
    domains: JSON.parse(columns.domains) as string[],
    createdAt: columns.created_at,
    passwordChangedAt: columns.password_changed_at,
    lastSignIn: JSON.parse(columns.last_sign_in) as AdministratorRow['lastSignIn'],
    factor: JSON.parse(columns.factor) as AdministratorRow['factor'],
    places: JSON.parse(columns.places) as string[],
  };
}
