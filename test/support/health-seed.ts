/** A believable state of health for pictures: two domains whose zones are mostly right, asked by the real checks of fakes. */
import { BLOCKLISTS } from '../../src-main/health/blocklists.ts';
import { HEALTH_CHECKS } from '../../src-main/health/checks/index.ts';
import type { HealthFacts, HealthSigningKey, WantedRecord } from '../../src-main/health/facts.ts';
import type { HealthTools } from '../../src-main/health/tools.ts';
import type { Zone } from './dns-server.ts';
import { certificate, goodHost, healthFacts, silentTools } from './health-scene.ts';
import { memoryRecords } from './memory-records.ts';
import type { WorldHealth } from './world-health.ts';

const HOST = 'mail.example.com';
const ADDRESS = '203.0.113.5';
const ADDRESS6 = '2001:db8:51::5';
const REVERSE = '5.113.0.203.in-addr.arpa';
const PUBLIC_KEY = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA${'q7Zk3mV9tHc2Yd5L'.repeat(20)}IDAQAB`;
const DAY_MS = 24 * 60 * 60_000;

/** `never`: nothing was asked yet. */
export const HEALTH_MOODS = ['mixed', 'good', 'offline', 'never'] as const;
export type HealthMood = (typeof HEALTH_MOODS)[number];

export function seedHealth(
  health: WorldHealth,
  options: { mood: HealthMood; domains: readonly string[]; delayMs: number },
): void {
  const { mood, domains, delayMs } = options;
  health.checks.push(...HEALTH_CHECKS);
  health.facts = () => factsOf(domains, health.now(), mood);
  health.tools = () =>
    mood === 'offline'
      ? silentTools({ greet: toolsOf(domains, health.now(), 'good').greet })
      : delayed(toolsOf(domains, health.now(), mood), delayMs);
}

function factsOf(domains: readonly string[], now: number, mood: HealthMood): HealthFacts {
  return healthFacts({
    hostname: HOST,
    domains: domains.map((name) => ({ name, accounts: 9 })),
    publicAddresses: mood === 'good' ? [ADDRESS] : [ADDRESS, ADDRESS6],
    wanted: domains.flatMap(wantedOf),
    listeners: ['smtp', 'submission', 'submissions', 'imap', 'imaps'].map((name, index) => ({
      name,
      ...{
        standardPort: PORTS[index] ?? 0,
        port: PORTS[index] ?? 0,
        state: 'listening',
        address: '127.0.0.1',
      },
      tls: name === 'submissions' || name === 'imaps' ? 'implicit' : 'starttls',
    })),
    signingKeys: domains.map(keyOf),
    mtaSts: domains.map((domain) => ({ domain, mode: 'testing', policy: policyOf(HOST) })),
    keyHashes: ['ab'.repeat(32)],
    blocklists: BLOCKLISTS,
    starts: mood === 'good' ? 'atBoot' : 'byHand',
    lastBackupAt: mood === 'good' ? now - 8 * 60 * 60_000 : null,
    database: { checkedAt: now - 3 * 60 * 60_000, findings: [] },
    queue: { recipients: 14, oldestReceivedAt: now - 40 * 60_000 },
    passwords: { weak: [], judged: 17, unknown: 3 },
    renewals: [
      { name: HOST, purpose: 'server', problem: null, triedAt: now - DAY_MS, notAfter: now + 70 * DAY_MS },
    ],
  });
}

const PORTS = [25, 587, 465, 143, 993];
const KEY_NAME = 'r202611';

function keyOf(domain: string): HealthSigningKey {
  const record = `v=DKIM1; k=rsa; p=${PUBLIC_KEY}`;
  const recordName = `${KEY_NAME}._domainkey.${domain}`;
  return { domain, algorithm: 'rsa-sha256', state: 'active', publicKey: PUBLIC_KEY, recordName, record };
}

function wantedOf(domain: string): readonly WantedRecord[] {
  const plain = { priority: null, weight: null, port: null, ttlSeconds: 3600 };
  const text = (purpose: string, name: string, value: string): WantedRecord => ({
    ...{ domain, purpose },
    record: { ...plain, type: 'TXT', name, value },
  });
  const srv = (purpose: string, label: string, port: number): WantedRecord => ({
    ...{ domain, purpose },
    record: {
      type: 'SRV',
      name: `${label}.${domain}`,
      priority: 0,
      weight: 1,
      port,
      value: HOST,
      ttlSeconds: 3600,
    },
  });
  return [
    { domain, purpose: 'receive', record: { ...plain, type: 'MX', name: domain, priority: 10, value: HOST } },
    text('spf', domain, 'v=spf1 mx -all'),
    text('dmarc', `_dmarc.${domain}`, `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`),
    text('tlsReports', `_smtp._tls.${domain}`, `v=TLSRPTv1; rua=mailto:postmaster@${domain}`),
    text('mtaSts', `_mta-sts.${domain}`, 'v=STSv1; id=20261101a;'),
    srv('clientSubmission', '_submissions._tcp', 465),
    srv('clientImap', '_imaps._tcp', 993),
  ];
}

function policyOf(mx: string): string {
  return `version: STSv1\r\nmode: testing\r\nmx: ${mx}\r\nmax_age: 1209600\r\n`;
}

function goodZone(domain: string): Zone {
  return {
    [domain]: {
      MX: [[10, HOST]],
      TXT: ['v=spf1 mx -all'],
      NS: ['ns1.dns.example', 'ns2.dns.example', 'ns3.dns.example'],
      SOA: 'ns1.dns.example',
      DS: ['2371'],
      isProved: true,
    },
    [`_dmarc.${domain}`]: { TXT: [`v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`] },
    [`_smtp._tls.${domain}`]: { TXT: [`v=TLSRPTv1; rua=mailto:postmaster@${domain}`] },
    [`_mta-sts.${domain}`]: { TXT: ['v=STSv1; id=20261101a;'] },
    [`mta-sts.${domain}`]: { CNAME: HOST },
    [`autoconfig.${domain}`]: { CNAME: HOST },
    [`autodiscover.${domain}`]: { CNAME: HOST },
    [`_submissions._tcp.${domain}`]: { SRV: [[0, 1, 465, HOST]] },
    [`_imaps._tcp.${domain}`]: { SRV: [[0, 1, 993, HOST]] },
    [`${KEY_NAME}._domainkey.${domain}`]: { TXT: [`v=DKIM1; k=rsa; p=${PUBLIC_KEY}`] },
  };
}

const COMMON_ZONE: Zone = {
  [HOST]: { A: [ADDRESS], TXT: ['v=spf1 a -all'], isProved: true },
  [`_25._tcp.${HOST}`]: { TLSA: [`3 1 1 ${'ab'.repeat(32)}`], isProved: true },
  [REVERSE]: { PTR: [HOST] },
  org: { SOA: 'a0.org.afilias-nst.info', isProved: true },
  'big.example': { MX: [[5, 'mx.big.example']] },
  'mx.big.example': { A: ['198.51.100.25'], AAAA: ['2001:db8:25::1'] },
  'ns1.dns.example': { A: ['198.51.100.1'] },
  'ns2.dns.example': { A: ['198.51.100.2'] },
  'ns3.dns.example': { A: ['198.51.100.3'] },
};

/** What is wrong in the picture: the second domain's zone, the IPv6 address, one list. */
function mixedZone(first: string, second: string): Zone {
  return {
    [HOST]: { A: [ADDRESS], AAAA: [ADDRESS6], TXT: ['v=spf1 a -all'], isProved: true },
    [`_dmarc.${first}`]: { TXT: [`v=DMARC1; p=none; rua=mailto:postmaster@${first}`] },
    [second]: {
      ...{
        MX: [
          [10, HOST],
          [20, 'mx.oldhost.example'],
        ],
        SOA: 'ns1.dns.example',
      },
      ...{ NS: ['ns1.dns.example', 'ns2.dns.example', 'ns3.dns.example'] },
      TXT: ['v=spf1 include:_spf.oldhost.example -all', 'v=spf1 mx -all'],
    },
    'mx.oldhost.example': { A: ['198.51.100.77'] },
    '_spf.oldhost.example': { TXT: ['v=spf1 ip4:198.51.100.0/24 -all'] },
    [`${KEY_NAME}._domainkey.${second}`]: {
      TXT: [[`"v=DKIM1; k=rsa; p=${PUBLIC_KEY.slice(0, 200)}"`, ` "${PUBLIC_KEY.slice(200)}"`]],
    },
    [`5.113.0.203.bl.spamcop.net`]: {
      A: ['127.0.0.2'],
      TXT: ['Blocked - see https://www.spamcop.net/bl.shtml?203.0.113.5'],
    },
    [`5.113.0.203.zen.spamhaus.org`]: { A: ['127.255.255.254'] },
  };
}

function toolsOf(domains: readonly string[], now: number, mood: HealthMood): HealthTools {
  const [first = '', second = ''] = domains;
  const good = Object.assign({}, COMMON_ZONE, ...domains.map(goodZone)) as Zone;
  const without =
    second === '' ? [] : [`_smtp._tls.${second}`, `autoconfig.${second}`, `_imaps._tcp.${second}`];
  const left = Object.fromEntries(Object.entries(good).filter(([name]) => !without.includes(name)));
  const zone: Zone = mood === 'good' ? good : { ...left, ...mixedZone(first, second) };
  const spread: Zone = {
    ...zone,
    [second]: { ...(zone[second] as object), MX: [[10, HOST]], TXT: ['v=spf1 mx -all'] },
  };
  return silentTools({
    dns: memoryRecords(
      () => zone,
      () => (mood === 'good' ? {} : { '198.51.100.1': spread, '198.51.100.2': spread }),
    ),
    smtp: ({ address }) =>
      Promise.resolve(
        address === ADDRESS6 ? { kind: 'unreachable', reason: 'the host did not answer' } : goodHost(),
      ),
    greet: ({ serverName, port }) =>
      Promise.resolve({
        kind: 'answered',
        greeting:
          port === 993 || port === 143
            ? '* OK [CAPABILITY IMAP4rev1] Postroom'
            : `220 ${HOST} ESMTP Postroom`,
        tls: {
          isVerified: true,
          flaw: null,
          certificate: certificate({ names: [serverName ?? HOST], notAfter: now + 70 * DAY_MS }),
        },
      }),
    web: ({ url }) => Promise.resolve(pageAt(url, now)),
    trySmartHost: () => Promise.resolve({ problem: null }),
    tryRelaying: () => Promise.resolve({ isOpen: false, refused: 27, unknown: 0, accepted: [] }),
    clockAhead: () => Promise.resolve({ aheadMs: 140, source: 'pool.ntp.org' }),
    outside:
      mood === 'good'
        ? () => Promise.resolve({ kind: 'answered', address: ADDRESS, look: goodHost() })
        : null,
  });
}

function pageAt(url: string, now: number) {
  const answered = { kind: 'answered', status: 200, type: 'text/plain' } as const;
  if (url.includes('mta-sts')) return { ...answered, body: policyOf(HOST) };
  if (url.includes('autoconfig'))
    return { ...answered, type: 'text/xml', body: '<clientConfig version="1.1">' };
  if (url.includes('autodiscover'))
    return { ...answered, type: 'text/xml', body: '<Autodiscover xmlns="x">' };
  const events = [
    { eventAction: 'registration', eventDate: new Date(now - 1_900 * DAY_MS).toISOString() },
    { eventAction: 'expiration', eventDate: new Date(now + 290 * DAY_MS).toISOString() },
  ];
  return { ...answered, body: JSON.stringify({ events }) };
}

/** As the Internet answers: not at once. */
function delayed(tools: HealthTools, delayMs: number): HealthTools {
  if (delayMs === 0) return tools;
  const later = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve) => void setTimeout(() => resolve(answer), delayMs * (0.5 + Math.random())));
  return {
    ...tools,
    dns: {
      ask: (name, type) => later(tools.dns.ask(name, type)),
      askAt: (server, name, type) => later(tools.dns.askAt(server, name, type)),
    },
    smtp: (target) => later(tools.smtp(target)),
    web: (request) => later(tools.web(request)),
    greet: (target) => later(tools.greet(target)),
  };
}
