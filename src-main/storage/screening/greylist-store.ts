/** The greylist on SQLite: a short read at RCPT, a small commit for what is new. */
import type { GreylistRow, GreylistStore } from '../../mail/screening/store-port.ts';
import type { Connection } from '../connection.ts';
import type { Write } from '../transaction.ts';
import type { Writer } from '../writer.ts';

interface PutArguments extends GreylistRow {
  readonly key: string;
}

const putGreylist: Write<PutArguments, void> = ({ connection }, { key, firstAt, seenAt, passes }) => {
  connection.run(
    "INSERT OR REPLACE INTO greylist (key, first_at, seen_at, passes) VALUES (seal_name(?, 0, 'greylist'), ?, ?, ?)",
    key,
    firstAt,
    seenAt,
    passes,
  );
};

export const greylistWrites = { putGreylist };

export class SqliteGreylistStore implements GreylistStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  find(key: string): Promise<GreylistRow | null> {
    const row = this.#connection.get<GreylistRow>(
      `SELECT first_at AS firstAt, seen_at AS seenAt, passes FROM greylist
        WHERE key IN (?1, sealed_name(?1, 0, 'greylist'))`,
      key,
    );
    return Promise.resolve(row ?? null);
  }

  put(key: string, row: GreylistRow): Promise<void> {
    return this.#writer.run('putGreylist', { key, ...row });
  }
}
