/** What screening forgets in time, in small commits: the oldest first. */
import type { Transaction, Write } from '../transaction.ts';

/** Rows that one commit deletes at most of each kind. */
const ROWS_A_COMMIT = 500;
/** What never came back is forgotten after this, what did after the second; the settings' own times are shorter or these. */
const UNPROVEN_MS = 7 * 24 * 60 * 60_000;
const PROVEN_MS = 60 * 24 * 60 * 60_000;
/** Of one owner or account; those that were used longest ago give way. */
const MOST_REMEMBERED = 20_000;

const BOUNDED = [
  { table: 'bayes_message', owner: 'owner', key: 'message', age: 'at' },
  { table: 'correspondent', owner: 'account_id', key: 'address', age: 'last_at' },
  { table: 'sender_history', owner: 'account_id', key: 'domain', age: 'last_at' },
] as const;

/** Answers whether there may be more. */
const pruneScreening: Write<null, boolean> = (transaction) => {
  const deleted = [pruneGreylist(transaction), ...BOUNDED.map((table) => keepBounded(transaction, table))];
  return deleted.some((count) => count === ROWS_A_COMMIT);
};

function pruneGreylist({ connection, now }: Transaction): number {
  return connection.run(
    `DELETE FROM greylist WHERE key IN (
       SELECT key FROM greylist WHERE seen_at < ? AND (passes = 0 OR seen_at < ?) ORDER BY seen_at LIMIT ?)`,
    now - UNPROVEN_MS,
    now - PROVEN_MS,
    ROWS_A_COMMIT,
  ).changes;
}

function keepBounded(
  { connection }: Transaction,
  { table, owner, key, age }: (typeof BOUNDED)[number],
): number {
  const full = connection.get<{ id: number; count: number }>(
    `SELECT ${owner} AS id, count(*) AS count FROM ${table} GROUP BY ${owner} HAVING count(*) > ? LIMIT 1`,
    MOST_REMEMBERED,
  );
  if (full === undefined) return 0;
  return connection.run(
    `DELETE FROM ${table} WHERE ${owner} = ? AND ${key} IN (
       SELECT ${key} FROM ${table} WHERE ${owner} = ? ORDER BY ${age} LIMIT ?)`,
    full.id,
    full.id,
    Math.min(ROWS_A_COMMIT, full.count - MOST_REMEMBERED),
  ).changes;
}

export const pruneScreeningWrites = { pruneScreening };
