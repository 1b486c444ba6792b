/**
 * The background rewrite, in the writer: a folder becomes encrypted, or clear again, in small commits.
 *
 * Flow: switchSealing (from then on new rows are as they are to be) → rewriteBatch, many times → the database is written anew, so that
 * nothing of before is left in its free places → finishRewrite.
 * Invariants: how far it is stands in the same commit as the rows, so a crash repeats nothing that matters; all rows can be read
 * all along; UIDs, MODSEQ, sizes and references are never touched.
 */
import type { SqlValue } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import { findFilesToRewrite, handToOwner, rewriteContent, swapContentFile } from './content-rewrite.ts';
import { OFFICE } from './keyring.ts';
import { NAME_REWRITES, REWRITE_STEPS, type RewriteStep } from './rewrite-steps.ts';

export type SealingState = 'off' | 'sealing' | 'on' | 'opening';

export interface SealingRow {
  readonly state: SealingState;
  readonly isPaused: boolean;
  readonly done: number;
  readonly total: number;
  /** Milliseconds since 1970 UTC: when the state began. */
  readonly changedAt: number;
}

/** Other writes wait no longer than this for one batch. */
const BATCH_MS = 20;
const MOST_ROWS_A_BATCH = 500;

const CONTENTS: RewriteStep = { table: 'content', key: ['id'], set: '' };
const STEPS: readonly RewriteStep[] = [CONTENTS, ...REWRITE_STEPS];

export const READ_SEALING = `SELECT state, is_paused AS isPaused, done, total, changed_at AS changedAt FROM sealing`;

/** Answers whether anything changed: what is under way already, or done, stays. */
const switchSealing: Write<{ isOn: boolean }, boolean> = (transaction, { isOn }) => {
  const { connection, now } = transaction;
  const row = connection.get<{ state: SealingState }>('SELECT state FROM sealing');
  if (row === undefined || (row.state === 'on' || row.state === 'sealing') === isOn) return false;
  const total = STEPS.reduce((sum, { table }) => sum + countRows(transaction, table), 0);
  connection.run(
    "UPDATE sealing SET state = ?, is_paused = 0, step = 0, after_row = '', done = 0, total = ?, changed_at = ?",
    isOn ? 'sealing' : 'opening',
    total,
    now,
  );
  connection.keyring.refresh();
  if (isOn) makeKeys(transaction);
  for (const sql of NAME_REWRITES) connection.run(sql);
  return true;
};

function makeKeys({ connection }: Transaction): void {
  connection.keyring.makeKey(OFFICE);
  for (const { id } of connection.all<{ id: number }>('SELECT id FROM account'))
    connection.keyring.makeKey(id);
}

function countRows({ connection }: Transaction, table: string): number {
  return connection.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)?.count ?? 0;
}

const pauseRewrite: Write<{ isPaused: boolean }, void> = ({ connection }, { isPaused }) => {
  connection.run("UPDATE sealing SET is_paused = ? WHERE state IN ('sealing', 'opening')", isPaused ? 1 : 0);
};

interface Place {
  readonly step: number;
  readonly after_row: string;
}

/** Rewrites some rows; answers whether there are more. */
const rewriteBatch: Write<null, boolean> = (transaction) => {
  const { connection } = transaction;
  const place = connection.get<Place>(
    "SELECT step, after_row FROM sealing WHERE state IN ('sealing', 'opening')",
  );
  const step = place && STEPS[place.step];
  if (place === undefined || step === undefined) return false;
  const { rewritten, last } = rewriteRows(transaction, step, place.after_row);
  connection.run(
    'UPDATE sealing SET step = ?, after_row = ?, done = min(total, done + ?)',
    last === null ? place.step + 1 : place.step,
    last === null ? '' : JSON.stringify(last),
    rewritten,
  );
  return true;
};

/** `last` is null where the table has been gone through. */
function rewriteRows(transaction: Transaction, step: RewriteStep, after: string) {
  const end = performance.now() + BATCH_MS;
  let rewritten = 0;
  let last: readonly SqlValue[] | null = null;
  for (const key of nextKeys(transaction, step, after)) {
    rewriteRow(transaction, step, key);
    rewritten++;
    last = key;
    if (performance.now() > end) break;
  }
  return { rewritten, last };
}

function nextKeys({ connection }: Transaction, { table, key }: RewriteStep, after: string) {
  const names = key.join(', ');
  const from = after === '' ? '' : `WHERE (${names}) > (${key.map(() => '?').join(', ')})`;
  const values = after === '' ? [] : (JSON.parse(after) as SqlValue[]);
  return connection.rows<readonly SqlValue[]>(
    `SELECT ${names} FROM ${table} ${from} ORDER BY ${names} LIMIT ${MOST_ROWS_A_BATCH}`,
    ...values,
  );
}

function rewriteRow(transaction: Transaction, step: RewriteStep, key: readonly SqlValue[]): void {
  if (step === CONTENTS) return rewriteContent(transaction, Number(key[0]));
  const { table, set } = step;
  const where = step.key.map((column) => `${column} = ?`).join(' AND ');
  transaction.connection.run(`UPDATE ${table} SET ${set} WHERE ${where}`, ...key);
  if (table === 'message') handToOwner(transaction, Number(key[0]), Number(key[1]));
}

/** Goes over the contents again where some are not as they are to be: they were arriving while the switch was made. */
const finishRewrite: Write<null, boolean> = ({ connection, now }) => {
  const { isSealing } = connection.keyring;
  const left = connection.get(
    `SELECT 1 FROM content WHERE (data_key IS NULL) = ? LIMIT 1`,
    isSealing ? 1 : 0,
  );
  if (left !== undefined) {
    connection.run("UPDATE sealing SET step = 0, after_row = ''");
    return false;
  }
  connection.run(
    "UPDATE sealing SET state = ?, is_paused = 0, changed_at = ? WHERE state IN ('sealing', 'opening')",
    isSealing ? 'on' : 'off',
    now,
  );
  return true;
};

/** The master key has changed. */
const storeRootKey: Write<Uint8Array, void> = ({ connection }, wrapped) => {
  connection.run('UPDATE sealing SET root_key = ?', wrapped);
};

export const sealingWrites = {
  findFilesToRewrite,
  finishRewrite,
  pauseRewrite,
  rewriteBatch,
  storeRootKey,
  swapContentFile,
  switchSealing,
};
