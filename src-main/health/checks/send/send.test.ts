/** The checks of sending, each in each of its states, over IPv4 and IPv6. */
import { describe, expect, it } from 'vitest';
import {
  ADDRESS,
  DOMAIN,
  goodHost,
  HOST,
  runCheck,
  sayings,
  silentTools,
  type Scene,
} from '../../../../test/support/health-scene.ts';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { forwardConfirmed } from './forward-confirmed.ts';
import { helloName } from './hello-name.ts';
import { outbound25 } from './outbound25.ts';
import { reverseName } from './reverse-name.ts';

const ADDRESS6 = '2001:db8::5';
const REVERSE = '5.113.0.203.in-addr.arpa';
const REVERSE6 = '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
const named = (name: string, more: Zone = {}): Zone => ({
  [HOST]: { A: [ADDRESS] },
  [REVERSE]: { PTR: [name] },
  ...more,
});
const SMART: Scene['facts'] = { leaving: { mode: 'smarthost', host: 'smtp.isp.example' } };

describe('port 25 of others', () => {
  const zone: Zone = {
    'big.example': {
      MX: [
        [10, 'mx2.big.example'],
        [5, 'mx.big.example'],
      ],
    },
    'mx.big.example': { A: ['198.51.100.25'], AAAA: ['2001:db8:25::1'] },
    'mx2.big.example': { A: ['198.51.100.26'] },
  };
  const closed = { kind: 'unreachable', reason: 'the host did not answer' } as const;

  it('is open where one of them answers', async () => {
    const hosts = { '198.51.100.25': closed, '198.51.100.26': goodHost({ name: 'mx2.big.example' }) };
    expect(await sayings(outbound25, { zone, hosts })).toEqual(['IPv4 ok outboundOpen']);
  });

  it('is closed where none does: a letter to the provider, or a smart host', async () => {
    const [finding] = await runCheck(outbound25, { zone });
    expect(finding).toMatchObject({ state: 'error', text: { code: 'outboundClosed', values: { of: 2 } } });
    expect(finding?.fixes).toMatchObject([
      { kind: 'letter', letter: 'openPort25' },
      { kind: 'advice' },
      { kind: 'page', page: 'relay' },
    ]);
  });

  it('is redirected where something else answers', async () => {
    const other = { kind: 'otherProtocol', greeting: '* OK proxy' } as const;
    const hosts = { '198.51.100.25': other, '198.51.100.26': closed };
    expect(await sayings(outbound25, { zone, hosts })).toEqual(['IPv4 error outboundDiverted']);
  });

  it('is tried over IPv6 where we have an address of it', async () => {
    const hosts = { '198.51.100.25': goodHost() };
    const facts = { publicAddresses: [ADDRESS, ADDRESS6] };
    const found = await runCheck(outbound25, { zone, hosts, facts });
    expect(found.map(({ subject, text }) => [subject, text.code])).toEqual([
      ['IPv4', 'outboundOpen'],
      ['IPv6', 'outboundClosed'],
    ]);
    expect(found[1]?.fixes).toContainEqual({ kind: 'advice', text: { code: 'adviseNoIpv6', values: {} } });
  });

  it('is not judged where no host is found', async () => {
    expect(await sayings(outbound25, { zone: {} })).toEqual(['IPv4 undetermined outboundNotTried']);
    expect(await sayings(outbound25, { tools: silentTools() })).toEqual([
      'IPv4 undetermined outboundNotTried',
    ]);
  });

  it('does not matter with a smart host, which must let us in', async () => {
    const at = (problem: string | null) =>
      sayings(outbound25, { facts: SMART, tools: { trySmartHost: () => Promise.resolve({ problem }) } });
    expect(await at(null)).toEqual(['smtp.isp.example ok smartHostOpen']);
    expect(await at('535 wrong password')).toEqual(['smtp.isp.example error smartHostClosed']);
  });

  it('does not matter where no mail leaves', async () => {
    expect(await sayings(outbound25, { facts: { leaving: { mode: 'off', host: '' } } })).toEqual([
      'ok leavingOff',
    ]);
  });
});

describe('the name of each sending address (PTR)', () => {
  it.each<[string, Zone, string]>([
    ['is there', named(HOST), 'ok ptrFound'],
    ['is missing', { [HOST]: { A: [ADDRESS] } }, 'error ptrMissing'],
    ['is missing, though the zone is there', named(HOST, { [REVERSE]: {} }), 'error ptrMissing'],
    ['is that of a home line', named('p203-0-113-5.dyn.isp.example'), 'warning ptrGeneric'],
    ['is not answered for', named(HOST, { [REVERSE]: 'fails' }), 'undetermined dnsSilent'],
  ])('%s', async (_, zone, said) => {
    expect(await sayings(reverseName, { zone })).toEqual([`${ADDRESS} ${said}`]);
  });

  it('is asked for over IPv6 as well as IPv4', async () => {
    const zone = named(HOST, {
      [REVERSE6]: { PTR: ['six.example.com'] },
      [HOST]: { A: [ADDRESS], AAAA: [ADDRESS6] },
    });
    const facts = { publicAddresses: [] };
    expect(await sayings(reverseName, { zone, facts })).toEqual([
      `${ADDRESS} ok ptrFound`,
      `${ADDRESS6} ok ptrFound`,
    ]);
  });

  it('is what a letter asks the provider for', async () => {
    const [finding] = await runCheck(reverseName, { zone: { [HOST]: { A: [ADDRESS] } } });
    expect(finding?.fixes?.[0]).toEqual({
      kind: 'letter',
      letter: 'reverseName',
      values: { address: ADDRESS, host: HOST },
    });
  });

  it('is of no concern with a smart host', async () => {
    expect(await sayings(reverseName, { facts: SMART })).toEqual([]);
  });

  it('cannot be asked for where our address is not known', async () => {
    const facts = { publicAddresses: [] };
    expect(await sayings(reverseName, { zone: { [HOST]: {} }, facts })).toEqual([
      'undetermined noOwnAddress',
    ]);
    expect(await sayings(reverseName, { tools: silentTools(), facts })).toEqual(['undetermined dnsSilent']);
  });
});

describe('that name', () => {
  it.each<[string, Zone, readonly string[]]>([
    ['leads back', named(HOST), [`${ADDRESS} ok ptrConfirmed`]],
    [
      'leads elsewhere',
      named('x.isp.example', { 'x.isp.example': { A: ['198.51.100.9'] } }),
      [`${ADDRESS} error ptrNotConfirmed`],
    ],
    ['leads nowhere', named('x.isp.example'), [`${ADDRESS} error ptrNotConfirmed`]],
    [
      'is not answered for',
      named('x.isp.example', { 'x.isp.example': 'silent' }),
      [`${ADDRESS} undetermined ptrUnsure`],
    ],
    ['is not there: another check tells', { [HOST]: { A: [ADDRESS] } }, []],
  ])('%s (iprev)', async (_, zone, said) => {
    expect(await sayings(forwardConfirmed, { zone })).toEqual(said);
  });

  it('of our own domain can be led back by us', async () => {
    const [finding] = await runCheck(forwardConfirmed, { zone: named('old.example.com') });
    expect(finding?.fixes?.[0]).toMatchObject({
      kind: 'publish',
      domain: DOMAIN,
      record: { name: 'old.example.com', value: ADDRESS },
    });
  });

  it.each<[string, Zone, readonly string[]]>([
    ['is ours', named(HOST), [`${ADDRESS} ok helloIsName`]],
    ['is another', named('x.isp.example'), [`${ADDRESS} warning helloOtherName`]],
    ['is not there', { [HOST]: { A: [ADDRESS] } }, []],
  ])('%s, as we say it in EHLO', async (_, zone, said) => {
    expect(await sayings(helloName, { zone })).toEqual(said);
  });
});
