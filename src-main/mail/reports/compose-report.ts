/**
 * A report as a message: a line for people and the packed report.
 *
 * RFC 7489 §7.2.1.1 (subject, file name), RFC 8460 §5.3 (multipart/report, TLS-Report fields). Flow: report sender → queue.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { formatDateTime } from '../../format/date-time.ts';
import type { ReportHead } from './format-dmarc-report.ts';

const pack = promisify(gzip);

export interface ReportMail {
  readonly head: ReportHead;
  readonly kind: 'dmarc' | 'tls';
  /** XML or JSON. */
  readonly text: string;
  readonly to: readonly string[];
  readonly now: number;
}

const BASE64_LINE = /.{1,76}/g;

export async function packReport(text: string): Promise<Uint8Array> {
  return pack(text);
}

/** Lines end with CRLF. */
export function composeReport({ head, kind, to, now }: ReportMail, packed: Uint8Array): Uint8Array {
  const { domain, submitter, reportId, contact } = head;
  const isTls = kind === 'tls';
  const boundary = `report-${reportId}`;
  const type = isTls ? 'multipart/report; report-type="tlsrpt"' : 'multipart/mixed';
  const what = isTls ? 'TLS sessions' : 'mail';
  const lines = [
    `Date: ${formatDateTime(now)}`,
    `From: ${submitter} <${contact}>`,
    `To: ${to.map((address) => `<${address}>`).join(',\r\n ')}`,
    `Subject: Report Domain: ${domain}\r\n Submitter: ${submitter}\r\n Report-ID: <${reportId}>`,
    `Message-ID: <${reportId}@${submitter}>`,
    'Auto-Submitted: auto-generated',
    ...(isTls ? [`TLS-Report-Domain: ${domain}`, `TLS-Report-Submitter: ${submitter}`] : []),
    'MIME-Version: 1.0',
    `Content-Type: ${type};\r\n boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is a report of ${what} ${isTls ? 'to' : 'in the name of'} ${domain}, as ${submitter} saw it`,
    `from ${formatDateTime(head.begin)} to ${formatDateTime(head.end)}.`,
    '',
    `--${boundary}`,
    `Content-Type: ${isTls ? 'application/tlsrpt+gzip' : 'application/gzip'}`,
    `Content-Disposition: attachment;\r\n filename="${fileName(head, kind)}"`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(packed).toString('base64').match(BASE64_LINE)?.join('\r\n') ?? '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

/** RFC 7489 §7.2.1.1, RFC 8460 §5.1 */
function fileName({ submitter, domain, begin, end, reportId }: ReportHead, kind: ReportMail['kind']): string {
  const times = `${Math.floor(begin / 1000)}!${Math.floor(end / 1000)}`;
  return `${submitter}!${domain}!${times}!${reportId}.${kind === 'tls' ? 'json' : 'xml'}.gz`;
}
