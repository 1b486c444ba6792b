import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDnsServer } from '../../../test/support/dns-server.ts';
import { systemClock } from '../../host/system-clock.ts';
import type { Clock } from '../../base/clock.ts';
import { createRecordResolver } from './record-resolver.ts';

const LONG = `v=DKIM1; p=${'A'.repeat(600)}`;
let dns: TestDnsServer;

beforeAll(async () => {
  dns = await TestDnsServer.start({
    'example.com': {
      MX: [
        [10, 'MX.example.com'],
        [0, ''],
      ],
      NS: ['NS1.example.com'],
      SOA: 'ns1.example.com',
      DS: ['2371'],
      TXT: [['v=spf1 ', '-all']],
    },
    'big.example.com': { TXT: [LONG], isLarge: true },
    'a.example.com': { CNAME: 'b.example.com' },
    'b.example.com': { CNAME: 'c.example.com' },
    'c.example.com': { A: ['192.0.2.7'] },
    'circle.example.com': { CNAME: 'circle2.example.com' },
    'circle2.example.com': { CNAME: 'circle.example.com' },
    '_imaps._tcp.example.com': { SRV: [[0, 1, 993, 'Mail.example.com']] },
    '_25._tcp.example.com': { TLSA: ['3 1 1 abcd'] },
    '1.2.0.192.in-addr.arpa': { PTR: ['Mail.example.com'] },
    'six.example.com': { AAAA: ['2001:db8::1'] },
    'broken.example.com': 'fails',
    'silent.example.com': 'silent',
  });
});
afterAll(() => dns.stop());

const hurried: Clock = {
  now: () => Date.now(),
  after: (ms, run) => systemClock.after(Math.min(ms, 60), run),
};
const resolver = (servers = [dns.address]) =>
  createRecordResolver({ servers: () => servers, clock: hurried, randomBytes });

describe('records as they stand', () => {
  it.each([
    [
      'MX',
      'example.com',
      [
        { preference: 10, exchange: 'mx.example.com' },
        { preference: 0, exchange: '' },
      ],
    ],
    ['NS', 'example.com', ['ns1.example.com']],
    ['SOA', 'example.com', ['ns1.example.com']],
    ['DS', 'example.com', ['2371']],
    ['TXT', 'example.com', [{ text: 'v=spf1 -all', strings: ['v=spf1 ', '-all'] }]],
    ['SRV', '_imaps._tcp.example.com', [{ priority: 0, weight: 1, port: 993, target: 'mail.example.com' }]],
    ['TLSA', '_25._tcp.example.com', [{ usage: 3, selector: 1, matchingType: 1, data: 'abcd' }]],
    ['PTR', '1.2.0.192.in-addr.arpa', ['mail.example.com']],
    ['AAAA', 'six.example.com', ['2001:db8::1']],
    ['CNAME', 'a.example.com', ['b.example.com']],
  ] as const)('%s of %s', async (type, name, records) => {
    expect(await resolver().ask(name, type)).toMatchObject({
      kind: 'found',
      records,
      ttlSeconds: 1,
      server: dns.address,
    });
  });

  it('are followed through aliases (RFC 1034 §3.6.2)', async () => {
    expect(await resolver().ask('a.example.com', 'A')).toMatchObject({
      records: ['192.0.2.7'],
      canonicalName: 'c.example.com',
    });
  });

  it('end a circle of aliases', async () => {
    expect((await resolver().ask('circle.example.com', 'A')).kind).toBe('noData');
  });

  it('that do not fit a datagram are fetched over TCP (RFC 7766)', async () => {
    expect(await resolver().ask('big.example.com', 'TXT')).toMatchObject({ records: [{ text: LONG }] });
  });
});

describe('what there is not, and what nobody could say', () => {
  it.each([
    ['nowhere.example.com', { kind: 'noSuchName' }],
    ['c.example.com', { kind: 'noData' }],
    ['broken.example.com', { kind: 'temporaryFailure', isSilent: false }],
    ['silent.example.com', { kind: 'temporaryFailure', isSilent: true }],
  ])('%s', async (name, answer) => {
    expect(await resolver().ask(name, 'MX')).toMatchObject(answer);
  });

  it('is asked of the next server where one fails', async () => {
    const lame = await TestDnsServer.start({ 'c.example.com': 'fails' });
    expect(await resolver([lame.address, dns.address]).ask('c.example.com', 'A')).toMatchObject({
      kind: 'found',
      server: dns.address,
    });
    await lame.stop();
  });

  it('is nothing where there is no server', async () => {
    const answer = await resolver(['not an address']).ask('c.example.com', 'A');
    expect(answer).toMatchObject({ kind: 'temporaryFailure', isSilent: true });
  });

  it('may be asked of one server alone', async () => {
    const [address = '', port = ''] = dns.address.split(':');
    expect(await resolver([]).askAt({ address, port: Number(port) }, 'c.example.com', 'A')).toMatchObject({
      kind: 'found',
    });
  });
});

describe('proof (RFC 4035 §3.2.3)', () => {
  it('is the AD bit', async () => {
    dns.isValidating = true;
    expect((await resolver().ask('c.example.com', 'A')).isProved).toBe(true);
    dns.isValidating = false;
    expect((await resolver().ask('c.example.com', 'A')).isProved).toBe(false);
  });
});
