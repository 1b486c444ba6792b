/**
 * DNS records: what to publish so that the world finds this server (RFC 5321 §5.1 MX) and believes it (RFC 7208 SPF, RFC 6376
 * DKIM, RFC 9989 DMARC), insists on TLS (RFC 8461 MTA-STS, RFC 7672 DANE), and mail clients find their settings by themselves (RFC 6186, RFC 8314 §5.1 SRV).
 *
 * Invariants: a record names a port only where a listener listens; what this machine cannot know (its public address) is null.
 */
import type { DnsRecord } from '../../contract/setup.ts';
import type { SigningKeyStatus } from '../../mail/signing/port.ts';
import { formatPolicyRecord, policyHost, type MtaStsSetting } from '../certificates/mta-sts.ts';
import { hashOfKey } from '../certificates/tlsa.ts';
import type { ListenerName, ListenerStatus } from '../port.ts';

const TTL_SECONDS = 3600;
const MX_PREFERENCE = 10;

interface ClientService {
  readonly listener: ListenerName;
  readonly label: string;
  readonly purpose: DnsRecord['purpose'];
  /** Lower is tried first; RFC 6186 §3.3 lets it rank IMAP before POP3. */
  readonly priority: number;
}

const CLIENT_SERVICES: readonly ClientService[] = [
  { listener: 'submissions', label: '_submissions._tcp', purpose: 'clientSubmission', priority: 0 },
  { listener: 'submission', label: '_submission._tcp', purpose: 'clientSubmission', priority: 10 },
  { listener: 'imaps', label: '_imaps._tcp', purpose: 'clientImap', priority: 0 },
  { listener: 'imap', label: '_imap._tcp', purpose: 'clientImap', priority: 10 },
  { listener: 'pop3s', label: '_pop3s._tcp', purpose: 'clientPop3', priority: 20 },
  { listener: 'pop3', label: '_pop3._tcp', purpose: 'clientPop3', priority: 30 },
  // RFC 5804 §1.8
  { listener: 'managesieve', label: '_sieve._tcp', purpose: 'clientSieve', priority: 0 },
];

export function dnsRecordsOf(facts: {
  domains: readonly string[];
  hostname: string;
  listeners: readonly ListenerStatus[];
  keys: readonly SigningKeyStatus[];
  policies: readonly MtaStsSetting[];
  /** PEM: what the server proves itself with, and what it will after a change of keys that is planned. */
  serverKeys: { readonly key: string | null; readonly nextKey: string | null };
}): readonly { domain: string; records: readonly DnsRecord[] }[] {
  const { domains, hostname, listeners, keys, policies, serverKeys } = facts;
  const home = domains.find((domain) => isWithin(hostname, domain)) ?? domains[0];
  return domains.map((domain) => ({
    domain,
    records: [
      mx(domain, hostname),
      ...(domain === home ? addresses(domain, hostname) : []),
      spf(domain),
      ...keys.filter((key) => key.domain === domain).flatMap(dkim),
      dmarc(domain),
      tlsReports(domain),
      ...policies.filter((policy) => policy.domain === domain).flatMap((policy) => mtaSts(policy, hostname)),
      ...(domain === home ? tlsa(domain, hostname, serverKeys) : []),
      ...CLIENT_SERVICES.flatMap((service) => srv({ domain, hostname, service, listeners })),
    ],
  }));
}

function mx(domain: string, hostname: string): DnsRecord {
  return record(domain, {
    purpose: 'receive',
    need: 'required',
    type: 'MX',
    name: domain,
    priority: MX_PREFERENCE,
    value: hostname,
  });
}

function addresses(domain: string, hostname: string): DnsRecord[] {
  return (['A', 'AAAA'] as const).map((type) =>
    record(domain, {
      purpose: 'serverAddress',
      need: type === 'A' ? 'required' : 'optional',
      type,
      name: hostname,
      value: null,
    }),
  );
}

function spf(domain: string): DnsRecord {
  // RFC 7208 §5.4: whoever receives our mail may send it, nobody else.
  return record(domain, {
    purpose: 'spf',
    need: 'recommended',
    type: 'TXT',
    name: domain,
    value: 'v=spf1 mx -all',
  });
}

/** A key that has retired needs its record no more. */
function dkim({ domain, state, recordName, record: value }: SigningKeyStatus): DnsRecord[] {
  if (state === 'retired') return [];
  return [record(domain, { purpose: 'dkim', need: 'recommended', type: 'TXT', name: recordName, value })];
}

/** RFC 9989 §4.7: reports first, before anybody is asked to refuse mail. */
function dmarc(domain: string): DnsRecord {
  return record(domain, {
    purpose: 'dmarc',
    need: 'recommended',
    type: 'TXT',
    name: `_dmarc.${domain}`,
    value: `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
  });
}

/** RFC 8460 §3 */
function tlsReports(domain: string): DnsRecord {
  return record(domain, {
    purpose: 'tlsReports',
    need: 'optional',
    type: 'TXT',
    name: `_smtp._tls.${domain}`,
    value: `v=TLSRPTv1; rua=mailto:postmaster@${domain}`,
  });
}

/** RFC 8461 §3.1, §3.3 */
function mtaSts(policy: MtaStsSetting, hostname: string): DnsRecord[] {
  const { domain } = policy;
  const need = 'recommended';
  return [
    record(domain, { purpose: 'mtaStsHost', need, type: 'CNAME', name: policyHost(domain), value: hostname }),
    record(domain, {
      purpose: 'mtaSts',
      need,
      type: 'TXT',
      name: `_mta-sts.${domain}`,
      value: formatPolicyRecord(policy, hostname),
    }),
  ];
}

/** RFC 7672 §3.1.1: useful where DNSSEC signs the zone. */
function tlsa(
  domain: string,
  hostname: string,
  keys: { key: string | null; nextKey: string | null },
): DnsRecord[] {
  const name = `_25._tcp.${hostname}`;
  const of = (purpose: 'tlsa' | 'tlsaNext', key: string | null): DnsRecord[] =>
    key === null
      ? []
      : [record(domain, { purpose, need: 'optional', type: 'TLSA', name, value: `3 1 1 ${hashOfKey(key)}` })];
  return [...of('tlsa', keys.key), ...of('tlsaNext', keys.nextKey)];
}

function srv(options: {
  domain: string;
  hostname: string;
  service: ClientService;
  listeners: readonly ListenerStatus[];
}): DnsRecord[] {
  const { domain, hostname, service } = options;
  const listener = options.listeners.find((status) => status.name === service.listener);
  if (listener?.state !== 'listening' || listener.port === null) return [];
  return [
    record(domain, {
      purpose: service.purpose,
      need: 'optional',
      type: 'SRV',
      name: `${service.label}.${domain}`,
      priority: service.priority,
      weight: 1,
      port: listener.port,
      value: hostname,
    }),
  ];
}

type RecordFields = Pick<DnsRecord, 'purpose' | 'need' | 'type' | 'name' | 'value'> &
  Partial<Pick<DnsRecord, 'priority' | 'weight' | 'port'>>;

function record(domain: string, fields: RecordFields): DnsRecord {
  const full = { priority: null, weight: null, port: null, ...fields };
  return { ...full, relativeName: relativeTo(domain, fields.name), zoneLine: zoneLine(full) };
}

function zoneLine(fields: Required<RecordFields>): string | null {
  if (fields.value === null) return null;
  const value = dataOf(fields.type, fields.value);
  const data = [fields.priority, fields.weight, fields.port, value].filter((part) => part !== null);
  return `${fields.name}. ${String(TTL_SECONDS)} IN ${fields.type} ${data.join(' ')}`;
}

/** TXT in quotes, names with the dot that ends them, TLSA as it is. */
function dataOf(type: DnsRecord['type'], value: string): string {
  if (type === 'TXT') return quoteText(value);
  return type === 'TLSA' ? value : `${value}.`;
}

/** RFC 1035 §3.3.14: a string holds 255 octets; a longer text is several. */
function quoteText(text: string): string {
  const strings = text.match(/.{1,255}/g) ?? [''];
  return strings.map((string) => `"${string}"`).join(' ');
}

function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function relativeTo(domain: string, name: string): string {
  if (name === domain) return '@';
  return isWithin(name, domain) ? name.slice(0, -domain.length - 1) : name;
}
