import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeXtext } from '../../../format/dsn-request.ts';
import { parseXclient, XCLIENT_ATTRIBUTES } from './xclient.ts';

describe("XCLIENT's argument", () => {
  test.each([
    ['NAME=spike.porcupine.org ADDR=168.100.189.2', { address: '168.100.189.2' }],
    ['PROTO=ESMTP HELO=spike.porcupine.org', { isExtended: true, heloName: 'spike.porcupine.org' }],
    ['proto=smtp port=25', { isExtended: false }],
    ['ADDR=IPV6:2001:db8::9 DESTADDR=ipv6:::1 DESTPORT=25', { address: '2001:db8::9' }],
    ['ADDR=2001:db8::9', { address: '2001:db8::9' }],
    ['ADDR=IPV6:::ffff:192.0.2.1', { address: '192.0.2.1' }],
    ['NAME=[UNAVAILABLE] ADDR=[TEMPUNAVAIL] LOGIN=[unavailable]', {}],
    ['LOGIN=tom+40server1.com', { loginName: 'tom@server1.com' }],
    ['  HELO=[192.0.2.1]\tPORT=0 ', { heloName: '[192.0.2.1]' }],
  ])('%j is %j', (argument, client) => {
    expect(parseXclient(argument)).toEqual({ ok: true, value: client });
  });

  test.each([
    '',
    ' ',
    'ADDR',
    '=x',
    'ADDR=',
    'ADDR=999.0.0.1',
    'ADDR=localhost',
    'ADDR=IPV6:fe80::1+25eth0',
    'ADDR=1.2.3.4 ADDR=1.2.3.4',
    'PORT=65536',
    'PORT=-1',
    'PROTO=LMTP',
    'HELO=two+20words',
    'HELO=line+0D+0Abreak',
    'LOGIN=a+0D+0AX',
    'LOGIN=bad+2',
    'LOGIN=bad+zz',
    'LOGIN=+FF',
    'NAME=evil+0A.example',
    'FOO=bar',
  ])('%j is refused', (argument) => {
    expect(parseXclient(argument).ok).toBe(false);
  });

  test('never yields a value that could break a line or a trace field', () => {
    const word = fc.tuple(fc.constantFrom(...XCLIENT_ATTRIBUTES), fc.string(), fc.boolean());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        const argument = words
          .map(([name, value, isEncoded]) => `${name}=${isEncoded ? encodeXtext(value) : value}`)
          .join(' ');
        const parsed = parseXclient(argument);
        for (const value of parsed.ok ? Object.values(parsed.value) : []) {
          expect(String(value)).not.toMatch(/[\x00-\x20\x7f]/);
        }
      }),
    );
  });
});
