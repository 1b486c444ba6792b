/** Reports in memory, for tests of what makes and takes them: what storage sums up is kept as it came. */
import { Emitter } from '../../base/emitter.ts';
import type {
  DmarcReport,
  DmarcSummary,
  ReportCount,
  ReportKey,
  ReportReceipt,
  ReportStore,
  TlsReport,
  TlsSummary,
} from './port.ts';

export class MemoryReportStore implements ReportStore {
  readonly dmarc: { report: DmarcReport; receipt: ReportReceipt }[] = [];
  readonly tls: { report: TlsReport; receipt: ReportReceipt }[] = [];
  #counts: readonly ReportCount[] = [];
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  addDmarc(report: DmarcReport, receipt: ReportReceipt): Promise<void> {
    this.dmarc.push({ report, receipt });
    this.#changed.emit();
    return Promise.resolve();
  }

  addTls(reports: readonly TlsReport[], receipt: ReportReceipt): Promise<void> {
    this.tls.push(...reports.map((report) => ({ report, receipt })));
    this.#changed.emit();
    return Promise.resolve();
  }

  summarizeDmarc(): Promise<DmarcSummary> {
    const reports = this.dmarc.length;
    return Promise.resolve({ reports, lastReceivedAt: null, days: [], sources: [], reporters: [] });
  }

  summarizeTls(): Promise<TlsSummary> {
    const reports = this.tls.length;
    return Promise.resolve({ reports, lastReceivedAt: null, days: [], failures: [], reporters: [] });
  }

  count(counts: readonly ReportCount[]): Promise<void> {
    this.#counts = [...this.#counts, ...counts];
    return Promise.resolve();
  }

  pending(before: number): Promise<readonly ReportKey[]> {
    const keys = this.#counts
      .filter(({ day }) => day < before)
      .map(({ kind, day, domain }) => JSON.stringify({ kind, day, domain }));
    return Promise.resolve([...new Set(keys)].map((key) => JSON.parse(key) as ReportKey));
  }

  counts(key: ReportKey, limit: number): Promise<readonly ReportCount[]> {
    return Promise.resolve(this.#counts.filter((count) => isOf(count, key)).slice(0, limit));
  }

  forget(key: ReportKey): Promise<void> {
    this.#counts = this.#counts.filter((count) => !isOf(count, key));
    return Promise.resolve();
  }

  prune(): Promise<void> {
    return Promise.resolve();
  }
}

function isOf(count: ReportCount, key: ReportKey): boolean {
  return count.kind === key.kind && count.day === key.day && count.domain === key.domain;
}
