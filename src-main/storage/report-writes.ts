/** Writes of reports: what others report, and what is counted to be reported. */
import type { DmarcReport, ReportCount, ReportKey, ReportReceipt, TlsReport } from '../mail/reports/port.ts';
import type { Write } from './transaction.ts';

const addDmarcReport: Write<{ report: DmarcReport; receipt: ReportReceipt }, boolean> = (
  { connection },
  { report, receipt },
) => {
  const { changes, rowId } = connection.run(
    `INSERT OR IGNORE INTO dmarc_report
       (reporter, report_id, domain, begin_at, end_at, received_at, is_proved, policy)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    report.reporter,
    report.reportId,
    report.domain,
    report.begin,
    report.end,
    receipt.receivedAt,
    Number(receipt.isProved),
    report.policy,
  );
  if (changes === 0) return false;
  for (const row of report.rows) {
    const { envelopeFrom, overrides, dkim, spf } = row;
    connection.run(
      `INSERT INTO dmarc_row
         (report_id, source, count, disposition, is_dkim_aligned, is_spf_aligned, header_from, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      rowId,
      row.sourceAddress,
      row.count,
      row.disposition,
      Number(row.isDkimAligned),
      Number(row.isSpfAligned),
      row.headerFrom,
      JSON.stringify({ envelopeFrom, overrides, dkim, spf }),
    );
  }
  return true;
};

const addTlsReports: Write<{ reports: readonly TlsReport[]; receipt: ReportReceipt }, void> = (
  { connection },
  { reports, receipt },
) => {
  for (const report of reports) {
    connection.run(
      `INSERT OR IGNORE INTO tls_report
         (reporter, report_id, domain, policy_type, begin_at, end_at, received_at, is_proved, successes, failures, details)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      report.reporter,
      report.reportId,
      report.domain,
      report.policyType,
      report.begin,
      report.end,
      receipt.receivedAt,
      Number(receipt.isProved),
      report.successes,
      report.failures,
      JSON.stringify(report.details),
    );
  }
};

const countForReports: Write<readonly ReportCount[], void> = ({ connection }, counts) => {
  for (const { kind, day, domain, policy, result, count } of counts) {
    connection.run(
      `INSERT INTO report_count (kind, day, domain, policy, result, count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      kind,
      day,
      domain,
      policy,
      result,
      count,
    );
  }
};

const forgetCounts: Write<ReportKey, void> = ({ connection }, { kind, day, domain }) => {
  connection.run('DELETE FROM report_count WHERE kind = ? AND day = ? AND domain = ?', kind, day, domain);
};

const pruneReports: Write<number, void> = ({ connection }, endedBefore) => {
  connection.run('DELETE FROM dmarc_report WHERE end_at < ?', endedBefore);
  connection.run('DELETE FROM tls_report WHERE end_at < ?', endedBefore);
};

export const reportWrites = { addDmarcReport, addTlsReports, countForReports, forgetCounts, pruneReports };
