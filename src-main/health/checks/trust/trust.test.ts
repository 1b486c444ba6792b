/** The checks of trust, each in each of its states, with the lies that DNS tells. */
import { describe, expect, it } from 'vitest';
import {
  ADDRESS,
  DOMAIN,
  HOST,
  NOW,
  runCheck,
  sayings,
  silentTools,
  type Scene,
} from '../../../../test/support/health-scene.ts';
import type { NameRecords, Zone } from '../../../../test/support/dns-server.ts';
import type { Blocklist } from '../../blocklists.ts';
import type { HealthSigningKey, WantedRecord } from '../../facts.ts';
import type { WebLook } from '../../tools.ts';
import { textRecord } from '../found-records.ts';
import { addressBlocklists } from './address-blocklists.ts';
import { bimi } from './bimi.ts';
import { dkimKeys } from './dkim-keys.ts';
import { dmarcAlignment } from './dmarc-alignment.ts';
import { dmarcPolicy } from './dmarc-policy.ts';
import { dmarcRecord } from './dmarc-record.ts';
import { dmarcReports } from './dmarc-reports.ts';
import { dnssec } from './dnssec.ts';
import { domainAge } from './domain-age.ts';
import { domainBlocklists } from './domain-blocklists.ts';
import { mtaStsPolicy } from './mta-sts-policy.ts';
import { mtaStsRecord } from './mta-sts-record.ts';
import { spfCoversUs } from './spf-covers-us.ts';
import { spfHello } from './spf-hello.ts';
import { spfLookUps } from './spf-look-ups.ts';
import { mergeRecords, spfRecord } from './spf-record.ts';
import { tlsa } from './tlsa.ts';
import { tlsReports } from './tls-reports.ts';

const DMARC = `_dmarc.${DOMAIN}`;
const wanted = (purpose: string, name: string, text: string): WantedRecord => ({
  domain: DOMAIN,
  purpose,
  record: textRecord(name, text),
});
const WANTED: readonly WantedRecord[] = [
  wanted('spf', DOMAIN, 'v=spf1 mx -all'),
  wanted('dmarc', DMARC, `v=DMARC1; p=none; rua=mailto:postmaster@${DOMAIN}`),
  wanted('mtaSts', `_mta-sts.${DOMAIN}`, 'v=STSv1; id=1new;'),
  wanted('tlsReports', `_smtp._tls.${DOMAIN}`, `v=TLSRPTv1; rua=mailto:postmaster@${DOMAIN}`),
];
const BASE: Zone = { [HOST]: { A: [ADDRESS] }, [DOMAIN]: { MX: [[10, HOST]] } };
const scene = (zone: Zone, more: Scene = {}): Scene => ({
  ...more,
  zone: { ...BASE, ...zone },
  facts: { wanted: WANTED, ...more.facts },
});
const texts = (...TXT: readonly (string | readonly string[])[]): NameRecords => ({ MX: [[10, HOST]], TXT });
const spf = (...records: readonly string[]): Zone => ({ [DOMAIN]: texts('verification=1', ...records) });

describe('the SPF record (RFC 7208 §4.5, §4.6)', () => {
  it.each<[string, Zone, string]>([
    ['is right', spf('v=spf1 mx -all'), 'ok spfReadable'],
    ['is missing', spf(), 'error spfMissing'],
    ['is missing with the name', { [DOMAIN]: undefined as never }, 'error spfMissing'],
    ['is misspelled', spf('spf1 mx -all'), 'error spfMisspelled'],
    ['stands twice', spf('v=spf1 mx -all', 'v=spf1 include:x.example ~all'), 'error spfSeveral'],
    ['breaks the grammar', spf('v=spf1 ipv4:203.0.113.5 -all'), 'error spfUnreadable'],
    ['lets everybody send', spf('v=spf1 mx +all'), 'error spfAllowsAll'],
    ['is hidden by SERVFAIL', { [DOMAIN]: 'fails' }, 'undetermined dnsSilent'],
    ['is not answered for', { [DOMAIN]: 'silent' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(spfRecord, scene(zone))).toEqual([said]);
  });

  it('that stands twice is put together, and both go', async () => {
    const [finding] = await runCheck(
      spfRecord,
      scene(spf('v=spf1 mx ~all', 'v=spf1 mx include:x.example -all')),
    );
    expect(finding?.fixes).toEqual([
      {
        kind: 'publish',
        domain: DOMAIN,
        record: textRecord(DOMAIN, 'v=spf1 mx include:x.example -all'),
        instead: [textRecord(DOMAIN, 'v=spf1 mx ~all')],
      },
    ]);
    expect(mergeRecords(['v=spf1 a', 'v=spf1 ?all'])).toBe('v=spf1 a ?all');
    expect(mergeRecords(['v=spf1 a'])).toBe('v=spf1 a ~all');
  });
});

describe('SPF, evaluated for each of our addresses', () => {
  const six = { publicAddresses: [ADDRESS, '2001:db8::5'] };

  it.each<[string, Zone, Scene['facts'], readonly string[]]>([
    ['passes', spf('v=spf1 mx -all'), {}, ['ok spfPassesAll']],
    ['fails', spf('v=spf1 ip4:198.51.100.1 -all'), {}, ['error spfFailsOurs']],
    ['is neutral', spf('v=spf1 ip4:198.51.100.1'), {}, ['error spfFailsOurs']],
    ['fails for IPv6 only', spf(`v=spf1 ip4:${ADDRESS} -all`), six, ['error spfFailsOurs']],
    [
      'asks a name that SERVFAILs',
      { ...spf('v=spf1 include:x.example -all'), 'x.example': 'fails' },
      {},
      ['undetermined spfUnsure'],
    ],
    ['includes one that has none', spf('v=spf1 include:x.example -all'), {}, ['error spfFailsOurs']],
    ['is not asked where the record is wrong already', spf('v=spf1 mx -all', 'v=spf1 a -all'), {}, []],
    [
      'is the smart host’s affair',
      spf('v=spf1 include:isp.example -all'),
      { leaving: { mode: 'smarthost', host: 's' } },
      ['ok spfSmartHost'],
    ],
    ['has nothing to cover', spf('v=spf1 -all'), { leaving: { mode: 'off', host: '' } }, []],
    [
      'cannot be asked without an address',
      { ...spf('v=spf1 mx -all'), [HOST]: {} },
      { publicAddresses: [] },
      ['undetermined noOwnAddress'],
    ],
  ])('%s', async (_, ...[zone, facts, said]) => {
    const more = { ...scene(zone), facts: { wanted: WANTED, ...facts } };
    const zoneOfSmart = { ...more.zone, 'isp.example': texts('v=spf1 ip4:198.51.100.0/24 -all') };
    expect(await sayings(spfCoversUs, { ...more, zone: zoneOfSmart })).toEqual(said);
  });

  it('that fails is mended by our addresses, before what ends it', async () => {
    const [finding] = await runCheck(spfCoversUs, scene(spf('v=spf1 ip4:198.51.100.1 -all')));
    expect(finding?.fixes).toMatchObject([
      {
        kind: 'publish',
        record: { value: `v=spf1 ip4:${ADDRESS} ip4:198.51.100.1 -all` },
        instead: [{ value: 'v=spf1 ip4:198.51.100.1 -all' }],
      },
    ]);
  });
});

describe('the ten look-ups of SPF (RFC 7208 §4.6.4)', () => {
  const includes = (count: number): Zone => ({
    ...spf(
      `v=spf1 ${Array.from({ length: count }, (_, index) => `include:i${index}.example`).join(' ')} -all`,
    ),
    ...Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `i${index}.example`,
        texts('v=spf1 ip4:198.51.100.1 -all'),
      ]),
    ),
  });

  it.each<[string, Zone, readonly string[]]>([
    ['are few', includes(3), ['ok spfFewLookUps']],
    ['are nearly used up', includes(9), ['warning spfManyLookUps']],
    ['are too many', includes(11), ['error spfTooManyLookUps']],
    [
      'include each other for ever',
      { ...spf('v=spf1 include:i0.example -all'), 'i0.example': texts(`v=spf1 include:${DOMAIN} -all`) },
      ['error spfTooManyLookUps'],
    ],
    [
      'lead to names that are not there',
      spf('v=spf1 a:x.example a:y.example a:z.example -all'),
      ['error spfBroken'],
    ],
    ['are not counted without a record', spf(), []],
    ['are not counted without DNS', { [DOMAIN]: 'fails' }, ['undetermined spfUnsure']],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(spfLookUps, scene(zone))).toEqual(said);
  });
});

describe('SPF of the name in EHLO (RFC 7208 §2.3)', () => {
  it.each<[string, NameRecords | 'fails', string]>([
    ['passes', { A: [ADDRESS], TXT: ['v=spf1 a -all'] }, 'ok spfHelloPasses'],
    ['is missing', { A: [ADDRESS] }, 'warning spfHelloMissing'],
    ['fails', { A: [ADDRESS], TXT: ['v=spf1 -all'] }, 'error spfHelloFails'],
    ['is not answered for', 'fails', 'undetermined spfUnsure'],
  ])('%s', async (_, records, said) => {
    expect(await sayings(spfHello, scene({ [HOST]: records }))).toEqual([`${HOST} ${said}`]);
  });

  it('is not asked of a name that DNS cannot have', async () => {
    expect(await sayings(spfHello, { facts: { hostname: 'pc' } })).toEqual([]);
  });
});

const PUBLIC_KEY = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA${'AbCd1234'.repeat(40)}`;
const KEY_NAME = `r1._domainkey.${DOMAIN}`;
const KEY: HealthSigningKey = {
  ...{
    domain: DOMAIN,
    algorithm: 'rsa-sha256',
    state: 'active',
    publicKey: PUBLIC_KEY,
    recordName: KEY_NAME,
  },
  record: `v=DKIM1; k=rsa; p=${PUBLIC_KEY}`,
};

describe('the DKIM key in DNS (RFC 6376 §3.6)', () => {
  const [head, tail] = [KEY.record.slice(0, 200), KEY.record.slice(200)];
  const at = (records: NameRecords | 'fails', key: Partial<HealthSigningKey> = {}) =>
    sayings(dkimKeys, scene({ [KEY_NAME]: records }, { facts: { signingKeys: [{ ...KEY, ...key }] } }));

  it.each<[string, NameRecords | 'fails', string]>([
    ['is ours', texts(KEY.record), 'ok dkimEqual'],
    ['is ours, split at 255 octets as it should be', texts([head, tail]), 'ok dkimEqual'],
    ['is ours, with white space in p=', texts([head, ` ${tail}`]), 'ok dkimEqual'],
    ['is missing', {}, 'error dkimMissing'],
    ['is another', texts('v=DKIM1; k=rsa; p=MIIBother'), 'error dkimDifferent'],
    ['is of another type', texts(KEY.record.replace('k=rsa', 'k=ed25519')), 'error dkimDifferent'],
    ['has quotes that a form has kept', texts(`"${head}" "${tail}"`), 'error dkimQuotes'],
    ['has quotes within its strings', texts([`"${head}"`, `"${tail}"`]), 'error dkimQuotes'],
    ['stands in pieces, each a record', texts(head, tail), 'error dkimInPieces'],
    ['stands in pieces, in the other order', texts(tail, head), 'error dkimInPieces'],
    ['was cut off at 255 octets', texts(KEY.record.slice(0, 255)), 'error dkimCutOff'],
    ['stands beside another', texts(KEY.record, 'v=DKIM1; p=MIIBother'), 'error dkimSeveral'],
    ['was withdrawn', texts('v=DKIM1; p='), 'error dkimRevoked'],
    ['is hidden by SERVFAIL', 'fails', 'undetermined dnsSilent'],
  ])('%s', async (_, records, said) => {
    expect(await at(records)).toEqual([`${KEY_NAME} ${said}`]);
  });

  it('of a key that waits hurts nobody yet', async () => {
    expect(await at({}, { state: 'announced' })).toEqual([`${KEY_NAME} warning dkimAwaited`]);
  });

  it('is asked for each selector, but not for keys that have retired', async () => {
    const keys = [KEY, { ...KEY, recordName: 'e1', state: 'retired' as const }];
    expect(
      await sayings(dkimKeys, scene({ [KEY_NAME]: texts(KEY.record) }, { facts: { signingKeys: keys } })),
    ).toHaveLength(1);
  });

  it('is none where mail is not signed: a button makes one', async () => {
    const [finding] = await runCheck(dkimKeys, scene({}));
    expect(finding).toMatchObject({
      state: 'error',
      text: { code: 'dkimNone' },
      fixes: [{ kind: 'action', action: 'makeSigningKey' }],
    });
  });
});

describe('the DMARC record (RFC 9989 §4.7)', () => {
  it.each<[string, Zone, string]>([
    ['is right', { [DMARC]: texts('v=DMARC1; p=none') }, 'ok dmarcReadable'],
    ['is missing', {}, 'error dmarcMissing'],
    ['stands twice', { [DMARC]: texts('v=DMARC1; p=none', 'v=DMARC1; p=reject') }, 'error dmarcSeveral'],
    ['breaks the grammar', { [DMARC]: texts('v=DMARC1; p=strict') }, 'error dmarcUnreadable'],
    ['begins wrongly', { [DMARC]: texts('v=dmarc1; p=none') }, 'error dmarcUnreadable'],
    ['is hidden by SERVFAIL', { [DMARC]: 'fails' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(dmarcRecord, scene(zone))).toEqual([said]);
  });

  it('may stand at the organization’s domain', async () => {
    const zone = { '_dmarc.example.com': texts('v=DMARC1; p=reject; sp=quarantine') };
    const facts = { domains: [{ name: 'office.example.com', accounts: 1 }] };
    const found = await dmarcRecord.run({ ...(await toolsOf(scene(zone, { facts }))) }, 'office.example.com');
    expect(found).toMatchObject([
      { state: 'ok', text: { code: 'dmarcInherited', values: { from: 'example.com' } } },
    ]);
  });
});

/** The tools that runCheck makes, for another domain than its own. */
async function toolsOf(of: Scene) {
  let tools: Parameters<typeof dmarcRecord.run>[0] | undefined;
  const spy = {
    ...dmarcRecord,
    run: (given: NonNullable<typeof tools>) => ((tools = given), Promise.resolve([])),
  };
  await runCheck(spy, of);
  if (tools === undefined) throw new Error('no tools');
  return tools;
}

describe('what DMARC asks for', () => {
  it.each<[string, string, string]>([
    ['nothing', 'v=DMARC1; p=none; rua=mailto:a@example.com', 'warning dmarcWatches'],
    ['something, as a test', 'v=DMARC1; p=reject; t=y', 'warning dmarcTests'],
    ['something, of a part', 'v=DMARC1; p=reject; pct=20', 'warning dmarcPartly'],
    ['something', 'v=DMARC1; p=quarantine', 'ok dmarcAsks'],
  ])('%s', async (_, record, said) => {
    expect(await sayings(dmarcPolicy, scene({ [DMARC]: texts(record) }))).toEqual([said]);
  });

  it('is strengthened by one tag, and the rest stays', async () => {
    const [finding] = await runCheck(
      dmarcPolicy,
      scene({ [DMARC]: texts('v=DMARC1; p=none; rua=mailto:a@example.com;') }),
    );
    expect(finding?.expected).toEqual(['v=DMARC1; p=quarantine; rua=mailto:a@example.com']);
  });

  it('is not judged without a record, nor without DNS', async () => {
    expect(await sayings(dmarcPolicy, scene({}))).toEqual([]);
    expect(await sayings(dmarcPolicy, scene({ [DMARC]: 'silent' }))).toEqual(['undetermined dnsSilent']);
  });
});

describe('what proves mail of the domain (RFC 9989 §4.4)', () => {
  it.each<[string, Zone, readonly HealthSigningKey[], string]>([
    ['both', spf('v=spf1 mx -all'), [KEY], 'ok alignedBoth'],
    ['its signature', spf('v=spf1 -all'), [KEY], 'ok alignedByKey'],
    ['SPF alone', spf('v=spf1 mx -all'), [], 'warning alignedBySpf'],
    ['nothing', spf('v=spf1 -all'), [], 'error notAligned'],
    [
      'nothing: a key that waits signs nothing',
      spf('v=spf1 -all'),
      [{ ...KEY, state: 'announced' }],
      'error notAligned',
    ],
    ['nobody can say', { [DOMAIN]: 'fails' }, [], 'undetermined alignmentUnsure'],
  ])('%s', async (_, ...[zone, signingKeys, said]) => {
    expect(await sayings(dmarcAlignment, scene(zone, { facts: { signingKeys } }))).toEqual([said]);
  });
});

it('a key that waits for its record is to be published, not made again', async () => {
  const facts = { signingKeys: [{ ...KEY, state: 'announced' as const }] };
  const [finding] = await runCheck(dmarcAlignment, scene(spf('v=spf1 mx -all'), { facts }));
  expect(finding?.fixes).toMatchObject([{ kind: 'publish', record: { name: KEY.recordName } }]);
});

describe('where DMARC reports go (RFC 9990 §4)', () => {
  const rua = (...hosts: readonly string[]): Zone => ({
    [DMARC]: texts(`v=DMARC1; p=none; rua=${hosts.map((host) => `mailto:d@${host}`).join(',')}`),
  });
  const consent = `${DOMAIN}._report._dmarc.reports.example`;

  it.each<[string, Zone, readonly string[]]>([
    ['to us', rua('example.com'), ['ok reportsHere']],
    ['to a host of our organization', rua('in.example.com'), ['ok reportsHere']],
    ['nowhere', { [DMARC]: texts('v=DMARC1; p=none') }, ['warning reportsNowhere']],
    [
      'to somebody who agreed',
      { ...rua('reports.example'), [consent]: texts('v=DMARC1;') },
      ['ok reportsAllowed'],
    ],
    [
      'to somebody who agreed to all',
      { ...rua('reports.example'), [consent]: texts('v=DMARC1') },
      ['ok reportsAllowed'],
    ],
    ['to somebody who did not agree', rua('reports.example'), ['warning reportsNotAllowed']],
    [
      'to us and to somebody who did not',
      rua('example.com', 'reports.example'),
      ['warning reportsNotAllowed'],
    ],
    [
      'to somebody whose DNS is down',
      { ...rua('reports.example'), [consent]: 'fails' },
      ['undetermined dnsSilent'],
    ],
    ['without a record', {}, []],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(dmarcReports, scene(zone))).toEqual(said);
  });
});

const STS = `_mta-sts.${DOMAIN}`;

describe('the MTA-STS record (RFC 8461 §3.1)', () => {
  const on: Scene['facts'] = { mtaSts: [{ domain: DOMAIN, mode: 'testing', policy: '' }] };

  it.each<[string, Zone, Scene['facts'], string]>([
    ['is right', { [STS]: texts('v=STSv1; id=1new;') }, on, 'ok mtaStsRecordRight'],
    ['is not wished for', {}, {}, 'warning mtaStsAbsent'],
    ['is missing', {}, on, 'error mtaStsRecordMissing'],
    ['stands twice', { [STS]: texts('v=STSv1; id=1;', 'v=STSv1; id=2;') }, on, 'error mtaStsSeveral'],
    ['has no id', { [STS]: texts('v=STSv1; policy=1') }, on, 'error mtaStsUnreadable'],
    ['names an earlier policy', { [STS]: texts('v=STSv1; id=1old;') }, on, 'warning mtaStsOldId'],
    ['is of another server', { [STS]: texts('v=STSv1; id=7;') }, {}, 'ok mtaStsElsewhere'],
    ['is not answered for', { [STS]: 'silent' }, on, 'undetermined dnsSilent'],
  ])('%s', async (_, ...[zone, facts, said]) => {
    expect(await sayings(mtaStsRecord, scene(zone, facts && { facts }))).toEqual([said]);
  });
});

describe('the MTA-STS policy (RFC 8461 §3.2, §3.3)', () => {
  const policy = (change: { mode?: string; mx?: string; age?: number } = {}): WebLook => ({
    ...{ kind: 'answered', status: 200, type: 'text/plain' },
    body: `version: STSv1\nmode: ${change.mode ?? 'enforce'}\nmx: ${change.mx ?? HOST}\nmax_age: ${change.age ?? 1_209_600}\n`,
  });
  const at = (look: WebLook, zone: Zone = {}) =>
    sayings(
      mtaStsPolicy,
      scene({ [STS]: texts('v=STSv1; id=1;'), ...zone }, { tools: { web: () => Promise.resolve(look) } }),
    );

  it.each<[string, WebLook, string]>([
    ['fits', policy(), 'ok policyEnforced'],
    ['fits by a pattern', policy({ mx: '*.example.com' }), 'ok policyEnforced'],
    ['is tested', policy({ mode: 'testing' }), 'ok policyTesting'],
    ['asks for nothing', policy({ mode: 'none' }), 'warning policyNone'],
    ['names other hosts', policy({ mx: 'old.example.com' }), 'error policyMisses'],
    [
      'names other hosts, as a test',
      policy({ mx: 'old.example.com', mode: 'testing' }),
      'warning policyMisses',
    ],
    ['has expired', policy({ age: 0 }), 'error policyExpired'],
    ['holds for an hour', policy({ age: 3600 }), 'warning policyShort'],
    [
      'is none',
      { kind: 'answered', status: 200, type: 'text/plain', body: '<html>' },
      'error policyUnreadable',
    ],
    ['is of the wrong type', { ...policy(), type: 'text/html' } as WebLook, 'error policyType'],
    ['is not there', { kind: 'answered', status: 404, type: 'text/html', body: '' }, 'error policyStatus'],
    [
      'is redirected, which counts as not there',
      { kind: 'answered', status: 301, type: '', body: '', location: 'x' },
      'error policyStatus',
    ],
    [
      'comes with a wrong certificate',
      { kind: 'failed', reason: 'x', isCertificate: true },
      'error policyCertificate',
    ],
    [
      'cannot be fetched from here',
      { kind: 'failed', reason: 'x', isCertificate: false },
      'undetermined policyUnreachable',
    ],
  ])('%s', async (_, look, said) => {
    expect(await at(look)).toEqual([said]);
  });

  it('is not fetched without a record, and not judged without MX', async () => {
    expect(await at(policy(), { [STS]: {} })).toEqual([]);
    expect(await at(policy(), { [STS]: 'fails' })).toEqual(['undetermined dnsSilent']);
    expect(await at(policy(), { [DOMAIN]: 'fails' })).toEqual(['undetermined dnsSilent']);
  });
});

describe('the TLS-RPT record (RFC 8460 §3)', () => {
  it.each<[string, NameRecords | 'fails', string]>([
    ['is right', texts('v=TLSRPTv1; rua=mailto:a@example.com'), 'ok tlsReportsThere'],
    [
      'names two places',
      texts('v=TLSRPTv1; rua=mailto:a@example.com,https://x.example/r;'),
      'ok tlsReportsThere',
    ],
    ['is missing', {}, 'warning tlsReportsAbsent'],
    ['has no address', texts('v=TLSRPTv1;'), 'error tlsReportsBroken'],
    [
      'stands twice',
      texts('v=TLSRPTv1; rua=mailto:a@example.com', 'v=TLSRPTv1; rua=mailto:b@example.com'),
      'error tlsReportsBroken',
    ],
    ['is hidden by SERVFAIL', 'fails', 'undetermined dnsSilent'],
  ])('%s', async (_, records, said) => {
    expect(await sayings(tlsReports, scene({ [`_smtp._tls.${DOMAIN}`]: records }))).toEqual([said]);
  });
});

describe('TLSA against the key in use (RFC 7672)', () => {
  const ours = 'ab'.repeat(32);
  const name = `_25._tcp.${HOST}`;
  const at = (zone: Zone) => sayings(tlsa, scene(zone, { facts: { keyHashes: [ours, 'cd'.repeat(32)] } }));
  const proved: Zone = { [HOST]: { A: [ADDRESS], isProved: true } };

  it.each<[string, Zone, string]>([
    ['fits', { ...proved, [name]: { TLSA: [`3 1 1 ${ours}`], isProved: true } }, 'ok tlsaFits'],
    [
      'names the key that comes next',
      { ...proved, [name]: { TLSA: [`3 1 1 ${'cd'.repeat(32)}`], isProved: true } },
      'ok tlsaFits',
    ],
    ['is another key', { ...proved, [name]: { TLSA: ['3 1 1 0011'], isProved: true } }, 'error tlsaWrong'],
    ['is another key, which nobody proves', { [name]: { TLSA: ['3 1 1 0011'] } }, 'warning tlsaWrong'],
    ['fits, and nobody proves it', { [name]: { TLSA: [`3 1 1 ${ours}`] } }, 'ok tlsaUnproved'],
    [
      'names an authority',
      { ...proved, [name]: { TLSA: ['2 1 1 0011'], isProved: true } },
      'ok tlsaAuthority',
    ],
    ['is missing where it would count', proved, 'warning tlsaAbsent'],
    ['is missing where it would mean nothing', {}, 'ok tlsaNeedless'],
    ['is hidden by SERVFAIL', { [name]: 'fails' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await at(zone)).toEqual([`${HOST} ${said}`]);
  });
});

describe('DNSSEC (RFC 4035)', () => {
  const validating: Zone = { org: { SOA: 'a.example', isProved: true } };

  it.each<[string, Zone, string]>([
    [
      'is proved',
      { ...validating, [DOMAIN]: { SOA: 'ns.example', DS: ['1'], isProved: true } },
      'ok dnssecProved',
    ],
    [
      'is there, and the resolver does not look',
      { org: { SOA: 'a' }, [DOMAIN]: { SOA: 'ns.example', DS: ['1'] } },
      'ok dnssecSigned',
    ],
    [
      'should be there, and is not proved',
      { ...validating, [DOMAIN]: { SOA: 'ns.example', DS: ['1'] } },
      'warning dnssecUnproved',
    ],
    ['is not there', { ...validating, [DOMAIN]: { SOA: 'ns.example' } }, 'warning dnssecAbsent'],
    [
      'is bogus: a validating resolver gives no answer',
      { ...validating, [DOMAIN]: 'fails' },
      'undetermined dnssecBogus',
    ],
    ['is not answered for', { [DOMAIN]: 'silent' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(dnssec, scene(zone))).toEqual([said]);
  });
});

describe('BIMI', () => {
  const name = `default._bimi.${DOMAIN}`;
  const record = 'v=BIMI1; l=https://example.com/logo.svg';
  const strict: Zone = { [DMARC]: texts('v=DMARC1; p=reject') };

  it.each<[string, Zone, string]>([
    ['is nothing that anybody needs', {}, 'ok bimiAbsent'],
    ['is right', { ...strict, [name]: texts(record) }, 'ok bimiThere'],
    [
      'is not shown while DMARC is weak',
      { [DMARC]: texts('v=DMARC1; p=none'), [name]: texts(record) },
      'warning bimiNotShown',
    ],
    ['is broken', { ...strict, [name]: texts('v=BIMI1; l=http://example.com/logo.png') }, 'error bimiBroken'],
    ['is not answered for', { [name]: 'silent' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(bimi, scene(zone))).toEqual([said]);
  });
});

describe('blocklists (RFC 5782)', () => {
  const list = (zone: string, kind: Blocklist['kind']): Blocklist => ({
    zone,
    kind,
    name: zone,
    delistUrl: `https://${zone}/?q={key}`,
  });
  const blocklists = [
    list('a.example', 'address'),
    list('b.example', 'address'),
    list('d.example', 'domain'),
  ];
  const [inA, inB, inD] = ['5.113.0.203.a.example', '5.113.0.203.b.example', `${DOMAIN}.d.example`];
  const at = (zone: Zone) => sayings(addressBlocklists, scene(zone, { facts: { blocklists } }));

  it.each<[string, Zone, string]>([
    ['hold it not', {}, 'ok notListed'],
    ['hold it', { [inA]: { A: ['127.0.0.2'], TXT: ['see https://a.example'] } }, 'error listed'],
    [
      'refuse to answer public resolvers',
      { [inA]: { A: ['127.255.255.254'] }, [inB]: { A: ['127.255.255.254'] } },
      'undetermined listsSilent',
    ],
    ['refuse in part', { [inA]: { A: ['127.255.255.252'] } }, 'ok notListedBySome'],
    [
      'answer for every name, as some resolvers do',
      { [inA]: { A: ['192.0.2.80'] }, [inB]: 'fails' },
      'undetermined listsSilent',
    ],
  ])('%s', async (_, zone, said) => {
    expect(await at(zone)).toEqual([`${ADDRESS} ${said}`]);
  });

  it('that hold us tell why, and how to get off', async () => {
    const zone = { [inA]: { A: ['127.0.0.2'], TXT: ['a botnet'] } };
    const [finding] = await runCheck(addressBlocklists, scene(zone, { facts: { blocklists } }));
    expect(finding?.found).toEqual(['a.example: a botnet', 'b.example: —']);
    expect(finding?.fixes).toMatchObject([
      { kind: 'advice', text: { code: 'adviseDelist', values: { url: `https://a.example/?q=${ADDRESS}` } } },
      { kind: 'letter', letter: 'delist', values: { list: 'a.example', key: ADDRESS } },
    ]);
  });

  it('are asked about the domain', async () => {
    const said = (zone: Zone) => sayings(domainBlocklists, scene(zone, { facts: { blocklists } }));
    expect(await said({})).toEqual(['ok notListed']);
    expect(await said({ [inD]: { A: ['127.0.1.2'] } })).toEqual(['error listed']);
    expect(await said({ [inD]: { A: ['127.255.255.255'] } })).toEqual(['undetermined listsSilent']);
    expect(await sayings(domainBlocklists, scene({}))).toEqual([]);
  });

  it('cannot be asked where our address is not known', async () => {
    const facts = { blocklists, publicAddresses: [] };
    expect(await sayings(addressBlocklists, { zone: { [HOST]: {} }, facts })).toEqual([
      'undetermined noOwnAddress',
    ]);
    expect(await sayings(addressBlocklists, { tools: silentTools(), facts })).toEqual([
      'undetermined dnsSilent',
    ]);
  });
});

describe('how old the domain is (RDAP, RFC 9083)', () => {
  const DAY_MS = 86_400_000;
  const rdap = (registeredDaysAgo: number | null, endsInDays: number | null): WebLook => ({
    ...{ kind: 'answered', status: 200, type: 'application/rdap+json' },
    body: JSON.stringify({
      events: [
        ...(registeredDaysAgo === null
          ? []
          : [
              {
                eventAction: 'registration',
                eventDate: new Date(NOW - registeredDaysAgo * DAY_MS).toISOString(),
              },
            ]),
        ...(endsInDays === null
          ? []
          : [{ eventAction: 'expiration', eventDate: new Date(NOW + endsInDays * DAY_MS).toISOString() }]),
      ],
    }),
  });
  const at = (...looks: readonly WebLook[]) => {
    const left = [...looks];
    const web = () =>
      Promise.resolve(left.shift() ?? ({ kind: 'failed', reason: 'x', isCertificate: false } as const));
    return sayings(domainAge, scene({}, { tools: { web } }));
  };

  it.each<[string, readonly WebLook[], string]>([
    ['years', [rdap(900, 200)], 'ok domainOld'],
    ['days', [rdap(3, 362)], 'warning domainYoung'],
    ['ends soon', [rdap(900, 5)], 'warning domainEndsSoon'],
    ['has ended', [rdap(900, -2)], 'error domainEnded'],
    [
      'is told by the registry that we are led to',
      [
        { kind: 'answered', status: 302, type: '', body: '', location: 'https://rdap.example/x' },
        rdap(900, 200),
      ],
      'ok domainOld',
    ],
    ['is not told', [rdap(null, null)], 'undetermined ageUnknown'],
    [
      'is told in no JSON',
      [{ kind: 'answered', status: 200, type: '', body: '<html>' }],
      'undetermined ageUnknown',
    ],
    [
      'is not known there',
      [{ kind: 'answered', status: 404, type: '', body: '' }],
      'undetermined ageUnknown',
    ],
    ['cannot be asked', [], 'undetermined ageUnknown'],
  ])('%s', async (_, looks, said) => {
    expect(await at(...looks)).toEqual([said]);
  });

  it('is not asked in a circle', async () => {
    const circle = {
      kind: 'answered',
      status: 302,
      type: '',
      body: '',
      location: 'https://rdap.org/domain/example.com',
    } as const;
    expect(await at(...Array.from({ length: 20 }, () => circle))).toEqual(['undetermined ageUnknown']);
  });
});
