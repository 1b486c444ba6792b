import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress } from './address.ts';
import { parseStrictAddressList } from './strict-address-list.ts';

function parse(text: string): readonly string[] | string {
  const list = parseStrictAddressList(text, { allowUtf8: true });
  return list.ok ? list.value.map(formatAddress) : list.error;
}

describe('a strict address list', () => {
  const good: readonly [text: string, addresses: string[]][] = [
    ['', []],
    ['tom@example.com', ['tom@example.com']],
    ['<tom@example.com>', ['tom@example.com']],
    ['Tom <tom@example.com>', ['tom@example.com']],
    ['Tom B. Smith <tom@example.com>', ['tom@example.com']],
    ['"Smith, Tom" <tom@example.com>, anna@example.com', ['tom@example.com', 'anna@example.com']],
    ['"a \\" b" <tom@example.com>', ['tom@example.com']],
    ['=?utf-8?Q?J=C3=BCrgen?= <tom@example.com>', ['tom@example.com']],
    ['Jürgen <tom@example.com>', ['tom@example.com']],
    ['tom@example.com (Tom (the first))', ['tom@example.com']],
    ['(a) Tom (b) <tom@example.com> (c)', ['tom@example.com']],
    ['undisclosed-recipients:;', []],
    [
      'Team: tom@example.com, Anna <anna@example.com>;, bo@example.com',
      ['tom@example.com', 'anna@example.com', 'bo@example.com'],
    ],
    ['"to m"@example.com', ['"to m"@example.com']],
    ['Tom <"a>b"@example.com>', ['"a>b"@example.com']],
    ['tom@[192.0.2.1]', ['tom@[192.0.2.1]']],
    ['tom@example.com,', ['tom@example.com']],
    ['tom@example.com,,anna@example.com', ['tom@example.com', 'anna@example.com']],
  ];
  test.each(good)('%s', (text, addresses) => {
    expect(parse(text)).toEqual(addresses);
  });

  const bad: readonly [text: string, problem: RegExp][] = [
    ['Tom', /"Tom" is a name without an address/],
    ['Tom, anna@example.com', /"Tom" is a name without an address/],
    ['tom@', /"tom@" is not an address: the domain is missing/],
    ['@example.com', /nothing before its @/],
    ['tom@example..com', /"tom@example..com" is not an address: .*empty label/],
    ['Tom <tom@example.com', /angle bracket is not closed/],
    ['Tom <tom>', /"tom" is not an address: there is no @/],
    ['Tom <>', /is not an address/],
    ['"Tom <tom@example.com>', /quotation mark is not closed/],
    ['Tom (x <tom@example.com>', /comment in parentheses is not closed/],
    ['tom@example.com anna@example.com', /unexpected "a"/],
    ['<tom@example.com> <anna@example.com>', /comma between addresses/],
    ['boss@example.com <tom@example.com>', /comma between addresses/],
    ['Big boss@example.com <tom@example.com>', /must stand in quotes/],
    ['tom@example.com; anna@example.com', /semicolon where a comma/],
    ['Team: tom@example.com', /no closing semicolon/],
    ['A: B: tom@example.com;;', /group within a group|stands within a group/],
    ['[Team] Tom <tom@example.com>', /unexpected "\["/],
    ['tom.@example.com', /dot at its start, at its end/],
    ['Tom <tom@example.com> x', /unexpected "x"/],
  ];
  test.each(bad)('%s is refused with a reason', (text, problem) => {
    expect(parse(text)).toMatch(problem);
  });

  test('of any text is parsed or refused, in time that grows with its length only', () => {
    const piece = fc.constantFrom(
      'a',
      '@',
      '<',
      '>',
      '"',
      '\\',
      '(',
      ')',
      ',',
      ';',
      ':',
      ' ',
      '.',
      '[',
      ']',
      'ü',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((list) => list.join('')),
        ),
        (text) => {
          expect(['string', 'object']).toContain(typeof parse(text));
        },
      ),
    );
    const long = '('.repeat(50_000) + '"a'.repeat(50_000) + '<'.repeat(50_000);
    const start = performance.now();
    parse(long);
    parse(`${'"'.repeat(1)}${'\\a'.repeat(100_000)}`);
    parse('<"'.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
