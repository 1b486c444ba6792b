/** The last change of each domain's DNS. */
import type { ChangeSet } from '../health/publishing/port.ts';
import type { AppliedChange, AppliedChangeStore } from '../host/publishing/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const putDnsChange: Write<AppliedChange, void> = ({ connection }, { domain, change, at, by }) => {
  connection.run(
    `INSERT OR REPLACE INTO dns_change (domain, change, changed_at, changed_by)
     VALUES (?1, seal(?2, 0, 'dns change', ?1), ?3, ?4)`,
    domain,
    JSON.stringify(change),
    at,
    by,
  );
};

const removeDnsChange: Write<string, void> = ({ connection }, domain) => {
  connection.run('DELETE FROM dns_change WHERE domain = ?', domain);
};

export const dnsChangeWrites = { putDnsChange, removeDnsChange };

export class SqliteDnsChangeStore implements AppliedChangeStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  read(domain: string): Promise<AppliedChange | null> {
    const row = this.#connection.get<{ change: string; at: number; by: string }>(
      `SELECT unseal(change, 'dns change', domain) AS change, changed_at AS at, changed_by AS "by"
       FROM dns_change WHERE domain = ?`,
      domain,
    );
    return Promise.resolve(
      row === undefined ? null : { ...row, domain, change: JSON.parse(row.change) as ChangeSet },
    );
  }

  put(change: AppliedChange): Promise<void> {
    return this.#writer.run('putDnsChange', change);
  }

  remove(domain: string): Promise<void> {
    return this.#writer.run('removeDnsChange', domain);
  }
}
