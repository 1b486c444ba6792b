/** Rows of the quarantine, as the domain's words: what a filter finds, the newest first. */
import type { QuarantinedMessage, QuarantineFilter } from '../../mail/screening/quarantine/port.ts';
import type { InterruptedWay } from '../../mail/queue/port.ts';
import type { Verdict } from '../../mail/verdict.ts';
import type { Connection, SqlValue } from '../connection.ts';
import { OFFICE_ID } from './quarantine-keeping.ts';

interface Row extends Omit<QuarantinedMessage, 'verdict' | 'way' | 'accountId'> {
  readonly accountId: number;
  readonly verdict: string;
  readonly way: string;
}

/** A column that is sealed, in the clear. */
function clear(column: string): string {
  return `unseal(${column}, 'quarantine ${column}', content_id)`;
}

const COLUMNS = `id, account_id AS accountId, address, kind, ${clear('way')} AS way, content_id AS contentId,
  size_bytes AS sizeBytes, ${clear('prefix')} AS prefix, trace_id AS traceId, ${clear('reverse_path')} AS reversePath,
  recipient, ${clear('author')} AS author, ${clear('subject')} AS subject, ${clear('verdict')} AS verdict,
  kept_at AS keptAt`;

export function selectQuarantined(
  connection: Connection,
  filter: QuarantineFilter,
  page: { readonly offset: number; readonly limit: number },
): readonly QuarantinedMessage[] {
  const { where, values } = toCondition(filter);
  const sql = `SELECT ${COLUMNS} FROM quarantine WHERE ${where} ORDER BY kept_at DESC, id DESC LIMIT ? OFFSET ?`;
  return connection.all<Row>(sql, ...values, page.limit, page.offset).map(toMessage);
}

export function countQuarantined(connection: Connection, filter: QuarantineFilter): number {
  const { where, values } = toCondition(filter);
  const sql = `SELECT count(*) AS count FROM quarantine WHERE ${where}`;
  return connection.get<{ count: number }>(sql, ...values)?.count ?? 0;
}

function toMessage({ accountId, verdict, way, ...row }: Row): QuarantinedMessage {
  return {
    ...row,
    accountId: accountId === OFFICE_ID ? null : accountId,
    verdict: JSON.parse(verdict) as Verdict,
    way: JSON.parse(way) as InterruptedWay,
  };
}

const SEARCHED = `lower(${clear('author')} || ' ' || ${clear('reverse_path')} || ' ' || recipient || ' ' || address || ' ' ||
         ${clear('subject')})`;

function toCondition(filter: QuarantineFilter): { where: string; values: readonly SqlValue[] } {
  const { accountId, isOffices, kinds, text = '', ids, keptBefore, keptAfter } = filter;
  const conditions = ['1'];
  const values: SqlValue[] = [];
  const add = (condition: string, value: SqlValue): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (accountId !== undefined) add('account_id = ?', accountId);
  if (isOffices !== undefined) add(isOffices ? 'account_id = ?' : 'account_id <> ?', OFFICE_ID);
  if (kinds !== undefined) add('kind IN (SELECT value FROM json_each(?))', JSON.stringify(kinds));
  if (keptBefore !== undefined) add('kept_at < ?', keptBefore);
  if (keptAfter !== undefined) add('kept_at > ?', keptAfter);
  if (ids !== undefined) add('id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
  for (const word of text.split(/\s+/u).filter((each) => each !== '')) {
    add(`instr(${SEARCHED}, ?) > 0`, word.toLowerCase());
  }
  return { where: conditions.join(' AND '), values };
}
