/** The audit log's rows: a chain of hashes, written in the order of the commits. */
import { createHash } from 'node:crypto';
import type {
  AuditCheck,
  AuditCut,
  AuditEntry,
  AuditQuery,
  AuditRecord,
  AuditStore,
} from '../host/audit/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

interface AuditColumns {
  sequence: number;
  body: string;
  previous_hash: string;
  hash: string;
}

type End = Pick<AuditCut, 'sequence' | 'hash'>;

const START: End = { sequence: 0, hash: '' };
const ROWS_AT_ONCE = 1_000;

const appendAudit: Write<{ record: AuditRecord; limits: { before: number; keep: number } }, void> = (
  { connection, now },
  { record, limits },
) => {
  const last = connection.get<End>('SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1');
  const previous = last ?? readCut(connection) ?? START;
  const body = JSON.stringify(record);
  const sequence = previous.sequence + 1;
  connection.run(
    'INSERT INTO audit_entry (sequence, at, who, call, body, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    sequence,
    record.at,
    record.who,
    record.call,
    body,
    previous.hash,
    hashOf({ previousHash: previous.hash, sequence, body }),
  );
  cutOldEnd(connection, { ...limits, last: sequence, now });
};

function cutOldEnd(
  connection: Connection,
  { before, keep, last, now }: { before: number; keep: number; last: number; now: number },
): void {
  const cut = connection.get<End>(
    `SELECT sequence, hash FROM audit_entry WHERE (sequence <= ? OR at < ?) AND sequence < ?
     ORDER BY sequence DESC LIMIT 1`,
    last - keep,
    before,
    last,
  );
  if (cut === undefined) return;
  connection.run(
    'INSERT OR REPLACE INTO audit_cut (only_row, sequence, hash, at) VALUES (1, ?, ?, ?)',
    cut.sequence,
    cut.hash,
    now,
  );
  connection.run('DELETE FROM audit_entry WHERE sequence <= ?', cut.sequence);
}

function hashOf(entry: { previousHash: string; sequence: number; body: string }): string {
  const { previousHash, sequence, body } = entry;
  return createHash('sha256').update(`${previousHash}\n${sequence}\n${body}`).digest('hex');
}

export const auditWrites = { appendAudit };

export class SqliteAuditStore implements AuditStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  append(record: AuditRecord, limits: { before: number; keep: number }): Promise<void> {
    return this.#writer.run('appendAudit', { record, limits });
  }

  list({ text, since, until, before, limit }: AuditQuery): Promise<readonly AuditEntry[]> {
    const conditions = [
      [before !== undefined, 'sequence < ?', before],
      [since !== undefined, 'at >= ?', since],
      [until !== undefined, 'at < ?', until],
      [text !== undefined && text !== '', 'instr(lower(body), lower(?)) > 0', text],
    ] as const;
    const asked = conditions.filter(([isAsked]) => isAsked);
    const where = asked.length === 0 ? '' : `WHERE ${asked.map(([, sql]) => sql).join(' AND ')}`;
    const rows = this.#connection.all<AuditColumns>(
      `SELECT sequence, body, previous_hash, hash FROM audit_entry ${where} ORDER BY sequence DESC LIMIT ?`,
      ...asked.map(([, , value]) => value ?? null),
      limit,
    );
    return Promise.resolve(rows.map(toEntry));
  }

  listAfter(sequence: number, limit: number): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.#rowsAfter(sequence, limit).map(toEntry));
  }

  readCut(): Promise<AuditCut | null> {
    return Promise.resolve(readCut(this.#connection));
  }

  async check(): Promise<AuditCheck> {
    let previous: End = readCut(this.#connection) ?? START;
    let entries = 0;
    for (;;) {
      const rows = this.#rowsAfter(previous.sequence, ROWS_AT_ONCE);
      for (const row of rows) {
        if (!follows(row, previous)) return { isWhole: false, entries, brokenAt: row.sequence };
        previous = row;
        entries++;
      }
      if (rows.length < ROWS_AT_ONCE) return { isWhole: true, entries, lastHash: previous.hash };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #rowsAfter(sequence: number, limit: number): readonly AuditColumns[] {
    return this.#connection.all<AuditColumns>(
      'SELECT sequence, body, previous_hash, hash FROM audit_entry WHERE sequence > ? ORDER BY sequence LIMIT ?',
      sequence,
      limit,
    );
  }
}

function follows(row: AuditColumns, previous: End): boolean {
  const { sequence, body, previous_hash: previousHash, hash } = row;
  if (sequence !== previous.sequence + 1 || previousHash !== previous.hash) return false;
  return hash === hashOf({ previousHash, sequence, body });
}

function readCut(connection: Connection): AuditCut | null {
  return connection.get<AuditCut>('SELECT sequence, hash, at FROM audit_cut') ?? null;
}

function toEntry({ sequence, body, previous_hash: previousHash, hash }: AuditColumns): AuditEntry {
  return { ...(JSON.parse(body) as AuditRecord), sequence, previousHash, hash };
}
