/**
 * ZoneFile: the records of one domain as a master file (RFC 1035 §5), for name servers and for hosts that import one.
 *
 * Flow: wanted records → here → download. Invariants: what is written is read back by read-zone-file.ts as the same records; a record
 * whose value nobody knows stands there as a comment; no SOA and no NS: those are the zone's own affair.
 */
import type { RecordPurpose, WantedRecord } from './wanted-records.ts';
import { recordDataText, relativeName } from './zone-text.ts';

/** `relative`: names below `$ORIGIN`, as BIND's own files have them; `absolute`: full names only. */
export type ZoneFileStyle = 'absolute' | 'relative';

const PURPOSES: Readonly<Record<RecordPurpose, string>> = {
  receive: 'Mail for the domain comes to this server.',
  serverAddress: 'Where this server is.',
  spf: 'Who may send mail of the domain (SPF).',
  dkim: 'The key that proves our signatures (DKIM).',
  dmarc: 'What others do with mail that is not proved, and where they report (DMARC).',
  tlsReports: 'Where others report trouble with TLS (TLS-RPT).',
  mtaSts: 'Others insist on TLS towards us (MTA-STS).',
  mtaStsHost: 'Where the policy of MTA-STS is fetched.',
  tlsa: 'The key of this server (DANE); of use where DNSSEC signs the zone.',
  tlsaNext: 'The key that is next (DANE).',
  clientSubmission: 'Mail programs find where to send.',
  clientImap: 'Mail programs find IMAP.',
  clientPop3: 'Mail programs find POP3.',
  clientSieve: 'Mail programs find where rules are kept.',
  clientAutoconfig: 'Thunderbird finds its settings.',
  clientAutodiscover: 'Outlook finds its settings.',
};

export function formatZoneFile(
  domain: string,
  records: readonly WantedRecord[],
  style: ZoneFileStyle,
): string {
  const isRelative = style === 'relative';
  const write = isRelative ? relativeWriter(domain) : absoluteName;
  const lines = records.flatMap((record, index) => {
    const isFirst = records[index - 1]?.purpose !== record.purpose;
    return [...(isFirst ? ['', `; ${PURPOSES[record.purpose]}`] : []), lineOf(record, write)];
  });
  const head = [`; Mail records of ${domain}`, ...(isRelative ? [`$ORIGIN ${domain}.`] : [])];
  return [...head, ...lines, ''].join('\n');
}

function lineOf(record: WantedRecord, write: (name: string) => string): string {
  const data = recordDataText(record, write);
  const start = `${write(record.name)}\t${String(record.ttlSeconds)}\tIN\t${record.type}\t`;
  return data === null ? `; ${start}(its public address)` : start + data;
}

function absoluteName(name: string): string {
  return `${name}.`;
}

function relativeWriter(domain: string): (name: string) => string {
  return (name) => {
    const relative = relativeName(domain, name);
    return relative === name ? `${name}.` : relative;
  };
}
