/**
 * A report in a message: the part that holds it, decoded, unpacked and read.
 *
 * RFC 7489 §7.2.1.1 (DMARC: gzip or zip, by name or type), RFC 8460 §5.3 (TLS-RPT: multipart/report). Flow: report intake → here.
 * Invariants: never rejects for what a message is like; one part is in memory at a time, within limits.ts.
 */
import type { IndexedPart } from '../../format/message-index.ts';
import { decodeTransferEncoding } from '../../format/transfer-encoding.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import { MAX_COMPRESSED_OCTETS, MAX_PARTS_TRIED } from './limits.ts';
import { parseDmarcReport } from './parse-dmarc-report.ts';
import { parseTlsReport } from './parse-tls-report.ts';
import type { DmarcReport, TlsReport } from './port.ts';
import { unpack } from './unpack.ts';

export type FoundReport =
  | { readonly kind: 'dmarc'; readonly report: DmarcReport }
  | { readonly kind: 'tls'; readonly reports: readonly TlsReport[] };

/** base64 makes three octets four, and breaks lines. */
const ENCODED_SHARE = 1.4;

const REPORT_TYPES = new Set([
  'application/gzip',
  'application/x-gzip',
  'application/zip',
  'application/x-zip',
  'application/x-zip-compressed',
  'application/xml',
  'text/xml',
  'application/tlsrpt+gzip',
  'application/tlsrpt+json',
]);
const REPORT_NAME = /\.(?:xml|json|zip|gz)$/i;

/** null where there is none. */
export async function readReport(message: MessageOctets): Promise<FoundReport | null> {
  for (const part of reportParts(message.index.root).slice(0, MAX_PARTS_TRIED)) {
    if (part.bodyEnd - part.bodyStart > ENCODED_SHARE * MAX_COMPRESSED_OCTETS) continue;
    const encoded = await message.readRange(part.bodyStart, part.bodyEnd);
    const packed = decodeTransferEncoding(encoded, part.encoding);
    const octets = packed === null || packed.length > MAX_COMPRESSED_OCTETS ? null : await unpack(packed);
    const found = octets === null ? null : parseReport(new TextDecoder().decode(octets));
    if (found !== null) return found;
  }
  return null;
}

function reportParts(part: IndexedPart): readonly IndexedPart[] {
  if (part.children.length > 0) return part.children.flatMap(reportParts);
  const name = part.disposition?.parameters['filename'] ?? part.parameters['name'] ?? '';
  const isReport = REPORT_TYPES.has(`${part.type}/${part.subtype}`) || REPORT_NAME.test(name);
  return isReport ? [part] : [];
}

/** By what it begins with: types and names are often wrong. */
export function parseReport(text: string): FoundReport | null {
  const start = text.trimStart().slice(0, 1);
  if (start === '<' || start === '\ufeff') {
    const report = parseDmarcReport(text);
    return report.ok ? { kind: 'dmarc', report: report.value } : null;
  }
  const reports = start === '{' ? parseTlsReport(text) : null;
  return reports?.ok === true ? { kind: 'tls', reports: reports.value } : null;
}
