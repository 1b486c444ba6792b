/** Whom accounts write to, and what came of senders' domains, on SQLite. */
import type { ReputationStore, SenderHistory } from '../../mail/screening/store-port.ts';
import type { Connection } from '../connection.ts';
import type { Write } from '../transaction.ts';
import type { Writer } from '../writer.ts';

interface NoteArguments {
  readonly accountId: number;
  readonly addresses: readonly string[];
  readonly at: number;
}

const noteCorrespondents: Write<NoteArguments, void> = ({ connection }, { accountId, addresses, at }) => {
  if (connection.get('SELECT 1 FROM account WHERE id = ?', accountId) === undefined) return;
  for (const address of addresses) {
    connection.run(
      `INSERT OR REPLACE INTO correspondent (account_id, address, last_at)
         VALUES (?1, seal_name(?2, ?1, 'correspondent'), ?3)`,
      accountId,
      address,
      at,
    );
  }
};

interface SenderArguments extends SenderHistory {
  readonly accountId: number;
  readonly domain: string;
  readonly at: number;
}

const noteSender: Write<SenderArguments, void> = ({ connection }, { accountId, domain, mail, junk, at }) => {
  if (connection.get('SELECT 1 FROM account WHERE id = ?', accountId) === undefined) return;
  connection.run(
    `INSERT INTO sender_history (account_id, domain, mail, junk, last_at)
       VALUES (?1, seal_name(?2, ?1, 'sender domain'), max(0, ?3), max(0, ?4), ?5)
     ON CONFLICT (account_id, domain) DO UPDATE
        SET mail = max(0, mail + ?3), junk = max(0, junk + ?4), last_at = excluded.last_at`,
    accountId,
    domain,
    mail,
    junk,
    at,
  );
};

export const reputationWrites = { noteCorrespondents, noteSender };

export class SqliteReputationStore implements ReputationStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  isCorrespondent(accountId: number, address: string): Promise<boolean> {
    const row = this.#connection.get(
      `SELECT 1 FROM correspondent
        WHERE account_id = ?1 AND address IN (?2, sealed_name(?2, ?1, 'correspondent'))`,
      accountId,
      address,
    );
    return Promise.resolve(row !== undefined);
  }

  async unknownOf(accountId: number, addresses: readonly string[]): Promise<readonly string[]> {
    const unknown: string[] = [];
    for (const address of addresses) {
      if (!(await this.isCorrespondent(accountId, address))) unknown.push(address);
    }
    return unknown;
  }

  noteCorrespondents(accountId: number, addresses: readonly string[], at: number): Promise<void> {
    return this.#writer.run('noteCorrespondents', { accountId, addresses, at });
  }

  historyOf(accountId: number, domain: string): Promise<SenderHistory | null> {
    const row = this.#connection.get<SenderHistory>(
      `SELECT mail, junk FROM sender_history
        WHERE account_id = ?1 AND domain IN (?2, sealed_name(?2, ?1, 'sender domain'))`,
      accountId,
      domain,
    );
    return Promise.resolve(row ?? null);
  }

  noteSender(
    accountId: number,
    domain: string,
    change: SenderHistory & { readonly at: number },
  ): Promise<void> {
    return this.#writer.run('noteSender', { accountId, domain, ...change });
  }
}
