/** A DMARC aggregate report as XML (RFC 7489 appendix C). */
import { formatXml, type XmlNode } from '../../format/xml.ts';
import { parseDmarcRecord } from '../../protocol/authentication/dmarc/record.ts';
import type { CountedDmarc, CountedPolicy } from './report-counts.ts';

/** Who reports, and of what time. */
export interface ReportHead {
  readonly reportId: string;
  /** This server's name. */
  readonly submitter: string;
  /** An address that can be asked. */
  readonly contact: string;
  /** The domain that the report is for. */
  readonly domain: string;
  /** Milliseconds since 1970 UTC; `end` is within the time. */
  readonly begin: number;
  readonly end: number;
}

export interface CountedRow {
  readonly result: CountedDmarc;
  readonly count: number;
}

export function formatDmarcReport(
  head: ReportHead,
  policy: CountedPolicy,
  rows: readonly CountedRow[],
): string {
  const record = parseDmarcRecord(head.domain, policy.text);
  return formatXml([
    'feedback',
    [
      ['version', '1.0'],
      [
        'report_metadata',
        [
          ['org_name', head.submitter],
          ['email', head.contact],
          ['report_id', head.reportId],
          [
            'date_range',
            [
              ['begin', Math.floor(head.begin / 1000)],
              ['end', Math.floor(head.end / 1000)],
            ],
          ],
        ],
      ],
      [
        'policy_published',
        [
          ['domain', head.domain],
          ['adkim', record?.dkimAlignment === 'strict' ? 's' : 'r'],
          ['aspf', record?.spfAlignment === 'strict' ? 's' : 'r'],
          ['p', record?.policy ?? 'none'],
          ['sp', record?.subdomainPolicy ?? record?.policy ?? 'none'],
          ['pct', record?.percent ?? 100],
          ['fo', record?.failureOptions ?? '0'],
        ],
      ],
      ...rows.map(formatRow),
    ],
  ]);
}

function formatRow({ result, count }: CountedRow): XmlNode {
  const { override } = result;
  // RFC 7489 knows no test mode.
  const type = override === 'policy_test_mode' ? 'other' : override;
  return [
    'record',
    [
      [
        'row',
        [
          ['source_ip', result.source],
          ['count', count],
          [
            'policy_evaluated',
            [
              ['disposition', result.disposition],
              ['dkim', result.isDkimAligned ? 'pass' : 'fail'],
              ['spf', result.isSpfAligned ? 'pass' : 'fail'],
              override === '' ? undefined : ['reason', [['type', type]]],
            ],
          ],
        ],
      ],
      [
        'identifiers',
        [
          result.envelopeFrom === '' ? undefined : ['envelope_from', result.envelopeFrom],
          ['header_from', result.headerFrom],
        ],
      ],
      ['auth_results', [...result.dkim.map(formatDkim), formatSpf(result.spf)]],
    ],
  ];
}

function formatDkim({ domain, selector, result }: CountedDmarc['dkim'][number]): XmlNode {
  return [
    'dkim',
    [
      ['domain', domain],
      ['selector', selector],
      ['result', result],
    ],
  ];
}

function formatSpf({ domain, scope, result }: CountedDmarc['spf']): XmlNode {
  return [
    'spf',
    [
      ['domain', domain],
      ['scope', scope],
      ['result', result],
    ],
  ];
}
