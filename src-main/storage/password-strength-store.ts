/** How strong passwords were when they were chosen: a score of 0 to 4 for each account, sealed; nothing of the password. */
import type { PasswordStrengthStore, StoredStrength } from '../health/store-port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const keepPasswordStrength: Write<StoredStrength, void> = ({ connection, now }, { accountId, score }) => {
  connection.run(
    `INSERT OR REPLACE INTO password_strength (account_id, score, judged_at)
     SELECT id, seal(?2, 0, 'password strength', id), ?3 FROM account WHERE id = ?1`,
    accountId,
    String(score),
    now,
  );
};

export const passwordStrengthWrites = { keepPasswordStrength };

export class SqlitePasswordStrengthStore implements PasswordStrengthStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  keep(strength: StoredStrength): Promise<void> {
    return this.#writer.run('keepPasswordStrength', strength);
  }

  list(): Promise<readonly StoredStrength[]> {
    const rows = this.#connection.all<{ accountId: number; score: string }>(
      `SELECT account_id AS accountId, unseal(score, 'password strength', account_id) AS score
       FROM password_strength`,
    );
    return Promise.resolve(rows.map(({ accountId, score }) => ({ accountId, score: Number(score) })));
  }
}
