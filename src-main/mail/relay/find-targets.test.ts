import { describe, expect, test } from 'vitest';
import type { LookUp, MxRecord } from '../../protocol/dns/resolver.ts';
import type { NextHop } from '../routing/port.ts';
import { findTargets } from './find-targets.ts';

interface Records {
  readonly mx?: readonly (readonly [number, string])[];
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
}

/** Names that are not there do not exist; `broken` cannot be asked about. */
type Zone = Readonly<Record<string, Records | 'broken'>>;

function ask<T>(zone: Zone, name: string, records: (found: Records) => readonly T[]): Promise<LookUp<T>> {
  const found = zone[name];
  if (found === undefined) return Promise.resolve({ kind: 'noSuchName' });
  if (found === 'broken') return Promise.resolve({ kind: 'temporaryFailure', reason: 'no answer' });
  const list = records(found);
  return Promise.resolve(list.length > 0 ? { kind: 'found', records: list } : { kind: 'noData' });
}

function find(zone: Zone, nextHop: NextHop | string, chance: readonly number[] = []) {
  const toMx = ([preference, exchange]: readonly [number, string]): MxRecord => ({ preference, exchange });
  return findTargets(typeof nextHop === 'string' ? { kind: 'mx', domain: nextHop } : nextHop, {
    resolver: {
      mx: (name) => ask(zone, name, ({ mx = [] }) => mx.map(toMx)),
      a: (name) => ask(zone, name, ({ a = [] }) => a),
      aaaa: (name) => ask(zone, name, ({ aaaa = [] }) => aaaa),
      txt: () => Promise.resolve({ kind: 'noSuchName' }),
      ptr: () => Promise.resolve({ kind: 'noSuchName' }),
    },
    randomBytes: (length) => Uint8Array.from({ length }, (_, index) => chance[index] ?? index),
    hostname: () => 'mail.server1.com',
    isOwnListener: (address, port) => address === '127.0.0.2' && port === 25,
    mxPort: 25,
  });
}

/** `host address:port` of each target, or the status of the problem. */
async function briefly(...asked: Parameters<typeof find>): Promise<string[] | string> {
  const found = await find(...asked);
  if (!found.ok) return `${found.error.isPermanent ? 'failed' : 'deferred'} ${found.error.status}`;
  return found.value.map(({ host, address, port }) => `${host} ${address}:${port}`);
}

describe('MX hosts (RFC 5321 §5.1)', () => {
  test('are tried by preference, IPv4 before IPv6', async () => {
    const zone: Zone = {
      'x.example': {
        mx: [
          [20, 'b.example'],
          [10, 'a.example'],
        ],
      },
      'a.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] },
      'b.example': { a: ['192.0.2.3'] },
    };
    expect(await briefly(zone, 'x.example')).toEqual([
      'a.example 192.0.2.1:25',
      'a.example 192.0.2.2:25',
      'a.example 2001:db8::1:25',
      'b.example 192.0.2.3:25',
    ]);
    expect(await find(zone, 'x.example')).toMatchObject({ value: [{ tls: 'opportunistic' }, {}, {}, {}] });
  });

  test('of equal preference are tried in an order of chance', async () => {
    const zone: Zone = {
      'x.example': {
        mx: [
          [10, 'a.example'],
          [10, 'b.example'],
          [5, 'c.example'],
        ],
      },
      'a.example': { a: ['192.0.2.1'] },
      'b.example': { a: ['192.0.2.2'] },
      'c.example': { a: ['192.0.2.3'] },
    };
    expect(await briefly(zone, 'x.example', [1, 2, 3])).toEqual([
      'c.example 192.0.2.3:25',
      'a.example 192.0.2.1:25',
      'b.example 192.0.2.2:25',
    ]);
    expect(await briefly(zone, 'x.example', [2, 1, 3])).toEqual([
      'c.example 192.0.2.3:25',
      'b.example 192.0.2.2:25',
      'a.example 192.0.2.1:25',
    ]);
  });

  test('without addresses are passed over', async () => {
    const zone: Zone = {
      'x.example': {
        mx: [
          [10, 'gone.example'],
          [15, 'broken.example'],
          [20, 'b.example'],
        ],
      },
      'broken.example': 'broken',
      'b.example': { a: ['192.0.2.2'] },
    };
    expect(await briefly(zone, 'x.example')).toEqual(['b.example 192.0.2.2:25']);
  });

  test.each<[title: string, zone: Zone, outcome: string[] | string]>([
    [
      'a domain without MX is its own host',
      { 'x.example': { a: ['192.0.2.9'] } },
      ['x.example 192.0.2.9:25'],
    ],
    [
      'a null MX takes no mail (RFC 7505)',
      { 'x.example': { mx: [[0, '']], a: ['192.0.2.9'] } },
      'failed 5.1.10',
    ],
    ['a domain that does not exist', {}, 'failed 5.1.2'],
    ['a domain that nobody could look up', { 'x.example': 'broken' }, 'deferred 4.4.3'],
    ['a domain with neither MX nor address', { 'x.example': { mx: [] } }, 'failed 5.4.4'],
    ['MX hosts that do not exist', { 'x.example': { mx: [[10, 'gone.example']] } }, 'failed 5.4.4'],
    [
      'MX hosts that nobody could look up',
      {
        'x.example': {
          mx: [
            [10, 'gone.example'],
            [10, 'b.example'],
          ],
        },
        'b.example': 'broken',
      },
      'deferred 4.4.3',
    ],
  ])('%s', async (_title, zone, outcome) => {
    expect(await briefly(zone, 'x.example')).toEqual(outcome);
  });

  test.each(['[192.0.2.1]', '[IPv6:2001:db8::1]'])(
    'an address literal names the host itself: %s',
    async (literal) => {
      const address = literal.slice(1, -1).replace('IPv6:', '');
      expect(await briefly({}, literal)).toEqual([`${address} ${address}:25`]);
    },
  );
});

describe('a loop to ourselves', () => {
  test('is cut where we are among the MX hosts by name: only better ones are tried', async () => {
    const zone: Zone = {
      'x.example': {
        mx: [
          [10, 'a.example'],
          [20, 'mail.server1.com'],
          [20, 'b.example'],
          [30, 'c.example'],
        ],
      },
      'a.example': { a: ['192.0.2.1'] },
      'b.example': { a: ['192.0.2.2'] },
      'c.example': { a: ['192.0.2.3'] },
    };
    expect(await briefly(zone, 'x.example')).toEqual(['a.example 192.0.2.1:25']);
  });

  test('is cut where we are among the MX hosts by address', async () => {
    const zone: Zone = {
      'x.example': {
        mx: [
          [10, 'a.example'],
          [20, 'alias.example'],
          [30, 'c.example'],
        ],
      },
      'a.example': { a: ['192.0.2.1'] },
      'alias.example': { a: ['127.0.0.2'] },
      'c.example': { a: ['192.0.2.3'] },
    };
    expect(await briefly(zone, 'x.example')).toEqual(['a.example 192.0.2.1:25']);
  });

  test.each<[title: string, zone: Zone]>([
    ['by name', { 'x.example': { mx: [[10, 'mail.server1.com']] } }],
    ['by address', { 'x.example': { a: ['127.0.0.2'] } }],
  ])('fails where nobody is better than we are, %s', async (_title, zone) => {
    expect(await briefly(zone, 'x.example')).toBe('failed 5.4.6');
  });

  test('fails for an address literal of ours', async () => {
    expect(await briefly({}, '[127.0.0.2]')).toBe('failed 5.4.6');
    expect(await briefly({}, '[127.0.0.3]')).toEqual(['127.0.0.3 127.0.0.3:25']);
  });
});

describe('hosts that the administrator named', () => {
  const hosts = (...list: readonly [string, number][]): NextHop => ({
    kind: 'hosts',
    hosts: list.map(([host, port]) => ({ host, port })),
    tls: 'required',
    mustVerify: true,
    credentials: { user: 'office', password: 'secret' },
  });

  test('are tried in their order, with their TLS mode and sign-in', async () => {
    const zone: Zone = { 'smtp.example': { a: ['192.0.2.1'] } };
    expect(await find(zone, hosts(['smtp.example', 587], ['127.0.0.2', 2526], ['localhost', 26]))).toEqual({
      ok: true,
      value: [
        ['smtp.example', '192.0.2.1', 587],
        ['127.0.0.2', '127.0.0.2', 2526],
        ['localhost', '127.0.0.1', 26],
        ['localhost', '::1', 26],
      ].map(([host, address, port]) => ({
        host,
        address,
        port,
        tls: 'required',
        mustVerify: true,
        credentials: { user: 'office', password: 'secret' },
      })),
    });
  });

  test('that are not found let the mail wait: the administrator can put them right', async () => {
    expect(await briefly({}, hosts(['typo.example', 25]))).toBe('deferred 4.4.4');
  });

  test('fail where they are ourselves', async () => {
    expect(await briefly({}, hosts(['127.0.0.2', 25]))).toBe('failed 5.4.6');
  });
});
