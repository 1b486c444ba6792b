import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { contains, isInNetwork, parseIpAddress, parseIpNetwork, type IpNetwork } from './ip-network.ts';

function network(text: string): IpNetwork {
  const parsed = parseIpNetwork(text);
  if (parsed === null) throw new Error(`${text} is no network`);
  return parsed;
}

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });

function spell(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, at) => (octets[2 * at] ?? 0) * 256 + (octets[2 * at + 1] ?? 0),
  );
  return groups.map((group) => group.toString(16)).join(':');
}

/** The first bits as text, said another way than the code does. */
function bits(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');
}

describe('a network', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.99/24', '192.0.2.1', true],
    ['192.0.2.0/25', '192.0.2.128', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '203.0.113.9', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.200.0.1', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['127.0.0.0/8', '127.0.0.1', true],
    ['127.0.0.0/8', 'localhost', false],
  ])('%s and %s', (text, address, expected) => {
    expect(isInNetwork(address, network(text))).toBe(expected);
  });

  test.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0/8',
    '::/129',
    '1::2::3/8',
    '10.0.0.0/8/8',
  ])('%j is none', (text) => expect(parseIpNetwork(text)).toBeNull());

  test('of mapped addresses with a prefix too short for one is none: it would hold more than IPv4', () => {
    expect(parseIpNetwork('::ffff:10.0.0.0/90')).toBeNull();
  });

  it('holds exactly the addresses of its family that begin with its bits', () => {
    const pairs = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6));
    fc.assert(
      fc.property(pairs, fc.nat(128), fc.nat(128), ([base, other], shared, length) => {
        const total = 8 * base.length;
        const prefixLength = length % (total + 1);
        // Some bits in common, or hardly any pair would be a hit.
        const mixed = bits(base).slice(0, shared % total) + bits(other).slice(shared % total);
        const address = Uint8Array.from({ length: base.length }, (_, at) =>
          Number.parseInt(mixed.slice(8 * at, 8 * at + 8), 2),
        );
        const expected = mixed.startsWith(bits(base).slice(0, prefixLength));
        expect(isInNetwork(spell(address), network(`${spell(base)}/${prefixLength}`))).toBe(expected);
      }),
    );
  });

  it('is in another exactly when it is no wider and its own address is', () => {
    fc.assert(
      fc.property(fc.tuple(ipv4, ipv4), fc.nat(32), fc.nat(32), ([a, b], long, short) => {
        const inner = network(`${spell(a)}/${long}`);
        const outer = network(`${spell(b)}/${short}`);
        expect(contains(outer, inner)).toBe(long >= short && isInNetwork(spell(a), outer));
      }),
    );
  });
});

describe('an address', () => {
  it('is the same in every spelling', () => {
    expect(parseIpAddress('::ffff:c000:207')).toEqual(parseIpAddress('192.0.2.7'));
    expect(parseIpAddress('::FFFF:192.0.2.7')).toEqual(parseIpAddress('192.0.2.7'));
    expect(parseIpAddress('2001:db8::1')).toEqual(parseIpAddress('2001:0DB8:0:0:0:0:0:1'));
    expect(parseIpAddress('1::')).toEqual(Uint8Array.of(0, 1, ...Array<number>(14).fill(0)));
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (octets) => {
        const isMapped = octets.length === 16 && bits(octets).startsWith('0'.repeat(80) + '1'.repeat(16));
        fc.pre(!isMapped);
        expect(parseIpAddress(spell(octets))).toEqual(octets);
      }),
    );
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./%]{0,40}$/)), (text) => {
        const octets = parseIpAddress(text);
        expect(octets === null || octets.length === 4 || octets.length === 16).toBe(true);
        expect(() => parseIpNetwork(text)).not.toThrow();
      }),
    );
  });
});
