/**
 * Wanted records: what is to be published so that the world finds this server (RFC 5321 §5.1 MX) and believes it (RFC 7208 SPF,
 * RFC 6376 DKIM, RFC 9989 DMARC), insists on TLS (RFC 8461 MTA-STS, RFC 8460 TLS-RPT, RFC 7672 DANE), and mail programs find their
 * settings by themselves (RFC 6186, RFC 8314 §5.1; autoconfig and autodiscover).
 *
 * Flow: settings, keys, listeners → facts → here → Setup, checks, zone files, publishing. The only place that knows.
 * Invariants: a record names a port only where a listener listens; what this machine cannot know (its public address) is null.
 */
import type { ZoneRecord } from './zone-record.ts';

export type RecordPurpose =
  | 'receive'
  | 'serverAddress'
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'tlsReports'
  | 'mtaSts'
  | 'mtaStsHost'
  | 'tlsa'
  | 'tlsaNext'
  | 'clientSubmission'
  | 'clientImap'
  | 'clientPop3'
  | 'clientSieve'
  | 'clientAutoconfig'
  | 'clientAutodiscover';

export type RecordNeed = 'required' | 'recommended' | 'optional';

export interface WantedRecord extends ZoneRecord {
  readonly purpose: RecordPurpose;
  readonly need: RecordNeed;
}

/** What this server knows of itself. */
export interface RecordFacts {
  readonly domains: readonly string[];
  readonly hostname: string;
  /** Addresses at which the world reaches us; empty: nobody has said. */
  readonly addresses: readonly string[];
  /** Those that listen, by the names that they have in the host. */
  readonly listeners: readonly { readonly name: string; readonly port: number }[];
  readonly keys: readonly {
    readonly domain: string;
    readonly recordName: string;
    readonly record: string;
    readonly isRetired: boolean;
  }[];
  /** Policies of MTA-STS that are served here, with the text of their records. */
  readonly policies: readonly { readonly domain: string; readonly host: string; readonly record: string }[];
  /** SHA-256 of the public key in use, and of one that is planned, hexadecimal; null: there is none. */
  readonly serverKeys: { readonly hash: string | null; readonly nextHash: string | null };
  /** Whether the web ports tell mail programs their settings. */
  readonly tellsDevices: boolean;
}

const TTL_SECONDS = 3600;
const MX_PREFERENCE = 10;
const HTTPS_PORT = 443;

interface ClientService {
  readonly listener: string;
  readonly label: string;
  readonly purpose: RecordPurpose;
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

export function wantedRecordsOf(
  facts: RecordFacts,
): readonly { readonly domain: string; readonly records: readonly WantedRecord[] }[] {
  const { domains, hostname } = facts;
  const home = domains.find((domain) => isWithin(hostname, domain)) ?? domains[0];
  return domains.map((domain) => ({
    domain,
    records: [
      mx(domain, hostname),
      ...(domain === home ? addresses(facts) : []),
      spf(domain),
      ...dkim(domain, facts),
      dmarc(domain),
      tlsReports(domain),
      ...mtaSts(domain, facts),
      ...(domain === home ? tlsa(facts) : []),
      ...CLIENT_SERVICES.flatMap((service) => clientService(domain, service, facts)),
      ...clientSettings(domain, facts),
    ],
  }));
}

/** Whether the name is the domain or below it. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function mx(domain: string, hostname: string): WantedRecord {
  const fields = { type: 'MX', name: domain, priority: MX_PREFERENCE, value: hostname } as const;
  return record('receive', 'required', fields);
}

function addresses({ hostname, addresses: known }: RecordFacts): WantedRecord[] {
  const ipv4 = known.filter((address) => !address.includes(':'));
  const ipv6 = known.filter((address) => address.includes(':'));
  const a = (value: string | null) =>
    record('serverAddress', 'required', { type: 'A', name: hostname, value });
  const aaaa = (value: string | null) =>
    record('serverAddress', 'optional', { type: 'AAAA', name: hostname, value });
  if (known.length === 0) return [a(null), aaaa(null)];
  return [...ipv4.map(a), ...ipv6.map(aaaa)];
}

function spf(domain: string): WantedRecord {
  // RFC 7208 §5.4: whoever receives our mail may send it, nobody else.
  return record('spf', 'recommended', { type: 'TXT', name: domain, value: 'v=spf1 mx -all' });
}

/** A key that has retired needs its record no more. */
function dkim(domain: string, { keys }: RecordFacts): WantedRecord[] {
  return keys
    .filter((key) => key.domain === domain && !key.isRetired)
    .map((key) => record('dkim', 'recommended', { type: 'TXT', name: key.recordName, value: key.record }));
}

/** RFC 9989 §4.7: reports first, before anybody is asked to refuse mail. */
function dmarc(domain: string): WantedRecord {
  const value = `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`;
  return record('dmarc', 'recommended', { type: 'TXT', name: `_dmarc.${domain}`, value });
}

/** RFC 8460 §3 */
function tlsReports(domain: string): WantedRecord {
  const value = `v=TLSRPTv1; rua=mailto:postmaster@${domain}`;
  return record('tlsReports', 'optional', { type: 'TXT', name: `_smtp._tls.${domain}`, value });
}

/** RFC 8461 §3.1, §3.3 */
function mtaSts(domain: string, { policies, hostname }: RecordFacts): WantedRecord[] {
  return policies
    .filter((policy) => policy.domain === domain)
    .flatMap(({ host, record: value }) => [
      record('mtaStsHost', 'recommended', { type: 'CNAME', name: host, value: hostname }),
      record('mtaSts', 'recommended', { type: 'TXT', name: `_mta-sts.${domain}`, value }),
    ]);
}

/** RFC 7672 §3.1.1: useful where DNSSEC signs the zone. `3 1 1`, so that a certificate may be renewed under its key. */
function tlsa({ hostname, serverKeys }: RecordFacts): WantedRecord[] {
  const name = `_25._tcp.${hostname}`;
  const of = (purpose: 'tlsa' | 'tlsaNext', hash: string | null): WantedRecord[] =>
    hash === null ? [] : [record(purpose, 'optional', { type: 'TLSA', name, value: `3 1 1 ${hash}` })];
  return [...of('tlsa', serverKeys.hash), ...of('tlsaNext', serverKeys.nextHash)];
}

function clientService(
  domain: string,
  { listener, label, purpose, priority }: ClientService,
  { listeners, hostname }: RecordFacts,
): WantedRecord[] {
  const port = listeners.find(({ name }) => name === listener)?.port;
  if (port === undefined) return [];
  const name = `${label}.${domain}`;
  return [record(purpose, 'optional', { type: 'SRV', name, priority, weight: 1, port, value: hostname })];
}

/** Where Thunderbird and Outlook look; neither of them follows a port in the first two. */
function clientSettings(domain: string, { tellsDevices, hostname }: RecordFacts): WantedRecord[] {
  if (!tellsDevices) return [];
  const hosts = [
    { purpose: 'clientAutoconfig', name: `autoconfig.${domain}` },
    { purpose: 'clientAutodiscover', name: `autodiscover.${domain}` },
  ] as const;
  const aliases = hosts
    .filter(({ name }) => name !== hostname)
    .map(({ purpose, name }) => record(purpose, 'optional', { type: 'CNAME', name, value: hostname }));
  const service = record('clientAutodiscover', 'optional', {
    type: 'SRV',
    name: `_autodiscover._tcp.${domain}`,
    priority: 0,
    weight: 1,
    port: HTTPS_PORT,
    value: hostname,
  });
  return [...aliases, service];
}

type RecordFields = Pick<ZoneRecord, 'type' | 'name' | 'value'> &
  Partial<Pick<ZoneRecord, 'priority' | 'weight' | 'port'>>;

function record(purpose: RecordPurpose, need: RecordNeed, fields: RecordFields): WantedRecord {
  return { purpose, need, priority: null, weight: null, port: null, ttlSeconds: TTL_SECONDS, ...fields };
}
