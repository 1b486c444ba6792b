import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDnsServer } from '../../../test/support/dns-server.ts';
import { isNameServer } from './name-servers.ts';
import { createDnsResolver } from './resolver.ts';

let server: TestDnsServer;

beforeAll(async () => {
  server = await TestDnsServer.start({
    'server2.com': {
      MX: [
        [20, 'backup.server2.com'],
        [10, 'MX.server2.com'],
      ],
    },
    'mx.server2.com': { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'] },
    'nomail.example': { MX: [[0, '']] },
    'empty.example': {},
    'server1.com': { TXT: ['v=spf1 -all', ['v=DKIM1; ', 'p=x'], `\xe4${'a'.repeat(600)}`] },
    '1.2.0.192.in-addr.arpa': { PTR: ['Mail.server2.com'] },
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': {
      PTR: ['mail6.server2.com'],
    },
    'broken.example': 'fails',
  });
});

afterAll(() => server.stop());

const resolver = () => createDnsResolver({ servers: () => [server.address] });

describe('the resolver', () => {
  test('finds MX records (RFC 1035 §3.3.9)', async () => {
    const found = await resolver().mx('server2.com');
    expect(found).toEqual({
      kind: 'found',
      records: expect.arrayContaining([
        { preference: 20, exchange: 'backup.server2.com' },
        { preference: 10, exchange: 'mx.server2.com' },
      ]),
    });
  });

  test('finds addresses of both kinds (RFC 1035 §3.4.1, RFC 3596 §2.1)', async () => {
    expect(await resolver().a('mx.server2.com')).toEqual({
      kind: 'found',
      records: ['192.0.2.1', '192.0.2.2'],
    });
    expect(await resolver().aaaa('mx.server2.com')).toEqual({ kind: 'found', records: ['2001:db8::1'] });
  });

  test('shows the null MX as an empty exchange (RFC 7505)', async () => {
    const found = await resolver().mx('nomail.example');
    expect(found).toEqual({ kind: 'found', records: [{ preference: 0, exchange: '' }] });
  });

  test('joins the strings of a TXT record, and leaves its octets alone (RFC 7208 §3.3)', async () => {
    const found = await resolver().txt('server1.com');
    const records = ['v=spf1 -all', 'v=DKIM1; p=x', `\xe4${'a'.repeat(600)}`];
    expect(found).toEqual({ kind: 'found', records: expect.arrayContaining(records) });
    expect(await resolver().txt('nowhere.example')).toEqual({ kind: 'noSuchName' });
    expect(await resolver().txt('empty.example')).toEqual({ kind: 'noData' });
    expect(await resolver().txt('broken.example')).toMatchObject({ kind: 'temporaryFailure' });
  });

  test('finds the names of addresses (RFC 1035 §3.5, RFC 3596 §2.5)', async () => {
    const names = (address: string) => resolver().ptr(address);
    expect(await names('192.0.2.1')).toEqual({ kind: 'found', records: ['mail.server2.com'] });
    expect(await names('::ffff:192.0.2.1')).toEqual({ kind: 'found', records: ['mail.server2.com'] });
    expect(await names('2001:db8::1')).toEqual({ kind: 'found', records: ['mail6.server2.com'] });
    expect(await names('192.0.2.2')).toEqual({ kind: 'noSuchName' });
    expect(await names('nobody')).toEqual({ kind: 'noSuchName' });
  });

  test('tells a name that is not there from one without the record', async () => {
    expect(await resolver().mx('nowhere.example')).toEqual({ kind: 'noSuchName' });
    expect(await resolver().mx('empty.example')).toEqual({ kind: 'noData' });
    expect(await resolver().a('a..b')).toEqual({ kind: 'noSuchName' });
  });

  test('never takes a failure for an answer', async () => {
    expect(await resolver().mx('broken.example')).toEqual({
      kind: 'temporaryFailure',
      reason: 'the name servers could not find out',
    });
    const unreachable = createDnsResolver({ servers: () => ['127.0.0.1:1'] });
    expect((await unreachable.mx('server2.com')).kind).toBe('temporaryFailure');
  });

  test('asks the servers that the settings name now', async () => {
    const other = await TestDnsServer.start({ 'mx.server2.com': { A: ['198.51.100.9'] } });
    let servers = [server.address];
    const changing = createDnsResolver({ servers: () => servers });
    await changing.a('mx.server2.com');
    servers = [other.address];
    expect(await changing.a('mx.server2.com')).toEqual({ kind: 'found', records: ['198.51.100.9'] });
    await other.stop();
  });
});

describe('name servers', () => {
  test.each(['192.0.2.1', '127.0.0.1:5353', '2001:db8::53', '[::1]:5353', '[::1]'])('%s', (text) => {
    expect(isNameServer(text)).toBe(true);
  });

  test.each([
    '',
    'ns.example',
    '192.0.2.1:',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '[192.0.2.1]:53',
    '::1:x',
    '[::1]:',
  ])('%j is none', (text) => {
    expect(isNameServer(text)).toBe(false);
  });
});
