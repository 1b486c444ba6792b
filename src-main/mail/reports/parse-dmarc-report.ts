/**
 * DMARC aggregate reports, read (RFC 7489 appendix C, RFC 9990 §3): what somebody saw of mail in our name.
 *
 * Invariants: never throws; what is missing has its plainest value; counts and texts are bounded.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { parseIpAddress } from '../../format/ip-network.ts';
import { childOf, childrenOf, parseXml, textOf, type XmlElement } from '../../format/xml.ts';
import type { DmarcPolicy } from '../../protocol/authentication/findings.ts';
import { MAX_ROWS, MAX_TEXT } from './limits.ts';
import type { DmarcReport, DmarcRow } from './port.ts';

const POLICY_TAGS = ['p', 'sp', 'np', 'adkim', 'aspf', 'pct', 't', 'testing'];

/** The error is a sentence without its full stop. */
export function parseDmarcReport(text: string): Result<DmarcReport, string> {
  const parsed = parseXml(text);
  if (!parsed.ok) return parsed;
  const feedback = parsed.value;
  if (feedback.name !== 'feedback') return err('it is no DMARC report');
  const metadata = childOf(feedback, 'report_metadata');
  const range = childOf(metadata, 'date_range');
  const begin = readSeconds(textOf(range, 'begin'));
  const end = readSeconds(textOf(range, 'end'));
  const published = childOf(feedback, 'policy_published');
  const domain = clip(textOf(published, 'domain')).toLowerCase();
  const reporter = clip(textOf(metadata, 'org_name') || textOf(metadata, 'email'));
  if (begin === null || end === null || end < begin) return err('it says no time');
  if (domain === '' || reporter === '') return err('it says neither who reports nor about whom');
  const rows = childrenOf(feedback, 'record').slice(0, MAX_ROWS).flatMap(readRow);
  const reportId = clip(textOf(metadata, 'report_id'));
  return ok({ reporter, reportId, begin, end, domain, policy: readPolicy(published), rows });
}

function readPolicy(published: XmlElement | undefined): string {
  return POLICY_TAGS.flatMap((tag) => {
    const value = clip(textOf(published, tag));
    return value === '' ? [] : [`${tag}=${value}`];
  }).join('; ');
}

function readRow(record: XmlElement): DmarcRow[] {
  const row = childOf(record, 'row');
  const evaluated = childOf(row, 'policy_evaluated');
  const identifiers = childOf(record, 'identifiers');
  const results = childOf(record, 'auth_results');
  const sourceAddress = textOf(row, 'source_ip');
  const count = readCount(textOf(row, 'count'));
  if (parseIpAddress(sourceAddress) === null || count === null) return [];
  return [
    {
      sourceAddress,
      count,
      disposition: readDisposition(textOf(evaluated, 'disposition')),
      isDkimAligned: textOf(evaluated, 'dkim').toLowerCase() === 'pass',
      isSpfAligned: textOf(evaluated, 'spf').toLowerCase() === 'pass',
      headerFrom: clip(textOf(identifiers, 'header_from')).toLowerCase(),
      envelopeFrom: clip(textOf(identifiers, 'envelope_from')).toLowerCase(),
      overrides: childrenOf(evaluated, 'reason')
        .slice(0, 5)
        .map((reason) => clip(textOf(reason, 'type'))),
      dkim: childrenOf(results, 'dkim').slice(0, 8).map(readDkim),
      spf: childrenOf(results, 'spf').slice(0, 4).map(readSpf),
    },
  ];
}

function readDkim(result: XmlElement): DmarcRow['dkim'][number] {
  return {
    domain: clip(textOf(result, 'domain')).toLowerCase(),
    selector: clip(textOf(result, 'selector')),
    result: clip(textOf(result, 'result')),
  };
}

function readSpf(result: XmlElement): DmarcRow['spf'][number] {
  return { domain: clip(textOf(result, 'domain')).toLowerCase(), result: clip(textOf(result, 'result')) };
}

function readDisposition(text: string): DmarcPolicy {
  const word = text.toLowerCase();
  return word === 'quarantine' || word === 'reject' ? word : 'none';
}

/** Some write fractions. */
function readSeconds(text: string): number | null {
  return /^\d{9,11}(?:\.\d+)?$/.test(text) ? Math.floor(Number(text)) * 1000 : null;
}

function readCount(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function clip(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, MAX_TEXT);
}
