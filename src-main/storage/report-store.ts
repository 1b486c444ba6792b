/** Reports: what others tell us, summed up in the reader thread; and what is counted to be told to others. */
import { Emitter } from '../base/emitter.ts';
import type {
  DmarcReport,
  DmarcSummary,
  ReportCount,
  ReportKey,
  ReportQuery,
  ReportReceipt,
  ReportStore,
  TlsReport,
  TlsSummary,
} from '../mail/reports/port.ts';
import type { Connection } from './connection.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export class SqliteReportStore implements ReportStore {
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #connection: Connection;
  readonly #changed = new Emitter<void>();

  constructor(writer: Writer, reader: Reader, connection: Connection) {
    this.#writer = writer;
    this.#reader = reader;
    this.#connection = connection;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  async addDmarc(report: DmarcReport, receipt: ReportReceipt): Promise<void> {
    if (await this.#writer.run('addDmarcReport', { report, receipt })) this.#changed.emit();
  }

  async addTls(reports: readonly TlsReport[], receipt: ReportReceipt): Promise<void> {
    await this.#writer.run('addTlsReports', { reports, receipt });
    this.#changed.emit();
  }

  summarizeDmarc(query: ReportQuery): Promise<DmarcSummary> {
    return this.#reader.run('summarizeDmarc', query);
  }

  summarizeTls(query: ReportQuery): Promise<TlsSummary> {
    return this.#reader.run('summarizeTls', query);
  }

  count(counts: readonly ReportCount[]): Promise<void> {
    return this.#writer.run('countForReports', counts);
  }

  pending(before: number): Promise<readonly ReportKey[]> {
    return Promise.resolve(
      this.#connection.all<ReportKey>(
        'SELECT DISTINCT kind, day, domain FROM report_count WHERE day < ? ORDER BY day, domain',
        before,
      ),
    );
  }

  counts({ kind, day, domain }: ReportKey, limit: number): Promise<readonly ReportCount[]> {
    return Promise.resolve(
      this.#connection.all<ReportCount>(
        `SELECT kind, day, domain, policy, result, count FROM report_count
         WHERE kind = ? AND day = ? AND domain = ? ORDER BY count DESC LIMIT ?`,
        kind,
        day,
        domain,
        limit,
      ),
    );
  }

  forget(key: ReportKey): Promise<void> {
    return this.#writer.run('forgetCounts', key);
  }

  async prune(endedBefore: number): Promise<void> {
    await this.#writer.run('pruneReports', endedBefore);
    this.#changed.emit();
  }
}
