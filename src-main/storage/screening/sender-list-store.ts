/** Lists of senders on SQLite: a short indexed read for each message, small commits for changes. */
import {
  isNetworkPattern,
  type ListedSender,
  type ListOwner,
  type SenderListKind,
  type SenderLists,
  type SenderListStore,
} from '../../mail/screening/sender-lists/port.ts';
import type { Connection } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import type { Writer } from '../writer.ts';

interface OwnedSender extends ListedSender {
  readonly owner: ListOwner;
}

const putListedSender: Write<
  Omit<OwnedSender, 'list'> & { readonly list: SenderListKind | null },
  SenderListKind | null
> = (transaction, { owner, pattern, list }) => {
  const { connection } = transaction;
  const of = "FROM listed_sender WHERE owner = ?1 AND pattern = seal_name(?2, ?1, 'listed sender')";
  const before = connection.get<{ list: SenderListKind }>(`SELECT list ${of}`, owner, pattern);
  if (list === null) connection.run(`DELETE ${of}`, owner, pattern);
  else add(transaction, { owner, pattern, list });
  return before?.list ?? null;
};

const replaceSenderLists: Write<{ owner: ListOwner; lists: SenderLists }, void> = (
  transaction,
  { owner, lists },
) => {
  forgetSenderLists(transaction, owner);
  for (const list of ['allow', 'block'] as const) {
    for (const pattern of lists[list]) add(transaction, { owner, pattern, list });
  }
};

function add({ connection }: Transaction, { owner, pattern, list }: OwnedSender): void {
  connection.run(
    `INSERT OR REPLACE INTO listed_sender (owner, pattern, list, is_network)
       VALUES (?1, seal_name(?2, ?1, 'listed sender'), ?3, ?4)`,
    owner,
    pattern,
    list,
    isNetworkPattern(pattern) ? 1 : 0,
  );
}

/** They go with their account. */
export function forgetSenderLists({ connection }: Transaction, owner: ListOwner): void {
  connection.run('DELETE FROM listed_sender WHERE owner = ?', owner);
}

export const senderListWrites = { putListedSender, replaceSenderLists };

const CLEAR_PATTERN = "unseal(pattern, 'listed sender', NULL) AS pattern";

export class SqliteSenderListStore implements SenderListStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  read(owner: ListOwner): Promise<SenderLists> {
    const sql = `SELECT ${CLEAR_PATTERN}, list FROM listed_sender WHERE owner = ? ORDER BY 1`;
    const rows = this.#connection.all<ListedSender>(sql, owner);
    const on = (list: SenderListKind) =>
      rows.filter((row) => row.list === list).map(({ pattern }) => pattern);
    return Promise.resolve({ allow: on('allow'), block: on('block') });
  }

  replace(owner: ListOwner, lists: SenderLists): Promise<void> {
    return this.#writer.run('replaceSenderLists', { owner, lists });
  }

  put(owner: ListOwner, pattern: string, list: SenderListKind | null): Promise<SenderListKind | null> {
    return this.#writer.run('putListedSender', { owner, pattern, list });
  }

  find(owner: ListOwner, patterns: readonly string[]): Promise<readonly ListedSender[]> {
    const sql = `SELECT ${CLEAR_PATTERN}, list FROM listed_sender WHERE owner = ?1 AND pattern IN
      (SELECT value FROM json_each(?2) UNION ALL SELECT sealed_name(value, ?1, 'listed sender') FROM json_each(?2))`;
    return Promise.resolve(this.#connection.all<ListedSender>(sql, owner, JSON.stringify(patterns)));
  }

  networks(owner: ListOwner): Promise<readonly ListedSender[]> {
    const sql = `SELECT ${CLEAR_PATTERN}, list FROM listed_sender WHERE owner = ? AND is_network = 1`;
    return Promise.resolve(this.#connection.all<ListedSender>(sql, owner));
  }
}
