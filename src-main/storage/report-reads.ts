/** Sums over received reports; run in the reader thread. */
import type { DmarcSource, DmarcSummary, ReportQuery, TlsFailure, TlsSummary } from '../mail/reports/port.ts';
import type { Connection, SqlValue } from './connection.ts';

const DAY_MS = 24 * 60 * 60_000;
/** More rows than this nobody reads; the largest come first. */
const MAX_SOURCES = 200;
const MAX_REPORTERS = 50;

function whereOf({ domain, since }: ReportQuery): { where: string; values: readonly SqlValue[] } {
  if (domain === null) return { where: 'report.end_at >= ?', values: [since] };
  return { where: 'report.end_at >= ? AND report.domain = ?', values: [since, domain] };
}

export function summarizeDmarc(connection: Connection, query: ReportQuery): DmarcSummary {
  const { where, values } = whereOf(query);
  const head = connection.get<{ reports: number; last: number | null }>(
    `SELECT count(*) AS reports, max(received_at) AS last FROM dmarc_report AS report WHERE ${where}`,
    ...values,
  );
  // A report's day is the one in which most of it lies.
  const days = connection.all<{ day: number; passed: number; failed: number }>(
    `SELECT (report.begin_at + report.end_at) / 2 / ${DAY_MS} * ${DAY_MS} AS day,
       sum(iif(line.is_dkim_aligned OR line.is_spf_aligned, line.count, 0)) AS passed,
       sum(iif(line.is_dkim_aligned OR line.is_spf_aligned, 0, line.count)) AS failed
     FROM dmarc_report AS report JOIN dmarc_row AS line ON line.report_id = report.id
     WHERE ${where} GROUP BY day ORDER BY day`,
    ...values,
  );
  const reporters = connection.all<{ name: string; reports: number; messages: number; proved: number }>(
    `SELECT report.reporter AS name, count(DISTINCT report.id) AS reports, min(report.is_proved) AS proved, coalesce(sum(line.count), 0) AS messages
     FROM dmarc_report AS report LEFT JOIN dmarc_row AS line ON line.report_id = report.id
     WHERE ${where} GROUP BY report.reporter ORDER BY messages DESC LIMIT ${MAX_REPORTERS}`,
    ...values,
  );
  const sources = readSources(connection, where, values);
  return {
    reports: head?.reports ?? 0,
    lastReceivedAt: head?.last ?? null,
    days,
    sources,
    reporters: reporters.map(({ proved, ...reporter }) => ({ ...reporter, isProved: proved === 1 })),
  };
}

interface SourceRow {
  source: string;
  domain: string;
  messages: number;
  passed: number;
  dkim: number;
  spf: number;
  quarantined: number;
  rejected: number;
  details: string;
}

function readSources(connection: Connection, where: string, values: readonly SqlValue[]): DmarcSource[] {
  const rows = connection.all<SourceRow>(
    `SELECT line.source, report.domain, sum(line.count) AS messages,
       sum(iif(line.is_dkim_aligned OR line.is_spf_aligned, line.count, 0)) AS passed,
       max(line.is_dkim_aligned) AS dkim, max(line.is_spf_aligned) AS spf,
       sum(iif(line.disposition = 'quarantine', line.count, 0)) AS quarantined,
       sum(iif(line.disposition = 'reject', line.count, 0)) AS rejected,
       json_group_array(DISTINCT line.detail) AS details
     FROM dmarc_report AS report JOIN dmarc_row AS line ON line.report_id = report.id
     WHERE ${where} GROUP BY line.source, report.domain ORDER BY messages DESC LIMIT ${MAX_SOURCES}`,
    ...values,
  );
  return rows.map((row) => ({
    address: row.source,
    domain: row.domain,
    messages: row.messages,
    passed: row.passed,
    isDkimAligned: row.dkim === 1,
    isSpfAligned: row.spf === 1,
    names: namesIn(row.details),
    quarantined: row.quarantined,
    rejected: row.rejected,
  }));
}

interface RowDetail {
  readonly envelopeFrom: string;
  readonly dkim: readonly { readonly domain: string }[];
  readonly spf: readonly { readonly domain: string }[];
}

const MAX_NAMES = 5;

function namesIn(details: string): readonly string[] {
  const texts = JSON.parse(details) as readonly string[];
  const names = texts.slice(0, MAX_SOURCES).flatMap((text) => {
    const { envelopeFrom, dkim, spf } = JSON.parse(text) as RowDetail;
    return [...dkim.map(({ domain }) => domain), ...spf.map(({ domain }) => domain), envelopeFrom];
  });
  return [...new Set(names)].filter((name) => name !== '').slice(0, MAX_NAMES);
}

export function summarizeTls(connection: Connection, query: ReportQuery): TlsSummary {
  const { where, values } = whereOf(query);
  const rows = connection.all<{
    reporter: string;
    domain: string;
    day: number;
    received_at: number;
    is_proved: number;
    report_id: string;
    successes: number;
    failures: number;
    details: string;
  }>(
    `SELECT reporter, domain, report_id, received_at, is_proved, successes, failures, details,
       (begin_at + end_at) / 2 / ${DAY_MS} * ${DAY_MS} AS day
     FROM tls_report AS report WHERE ${where} ORDER BY day`,
    ...values,
  );
  const days = Map.groupBy(rows, ({ day }) => day);
  const reporters = Map.groupBy(rows, ({ reporter }) => reporter);
  const sum = (list: typeof rows, key: 'successes' | 'failures') =>
    list.reduce((total, row) => total + row[key], 0);
  return {
    reports: new Set(rows.map((row) => `${row.reporter} ${row.report_id}`)).size,
    lastReceivedAt: rows.length === 0 ? null : rows.reduce((last, row) => Math.max(last, row.received_at), 0),
    days: Array.from(days, ([day, list]) => ({
      day,
      succeeded: sum(list, 'successes'),
      failed: sum(list, 'failures'),
    })),
    failures: gatherFailures(rows),
    reporters: Array.from(reporters, ([name, list]) => ({
      name,
      reports: new Set(list.map((row) => row.report_id)).size,
      isProved: list.every((row) => row.is_proved === 1),
      sessions: sum(list, 'successes') + sum(list, 'failures'),
    })).slice(0, MAX_REPORTERS),
  };
}

/** Those of one kind, at one of our hosts, together. */
function gatherFailures(
  rows: readonly { reporter: string; domain: string; details: string }[],
): TlsSummary['failures'] {
  const groups = new Map<string, TlsSummary['failures'][number]>();
  for (const { reporter, domain, details } of rows) {
    for (const { resultType, receivingMx, sessions, detail } of JSON.parse(details) as TlsFailure[]) {
      const key = `${domain} ${resultType} ${receivingMx}`;
      const known = groups.get(key);
      groups.set(key, {
        domain,
        resultType,
        receivingMx,
        sessions: (known?.sessions ?? 0) + sessions,
        reporters: [...new Set([...(known?.reporters ?? []), reporter])],
        detail: known?.detail ?? detail,
      });
    }
  }
  return [...groups.values()].toSorted((a, b) => b.sessions - a.sessions).slice(0, MAX_SOURCES);
}
