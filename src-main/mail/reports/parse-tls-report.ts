/**
 * TLS reports, read (RFC 8460 §4): how often others reached us over TLS, and why not.
 *
 * Invariants: never throws; what is missing or of another type has its plainest value; counts and texts are bounded.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { MAX_FAILURES, MAX_TEXT } from './limits.ts';
import type { TlsFailure, TlsReport } from './port.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Policies of one report; an office has one or two. */
const MAX_POLICIES = 50;

/** One for each policy. The error is a sentence without its full stop. */
export function parseTlsReport(text: string): Result<readonly TlsReport[], string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err('it is no JSON');
  }
  const report = fieldsOf(json);
  const range = fieldsOf(report['date-range']);
  const begin = Date.parse(textAt(range, 'start-datetime'));
  const end = Date.parse(textAt(range, 'end-datetime'));
  if (!Array.isArray(report['policies'])) return err('it is no TLS report');
  if (Number.isNaN(begin) || Number.isNaN(end)) return err('it says no time');
  const common = {
    reporter: textAt(report, 'organization-name') || textAt(report, 'contact-info'),
    reportId: textAt(report, 'report-id'),
    begin,
    end,
  };
  return ok(
    report['policies'].slice(0, MAX_POLICIES).map((policy) => ({ ...common, ...readPolicy(policy) })),
  );
}

function readPolicy(value: unknown): Omit<TlsReport, 'reporter' | 'reportId' | 'begin' | 'end'> {
  const entry = fieldsOf(value);
  const policy = fieldsOf(entry['policy']);
  const summary = fieldsOf(entry['summary']);
  const details: unknown = entry['failure-details'];
  return {
    domain: textAt(policy, 'policy-domain').toLowerCase(),
    policyType: textAt(policy, 'policy-type'),
    successes: countAt(summary, 'total-successful-session-count'),
    failures: countAt(summary, 'total-failure-session-count'),
    details: Array.isArray(details) ? details.slice(0, MAX_FAILURES).map(readFailure) : [],
  };
}

function readFailure(value: unknown): TlsFailure {
  const failure = fieldsOf(value);
  return {
    resultType: textAt(failure, 'result-type'),
    sendingMta: textAt(failure, 'sending-mta-ip'),
    receivingMx: textAt(failure, 'receiving-mx-hostname') || textAt(failure, 'receiving-ip'),
    sessions: countAt(failure, 'failed-session-count'),
    detail: textAt(failure, 'failure-reason-code') || textAt(failure, 'additional-information'),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function textAt(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').slice(0, MAX_TEXT) : '';
}

function countAt(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
