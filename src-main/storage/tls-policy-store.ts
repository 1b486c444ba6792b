/** TLS policies of other domains, as they were fetched. */
import type { StoredPolicy, TlsPolicyStore } from '../mail/relay/tls-policy/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

/** What has ended goes with it. */
const keepTlsPolicy: Write<StoredPolicy, void> = ({ connection, now }, policy) => {
  connection.run('DELETE FROM tls_policy WHERE expires_at < ?', now);
  connection.run(
    'INSERT OR REPLACE INTO tls_policy (domain, id, text, fetched_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    policy.domain,
    policy.id,
    policy.text,
    policy.fetchedAt,
    policy.expiresAt,
  );
};

export const tlsPolicyWrites = { keepTlsPolicy };

export class SqliteTlsPolicyStore implements TlsPolicyStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  readPolicy(domain: string): Promise<StoredPolicy | null> {
    const row = this.#connection.get<StoredPolicy>(
      `SELECT domain, id, text, fetched_at AS fetchedAt, expires_at AS expiresAt
       FROM tls_policy WHERE domain = ?`,
      domain,
    );
    return Promise.resolve(row ?? null);
  }

  keepPolicy(policy: StoredPolicy): Promise<void> {
    return this.#writer.run('keepTlsPolicy', policy);
  }
}
