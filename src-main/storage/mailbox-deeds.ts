/**
 * Mailbox deeds: messages moved, copied and expunged, for their timelines.
 *
 * Flow: writes of the mailstore note an order in their commit → timelines read what was done with one message.
 * Invariants: an order is one row, sealed as one, whether it is about one message or ten thousand; messages that clients appended have no
 * timeline and are not noted; an account's deeds go with the account.
 */
import type { MailEvent, TraceId } from '../mail/events.ts';
import type { MailboxId } from '../mail/mailstore/port.ts';
import type { Connection } from './connection.ts';
import { OFFICE } from './sealing/keyring.ts';
import type { Transaction } from './transaction.ts';

export type DeedEvent = Extract<MailEvent, { type: 'moved' | 'copied' | 'expunged' }>;

/** What is stored of it. */
type Deed = DeedEvent extends infer Event
  ? Event extends DeedEvent
    ? Omit<Event, 'traceId' | 'at'>
    : never
  : never;

interface Place {
  readonly accountId: number;
  readonly account: string;
  readonly mailbox: string;
}

interface Moved {
  readonly type: 'moved' | 'copied';
  readonly to: MailboxId;
  /** What screening learns from it. */
  readonly lesson: 'junk' | 'notJunk' | null;
}

type Noted = (Moved | { readonly type: 'expunged' }) & {
  readonly from: MailboxId;
  readonly rows: readonly { readonly trace_id: string | null }[];
};

export function noteDeed(transaction: Transaction, noted: Noted): void {
  const traceIds = noted.rows.flatMap(({ trace_id }) => (trace_id === null ? [] : [trace_id]));
  const from = traceIds.length === 0 ? undefined : placeOf(transaction.connection, noted.from);
  if (from === undefined) return;
  const { account, mailbox } = from;
  if (noted.type === 'expunged') {
    return addDeed(transaction, from.accountId, { deed: { type: 'expunged', account, mailbox }, traceIds });
  }
  const to = placeOf(transaction.connection, noted.to);
  if (to === undefined) return;
  const lesson = noted.lesson === null ? {} : { lesson: noted.lesson };
  const away = to.accountId === from.accountId ? {} : { toAccount: to.account };
  const deed = { type: noted.type, account, mailbox, to: to.mailbox, ...away, ...lesson };
  for (const accountId of new Set([from.accountId, to.accountId]))
    addDeed(transaction, accountId, { deed, traceIds });
}

function placeOf(connection: Connection, id: MailboxId): Place | undefined {
  return connection.get<Place>(
    `SELECT account_id AS accountId, local_part || '@' || domain AS account, mailbox.name AS mailbox
       FROM mailbox JOIN account ON account.id = account_id WHERE mailbox.id = ?`,
    id,
  );
}

function addDeed(
  { connection, now }: Transaction,
  accountId: number,
  { deed, traceIds }: { readonly deed: Deed; readonly traceIds: readonly string[] },
): void {
  connection.run(
    `INSERT INTO mailbox_deed (account_id, at, deed, trace_ids)
     VALUES (?1, ?2, seal(?3, ${OFFICE}, 'deed', ?2), seal(?4, ${OFFICE}, 'deed traces', ?2))`,
    accountId,
    now,
    JSON.stringify(deed),
    traceIds.join(' '),
  );
}

interface DeedRow {
  readonly number: number;
  readonly at: number;
  readonly deed: string;
}

/** What was done with a message since it was received, in the mailboxes of these accounts and of those it went on to. */
export function deedsOf(
  connection: Connection,
  message: { readonly traceId: TraceId; readonly since: number; readonly accounts: readonly string[] },
): readonly DeedEvent[] {
  const found = new Map<string, DeedEvent>();
  const waiting = [...message.accounts];
  const seen = new Set<string>();
  for (let account = waiting.pop(); account !== undefined; account = waiting.pop()) {
    if (seen.has(account)) continue;
    seen.add(account);
    for (const row of rowsAbout(connection, { ...message, account })) {
      const deed = JSON.parse(row.deed) as Deed;
      // The same order stands with both accounts.
      found.set(`${row.at} ${row.deed}`, { ...deed, traceId: message.traceId, at: row.at });
      if (deed.type !== 'expunged' && deed.toAccount !== undefined) waiting.push(deed.toAccount);
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function rowsAbout(
  connection: Connection,
  { traceId, since, account }: { traceId: TraceId; since: number; account: string },
): readonly DeedRow[] {
  return connection.all<DeedRow>(
    `SELECT number, at, unseal(deed, 'deed', at) AS deed FROM mailbox_deed
      WHERE account_id = (SELECT id FROM account WHERE address_key = ?) AND at >= ?
        AND instr(unseal(trace_ids, 'deed traces', at), ?) > 0
      ORDER BY at, number`,
    account.toLowerCase(),
    since,
    traceId,
  );
}

/** With the account. */
export function dropDeeds({ connection }: Transaction, accountId: number): void {
  connection.run('DELETE FROM mailbox_deed WHERE account_id = ?', accountId);
}

/** Forgets what was done before; answers how many rows went. */
export function pruneDeeds(
  connection: Connection,
  { before, limit }: { before: number; limit: number },
): number {
  const sql =
    'DELETE FROM mailbox_deed WHERE number IN (SELECT number FROM mailbox_deed WHERE at < ? ORDER BY at LIMIT ?)';
  return connection.run(sql, before, limit).changes;
}
