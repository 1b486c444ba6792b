/** Signing keys' rows. The private half is read by `privateKeyOf` alone, and erased by the commit in which its key retires. */
import type {
  NewSigningKey,
  SigningKeyChange,
  SigningKeyRow,
  SigningKeyStore,
} from '../mail/signing/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addSigningKeys: Write<readonly NewSigningKey[], void> = ({ connection }, keys) => {
  for (const key of keys) {
    connection.run(
      `INSERT INTO signing_key (domain, selector, algorithm, public_key, private_key, state, created_at, changed_at)
       VALUES (?1, ?2, ?3, ?4, seal(?5, 0, 'signing key', ?2), ?6, ?7, ?8)`,
      key.domain,
      key.selector,
      key.algorithm,
      key.publicKey,
      key.privateKey,
      key.state,
      key.createdAt,
      key.changedAt,
    );
  }
};

const changeSigningKeys: Write<readonly SigningKeyChange[], void> = ({ connection }, changes) => {
  for (const { id, state, at } of changes) {
    connection.run('UPDATE signing_key SET state = ?, changed_at = ? WHERE id = ?', state, at, id);
    if (state === 'retiring' || state === 'retired')
      connection.run('UPDATE signing_key SET private_key = NULL WHERE id = ?', id);
  }
};

const removeSigningKey: Write<number, void> = ({ connection }, id) => {
  connection.run('DELETE FROM signing_key WHERE id = ?', id);
};

export const signingKeyWrites = { addSigningKeys, changeSigningKeys, removeSigningKey };

export class SqliteSigningKeyStore implements SigningKeyStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  list(): Promise<readonly SigningKeyRow[]> {
    return Promise.resolve(
      this.#connection.all<SigningKeyRow>(
        `SELECT id, domain, selector, algorithm, public_key AS publicKey, state, created_at AS createdAt,
           changed_at AS changedAt
         FROM signing_key ORDER BY id`,
      ),
    );
  }

  privateKeyOf(id: number): Promise<string | null> {
    const row = this.#connection.get<{ private_key: string | null }>(
      "SELECT unseal(private_key, 'signing key', selector) AS private_key FROM signing_key WHERE id = ?",
      id,
    );
    return Promise.resolve(row?.private_key ?? null);
  }

  add(keys: readonly NewSigningKey[]): Promise<void> {
    return this.#writer.run('addSigningKeys', keys);
  }

  change(changes: readonly SigningKeyChange[]): Promise<void> {
    return this.#writer.run('changeSigningKeys', changes);
  }

  remove(id: number): Promise<void> {
    return this.#writer.run('removeSigningKey', id);
  }
}
