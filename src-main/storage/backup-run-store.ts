/** What backups did: a bounded list, newest first. */
import type { BackupRunReport, BackupRunRow, BackupRunStore } from '../host/backups/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

/** Hourly backups of a week. */
const MOST_ROWS = 200;

const addBackupRun: Write<BackupRunRow, void> = ({ connection }, row) => {
  connection.run(
    `INSERT INTO backup_run (kind, started_at, ended_at, outcome, report)
     VALUES (?, ?, ?, ?, seal(?, 0, 'backup run', NULL))`,
    row.kind,
    row.startedAt,
    row.endedAt,
    row.outcome,
    JSON.stringify(row.report),
  );
  connection.run('DELETE FROM backup_run WHERE id <= (SELECT max(id) FROM backup_run) - ?', MOST_ROWS);
};

export const backupRunWrites = { addBackupRun };

type Stored = Omit<BackupRunRow, 'report'> & { readonly report: string };

export class SqliteBackupRunStore implements BackupRunStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  add(row: BackupRunRow): Promise<void> {
    return this.#writer.run('addBackupRun', row);
  }

  list(): Promise<readonly BackupRunRow[]> {
    const rows = this.#connection.all<Stored>(
      `SELECT kind, started_at AS startedAt, ended_at AS endedAt, outcome,
              unseal(report, 'backup run', NULL) AS report
         FROM backup_run ORDER BY id DESC`,
    );
    return Promise.resolve(
      rows.map((row) => ({ ...row, report: JSON.parse(row.report) as BackupRunReport })),
    );
  }
}
