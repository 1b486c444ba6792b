/** A TLS report as JSON (RFC 8460 §4.4): sessions to one domain for which we know no policy. */
import type { ReportHead } from './format-dmarc-report.ts';
import type { CountedTls } from './report-counts.ts';

export interface CountedSessions {
  readonly result: CountedTls;
  readonly count: number;
}

export function formatTlsReport(head: ReportHead, sessions: readonly CountedSessions[]): string {
  const failed = sessions.filter(({ result }) => result.result !== 'success');
  const sum = (list: readonly CountedSessions[]) => list.reduce((total, { count }) => total + count, 0);
  return JSON.stringify({
    'organization-name': head.submitter,
    'date-range': {
      'start-datetime': formatTime(head.begin),
      'end-datetime': formatTime(head.end),
    },
    'contact-info': head.contact,
    'report-id': head.reportId,
    policies: [
      {
        policy: { 'policy-type': 'no-policy-found', 'policy-domain': head.domain },
        summary: {
          'total-successful-session-count': sum(sessions) - sum(failed),
          'total-failure-session-count': sum(failed),
        },
        'failure-details': failed.map(({ result, count }) => ({
          'result-type': result.result,
          'receiving-mx-hostname': result.receivingMx,
          'receiving-ip': result.receivingAddress,
          'failed-session-count': count,
        })),
      },
    ],
  });
}

/** RFC 3339, to the second. */
function formatTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
