/** A TLS report as JSON (RFC 8460 §4.4): sessions to one domain, by the policy that they were to obey. */
import type { ReportHead } from './format-dmarc-report.ts';
import type { CountedTls } from './report-counts.ts';
import type { TlsOutcomePolicy } from './tls-outcome.ts';

export interface CountedSessions {
  readonly policy: TlsOutcomePolicy;
  readonly result: CountedTls;
  readonly count: number;
}

export function formatTlsReport(head: ReportHead, sessions: readonly CountedSessions[]): string {
  const byPolicy = Map.groupBy(sessions, ({ policy }) => JSON.stringify(policy));
  return JSON.stringify({
    'organization-name': head.submitter,
    'date-range': {
      'start-datetime': formatTime(head.begin),
      'end-datetime': formatTime(head.end),
    },
    'contact-info': head.contact,
    'report-id': head.reportId,
    policies: Array.from(byPolicy.values(), (own) => describePolicy(head.domain, own)),
  });
}

function describePolicy(domain: string, sessions: readonly CountedSessions[]): object {
  const policy = sessions[0]?.policy ?? { type: 'no-policy-found', lines: [], mxHosts: [] };
  const failed = sessions.filter(({ result }) => result.result !== 'success');
  const sum = (list: readonly CountedSessions[]) => list.reduce((total, { count }) => total + count, 0);
  return {
    policy: {
      'policy-type': policy.type,
      ...(policy.lines.length > 0 && { 'policy-string': policy.lines }),
      'policy-domain': domain,
      ...(policy.mxHosts.length > 0 && { 'mx-host': policy.mxHosts }),
    },
    summary: {
      'total-successful-session-count': sum(sessions) - sum(failed),
      'total-failure-session-count': sum(failed),
    },
    'failure-details': failed.map(describeFailure),
  };
}

function describeFailure({ result, count }: CountedSessions): object {
  return {
    'result-type': result.result,
    ...(result.receivingMx !== '' && { 'receiving-mx-hostname': result.receivingMx }),
    ...(result.receivingAddress !== '' && { 'receiving-ip': result.receivingAddress }),
    'failed-session-count': count,
    ...(result.reason !== '' && { 'failure-reason-code': result.reason }),
  };
}

/** RFC 3339, to the second. */
function formatTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
