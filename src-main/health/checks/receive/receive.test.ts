/** The checks of receiving, each in each of its states. */
import { describe, expect, it } from 'vitest';
import {
  ADDRESS,
  DOMAIN,
  goodHost,
  healthFacts,
  HOST,
  runCheck,
  sayings,
  silentTools,
  type Scene,
} from '../../../../test/support/health-scene.ts';
import { memoryRecords } from '../../../../test/support/memory-records.ts';
import type { Zone } from '../../../../test/support/dns-server.ts';
import type { WantedRecord } from '../../facts.ts';
import type { SmtpLook } from '../../tools.ts';
import { mxRecord } from '../found-records.ts';
import { hostAddress } from './host-address.ts';
import { mxAddresses } from './mx-addresses.ts';
import { mxExists } from './mx-exists.ts';
import { mxNotAlias } from './mx-not-alias.ts';
import { mxPointsHere } from './mx-points-here.ts';
import { nullMx } from './null-mx.ts';
import { port25 } from './port25.ts';
import { port25Outside } from './port25-outside.ts';
import { roleAddresses } from './role-addresses.ts';
import { startTls } from './start-tls.ts';

const WANTED: readonly WantedRecord[] = [
  { domain: DOMAIN, purpose: 'receive', record: mxRecord(DOMAIN, 10, HOST) },
];
const GOOD: Zone = { [DOMAIN]: { MX: [[10, HOST]] }, [HOST]: { A: [ADDRESS] } };
const ELSEWHERE: Zone = { 'mx.other.example': { A: ['198.51.100.7'] } };
const scene = (zone: Zone, more: Scene = {}): Scene => ({
  ...more,
  zone,
  facts: { wanted: WANTED, ...more.facts },
});
const mx = (...hosts: readonly (readonly [number, string])[]): Zone => ({
  ...GOOD,
  ...ELSEWHERE,
  [DOMAIN]: { MX: hosts },
});

describe('MX records (RFC 5321 §5.1)', () => {
  it.each<[string, Zone, string]>([
    ['are there', GOOD, 'ok mxFound'],
    ['are missing', { [DOMAIN]: {} }, 'error mxMissing'],
    ['are missing, and the name itself has an address', { [DOMAIN]: { A: [ADDRESS] } }, 'warning mxImplicit'],
    ['of a name that does not exist', {}, 'error domainUnknown'],
    ['that SERVFAIL hides', { [DOMAIN]: 'fails' }, 'undetermined dnsSilent'],
    ['that nobody answers for', { [DOMAIN]: 'silent' }, 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(mxExists, scene(zone))).toEqual([said]);
  });

  it('that are missing can be published as they stand', async () => {
    const [finding] = await runCheck(mxExists, scene({ [DOMAIN]: {} }));
    expect(finding?.fixes).toEqual([
      { kind: 'publish', domain: DOMAIN, record: WANTED[0]?.record, instead: [] },
    ]);
  });

  it.each<[string, Zone, readonly string[]]>([
    ['this server', GOOD, ['ok mxHere']],
    [
      'another name of an address of ours',
      { ...mx([10, 'in.example.com']), 'in.example.com': { A: [ADDRESS] } },
      ['ok mxHere'],
    ],
    ['another server', mx([10, 'mx.other.example']), ['error mxElsewhere']],
    ['another server first', mx([5, 'mx.other.example'], [10, HOST]), ['error mxFirstElsewhere']],
    ['another server too', mx([10, HOST], [20, 'mx.other.example']), ['warning mxAlsoElsewhere']],
    ['nothing: another check tells', { [DOMAIN]: {} }, []],
    ['nobody can say where', { [DOMAIN]: 'fails' }, ['undetermined dnsSilent']],
  ])('lead to %s', async (_, zone, said) => {
    expect(await sayings(mxPointsHere, scene(zone))).toEqual(said);
  });

  it('name what goes when the right one comes', async () => {
    const [finding] = await runCheck(mxPointsHere, scene(mx([10, 'mx.other.example'])));
    expect(finding).toMatchObject({ expected: [`10 ${HOST}`], found: ['10 mx.other.example'] });
    expect(finding?.fixes?.[0]).toMatchObject({
      kind: 'publish',
      instead: [mxRecord(DOMAIN, 10, 'mx.other.example')],
    });
  });
});

describe('a change that spreads', () => {
  const OLD = {
    ...mx([10, 'mx.other.example']),
    'ns1.dns.example': { A: ['198.51.100.1'] },
    'ns2.dns.example': { A: ['198.51.100.2'] },
  };
  const zone: Zone = {
    ...OLD,
    [DOMAIN]: { MX: [[10, 'mx.other.example']], NS: ['ns1.dns.example', 'ns2.dns.example'] },
  };
  const NEW: Zone = { [DOMAIN]: { MX: [[10, HOST]] } };
  const seen = (views: Readonly<Record<string, Zone | 'silent'>>) =>
    runCheck(
      mxPointsHere,
      scene(zone, {
        tools: {
          dns: memoryRecords(
            () => zone,
            () => views,
          ),
        },
      }),
    );

  it('is told server by server, with how long others may see the old answer', async () => {
    const [finding] = await seen({ '198.51.100.1': NEW });
    expect(finding).toMatchObject({
      state: 'warning',
      text: { code: 'spreading', values: { has: 1, of: 2, minutes: 37 } },
      spread: {
        servers: [
          { name: 'ns1.dns.example', has: true },
          { name: 'ns2.dns.example', has: false },
        ],
        ttlSeconds: 2_220,
      },
    });
  });

  it('that all of them have takes nothing but time', async () => {
    const [finding] = await seen({ '198.51.100.1': NEW, '198.51.100.2': NEW });
    expect(finding).toMatchObject({ state: 'warning', text: { code: 'cachedElsewhere' }, fixes: [] });
  });

  it('does not count a server that is silent', async () => {
    const [finding] = await seen({ '198.51.100.1': NEW, '198.51.100.2': 'silent' });
    expect(finding).toMatchObject({ state: 'warning', spread: { servers: [{ has: true }, { has: null }] } });
  });

  it('that nobody has yet is no spreading', async () => {
    const [finding] = await seen({});
    expect(finding).toMatchObject({ text: { code: 'mxElsewhere' } });
    expect(finding).not.toHaveProperty('spread');
  });
});

describe('the null MX (RFC 7505)', () => {
  it.each<[Zone, string]>([
    [GOOD, 'ok nullMxAbsent'],
    [{ [DOMAIN]: { MX: [[0, '']] } }, 'error nullMxFound'],
    [{ [DOMAIN]: 'silent' }, 'undetermined dnsSilent'],
  ])('%j', async (zone, said) => {
    expect(await sayings(nullMx, scene(zone))).toEqual([said]);
  });
});

describe('the hosts of MX records', () => {
  it.each<[string, Zone, readonly string[]]>([
    ['have addresses', GOOD, ['ok mxAddressesFound']],
    ['have none', { [DOMAIN]: { MX: [[10, HOST]] }, [HOST]: {} }, ['error mxWithoutAddress']],
    ['do not exist', { [DOMAIN]: { MX: [[10, HOST]] } }, ['error mxWithoutAddress']],
    ['nobody can say', { [DOMAIN]: { MX: [[10, HOST]] }, [HOST]: 'fails' }, ['undetermined dnsSilent']],
    ['of no MX', { [DOMAIN]: {} }, []],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(mxAddresses, scene(zone))).toEqual(said);
  });

  it('get the address that this server has', async () => {
    const [finding] = await runCheck(mxAddresses, scene({ [DOMAIN]: { MX: [[10, HOST]] } }));
    expect(finding?.fixes).toMatchObject([
      { kind: 'publish', record: { type: 'A', name: HOST, value: ADDRESS } },
    ]);
  });

  it.each<[string, Zone, readonly string[]]>([
    ['are no aliases', GOOD, ['ok mxNoAlias']],
    [
      'are aliases',
      { ...GOOD, [HOST]: { CNAME: 'pc.example.com' }, 'pc.example.com': { A: [ADDRESS] } },
      ['error mxIsAlias'],
    ],
    ['nobody can say', { [DOMAIN]: { MX: [[10, HOST]] }, [HOST]: 'silent' }, ['undetermined dnsSilent']],
  ])('%s (RFC 2181 §10.3)', async (_, zone, said) => {
    expect(await sayings(mxNotAlias, scene(zone))).toEqual(said);
  });
});

describe('the server’s name', () => {
  it.each<[string, Zone, Scene['facts'], string]>([
    ['leads here', GOOD, {}, 'ok hostHere'],
    ['has an address, and nobody said which is ours', GOOD, { publicAddresses: [] }, 'ok hostHasAddress'],
    ['has none', { [HOST]: {} }, {}, 'error hostWithoutAddress'],
    ['leads elsewhere', { [HOST]: { A: ['198.51.100.7'] } }, {}, 'error hostElsewhere'],
    ['also leads elsewhere', { [HOST]: { A: [ADDRESS, '198.51.100.7'] } }, {}, 'warning hostAlsoElsewhere'],
    ['is not answered for', { [HOST]: 'silent' }, {}, 'undetermined dnsSilent'],
  ])('%s', async (_, ...[zone, facts, said]) => {
    expect(await sayings(hostAddress, { zone, ...(facts && { facts }) })).toEqual([`${HOST} ${said}`]);
  });

  it('does not count private addresses of this machine as ours', async () => {
    const facts = { publicAddresses: [], localAddresses: ['192.168.1.2', 'fd00::1', '2001:db8::1'] };
    const [finding] = await runCheck(hostAddress, { zone: { [HOST]: { A: [ADDRESS] } }, facts });
    expect(finding).toMatchObject({ text: { code: 'hostElsewhere' }, expected: ['2001:db8::1'] });
  });
});

describe('port 25, asked from here', () => {
  const listening = [
    { name: 'smtp', standardPort: 25, tls: 'starttls', state: 'listening', port: 25, address: '127.0.0.1' },
  ] as const;
  const at = (look: ReturnType<typeof goodHost>, facts: Scene['facts'] = {}) =>
    sayings(port25, scene(GOOD, { hosts: { [ADDRESS]: look }, facts: { listeners: listening, ...facts } }));

  it('answers with our name', async () => {
    expect(await at(goodHost())).toEqual([`${ADDRESS} ok port25Ours`]);
  });

  it('answers with another name', async () => {
    expect(await at(goodHost({ name: 'router.example' }))).toEqual([`${ADDRESS} error port25OtherName`]);
  });

  it('of a host that is not known to be ours says nothing of us', async () => {
    const other = scene(mx([10, 'mx.other.example']), {
      hosts: { [ADDRESS]: goodHost(), '198.51.100.7': goodHost({ name: 'mx.other.example' }) },
    });
    expect(await sayings(port25, other)).toEqual([
      '198.51.100.7 undetermined port25Foreign',
      `${ADDRESS} ok port25Ours`,
    ]);
  });

  it('is somebody’s who speaks no SMTP', async () => {
    expect(await at({ kind: 'otherProtocol', greeting: 'HTTP/1.1 400' })).toEqual([
      `${ADDRESS} error port25NotSmtp`,
    ]);
  });

  it('cannot be judged from behind a router that does not lead back', async () => {
    const closed = { kind: 'unreachable', reason: 'the host did not answer' } as const;
    expect(await at(closed)).toEqual([`${ADDRESS} undetermined port25NotFromHere`]);
  });

  it('is closed where nothing listens, or the address is this machine’s own', async () => {
    const closed = { kind: 'unreachable', reason: 'the host refused the connection' } as const;
    expect(await at(closed, { listeners: [] })).toEqual([`${ADDRESS} error port25Closed`]);
    expect(await at(closed, { localAddresses: [ADDRESS] })).toEqual([`${ADDRESS} error port25Closed`]);
  });

  it('is not looked for without DNS', async () => {
    expect(await sayings(port25, { zone: { [DOMAIN]: 'silent', [HOST]: 'silent' } })).toEqual([
      'undetermined dnsSilent',
    ]);
  });
});

describe('port 25, asked from outside', () => {
  const seen = (look: Parameters<typeof goodHost>[0] | { kind: 'unreachable' | 'otherProtocol' }) =>
    sayings(
      port25Outside,
      scene(GOOD, {
        tools: {
          outside: () =>
            Promise.resolve({
              kind: 'answered',
              address: ADDRESS,
              look:
                look !== undefined && 'kind' in look && look.kind === 'unreachable'
                  ? { kind: 'unreachable', reason: 'the host did not answer' }
                  : look !== undefined && 'kind' in look && look.kind === 'otherProtocol'
                    ? { kind: 'otherProtocol', greeting: 'SSH-2.0' }
                    : goodHost(look as Parameters<typeof goodHost>[0]),
            }),
        },
      }),
    );

  it('needs a helper', async () => {
    expect(await sayings(port25Outside)).toEqual(['undetermined outsideNotSet']);
  });

  it.each([
    [{}, 'ok outsideOurs'],
    [{ name: 'router.example' }, 'warning outsideOtherName'],
    [{ kind: 'unreachable' } as const, 'error outsideClosed'],
    [{ kind: 'otherProtocol' } as const, 'error outsideNotSmtp'],
  ])('%j', async (look, said) => {
    expect(await seen(look)).toEqual([`IPv4 ${said}`]);
  });

  it('is not known where the helper does not answer', async () => {
    const outside = () => Promise.resolve({ kind: 'failed', reason: 'it answered 429' } as const);
    expect(await sayings(port25Outside, scene(GOOD, { tools: { outside } }))).toEqual([
      'IPv4 undetermined outsideFailed',
    ]);
  });
});

describe('TLS on the mail hosts (RFC 3207)', () => {
  const at = (look: ReturnType<typeof goodHost>, facts: Scene['facts'] = {}) =>
    sayings(startTls, scene(GOOD, { hosts: { [ADDRESS]: look }, facts }));
  const enforced = { mtaSts: [{ domain: DOMAIN, mode: 'enforce', policy: '' }] };
  const unproved = goodHost({
    tls: {
      isVerified: false,
      certificate: null,
      flaw: { kind: 'certificate-not-trusted', reason: 'the certificate is self-signed' },
    },
  });

  it.each<[string, SmtpLook, Scene['facts'], string]>([
    ['offered and proved', goodHost(), {}, 'ok tlsProved'],
    ['not offered', goodHost({ offersTls: false, tls: null }), {}, 'warning tlsNotOffered'],
    [
      'not offered, though our policy demands it',
      goodHost({ offersTls: false, tls: null }),
      enforced,
      'error tlsNotOffered',
    ],
    ['broken', goodHost({ tls: null, tlsProblem: 'wrong version number' }), {}, 'error tlsBroken'],
    ['with a certificate that proves nothing', unproved, {}, 'warning tlsUnproved'],
    ['the same, though our policy demands a proof', unproved, enforced, 'error tlsUnproved'],
    ['not seen', { kind: 'unreachable', reason: 'x' } as const, {}, 'undetermined tlsNotSeen'],
  ])('%s', async (_, ...[look, facts, said]) => {
    expect(await at(look, facts)).toEqual([`${ADDRESS} ${said}`]);
  });
});

describe('postmaster and abuse (RFC 5321 §4.5.1)', () => {
  it('reach the first account, where there is one', async () => {
    expect(await sayings(roleAddresses)).toEqual(['ok rolesRead']);
    const facts = { domains: [{ name: DOMAIN, accounts: 0 }] };
    expect(await sayings(roleAddresses, { facts })).toEqual(['warning rolesUnread']);
  });
});

describe('without any network', () => {
  it.each([mxExists, nullMx, mxPointsHere, mxAddresses, mxNotAlias, hostAddress, port25, startTls])(
    '$id is not determined, and never red',
    async (check) => {
      const found = await runCheck(check, { tools: silentTools(), facts: healthFacts() });
      expect(found.map(({ state }) => state)).toEqual(['undetermined']);
    },
  );
});
