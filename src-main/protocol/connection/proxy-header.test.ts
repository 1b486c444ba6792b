import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProxyHeader } from './proxy-header.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const binary = (hex: string) => Buffer.from(SIGNATURE + hex.replaceAll(' ', ''), 'hex');
const line = (text: string) => Buffer.from(text, 'latin1');

const CLIENT = {
  remoteAddress: '192.168.0.1',
  remotePort: 56324,
  localAddress: '192.168.0.11',
  localPort: 443,
};

describe('a PROXY header', () => {
  test.each<[string, Buffer, ...[object | null, number]]>([
    ['the TCP4 example', line('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET'), CLIENT, 47],
    [
      'the longest line',
      line('PROXY TCP6 ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:fffe 65535 65535\r\n'),
      {
        remoteAddress: 'ffff:f:f:f:f:f:f:ffff',
        remotePort: 65535,
        localAddress: 'ffff:f:f:f:f:f:f:fffe',
        localPort: 65535,
      },
      68,
    ],
    [
      'IPv6 in another spelling',
      line('PROXY TCP6 2001:DB8:0::9 ::FFFF:192.0.2.25 1 2\r\n'),
      { remoteAddress: '2001:db8::9', remotePort: 1, localAddress: '192.0.2.25', localPort: 2 },
      48,
    ],
    ['UNKNOWN', line('PROXY UNKNOWN\r\n'), null, 15],
    ['UNKNOWN with words', line('PROXY UNKNOWN ffff:: a b 1\r\n'), null, 28],
    ['version 2 over IPv4', binary('21 11 000c c0a80001 c0a8000b dc04 01bb'), CLIENT, 28],
    ['version 2 with TLVs', binary('21 11 0010 c0a80001 c0a8000b dc04 01bb ffffffff'), CLIENT, 32],
    [
      'version 2 over IPv6',
      binary('21 21 0024 20010db8000000000000000000000009 00000000000000000000000000000001 0001 0002'),
      { remoteAddress: '2001:db8::9', remotePort: 1, localAddress: '::1', localPort: 2 },
      52,
    ],
    [
      'version 2 with a mapped address',
      binary('21 21 0024 00000000000000000000ffffcb007109 00000000000000000000ffffc0000219 0001 0002'),
      { remoteAddress: '203.0.113.9', remotePort: 1, localAddress: '192.0.2.25', localPort: 2 },
      52,
    ],
    ['LOCAL', binary('20 11 000c c0a80001 c0a8000b dc04 01bb'), null, 28],
    ['LOCAL of a family that does not exist', binary('20 ff 0000'), null, 16],
    ['UNSPEC', binary('21 00 0003 010203'), null, 19],
  ])('is read: %s', (_what, octets, ...[ends, length]) => {
    expect(parseProxyHeader(octets)).toEqual({ kind: 'header', ends, octets: length });
    for (let cut = 0; cut < length; cut++) {
      expect(parseProxyHeader(octets.subarray(0, cut))).toEqual({ kind: 'incomplete' });
    }
  });

  test.each([
    ['another protocol', line('EHLO there\r\n')],
    ['lower case', line('proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a family that does not exist', line('PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['UNKNOWN run together', line('PROXY UNKNOWNS\r\n')],
    ['IPv6 where IPv4 was announced', line('PROXY TCP4 ::1 192.0.2.2 1 2\r\n')],
    ['IPv4 where IPv6 was announced', line('PROXY TCP6 192.0.2.1 ::1 1 2\r\n')],
    ['an address with leading zeros', line('PROXY TCP4 192.000.2.1 192.0.2.2 1 2\r\n')],
    ['a port with leading zeros', line('PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n')],
    ['a port that is too large', line('PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n')],
    ['a port that is signed', line('PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n')],
    ['no ports', line('PROXY TCP4 192.0.2.1 192.0.2.2\r\n')],
    ['a word too many', line('PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n')],
    ['two spaces', line('PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a tab', line('PROXY TCP4\t192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a line without end', line('PROXY TCP4 '.padEnd(107, '1'))],
    ['a bare LF', line(`PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n${'x'.repeat(107)}`)],
    ['a version that does not exist', binary('31 11 000c c0a80001 c0a8000b dc04 01bb')],
    ['a command that does not exist', binary('22 11 000c c0a80001 c0a8000b dc04 01bb')],
    ['UDP', binary('21 12 000c c0a80001 c0a8000b dc04 01bb')],
    ['a Unix socket', binary(`21 31 00d8 ${'00'.repeat(216)}`)],
    ['too short an address block', binary('21 11 000b c0a80001 c0a8000b dc04 01')],
    ['too long a block', binary('21 11 ffff')],
  ])('is refused: %s', (_what, octets) => {
    expect(parseProxyHeader(octets)).toEqual({ kind: 'malformed' });
  });

  test('that was written is read again', () => {
    const port = fc.nat(65_535);
    const ends = fc.record({
      remoteAddress: fc.ipV4(),
      localAddress: fc.ipV4(),
      remotePort: port,
      localPort: port,
    });
    fc.assert(
      fc.property(ends, (ends) => {
        const { remoteAddress, localAddress, remotePort, localPort } = ends;
        const text = `PROXY TCP4 ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`;
        expect(parseProxyHeader(line(text))).toEqual({ kind: 'header', ends, octets: text.length });
        const block = Buffer.alloc(12);
        block.set([...remoteAddress.split('.'), ...localAddress.split('.')].map(Number));
        block.writeUInt16BE(remotePort, 8);
        block.writeUInt16BE(localPort, 10);
        expect(parseProxyHeader(binary(`2111000c${block.toString('hex')}`))).toMatchObject({ ends });
      }),
    );
  });

  test('of random octets is refused or waited for in bounds, and is never longer than what came', () => {
    const start = fc.constantFrom(
      line(''),
      line('PROXY '),
      line('PROXY TCP4 '),
      binary(''),
      binary('2111'),
      binary('2121'),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 400 }), (prefix, noise) => {
        const octets = Buffer.concat([prefix, noise]);
        const header = parseProxyHeader(octets);
        if (header.kind === 'header') expect(header.octets).toBeLessThanOrEqual(octets.length);
        const huge = Buffer.concat([octets, Buffer.alloc(17_000)]);
        expect(parseProxyHeader(huge).kind).not.toBe('incomplete');
      }),
    );
  });
});
