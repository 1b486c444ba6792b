import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseParameterized } from './parameters.ts';

test.each([
  ['text/plain; charset=us-ascii (Plain text)', { value: 'text/plain', parameters: { charset: 'us-ascii' } }],
  ['text/plain; charset="us-ascii"', { value: 'text/plain', parameters: { charset: 'us-ascii' } }],
  ['Text / Plain ;Charset=X;', { value: 'Text / Plain', parameters: { charset: 'X' } }],
  ['a/b; name="x;y \\"z\\""', { value: 'a/b', parameters: { name: 'x;y "z"' } }],
  ['a/b; name=my file.txt; x=1', { value: 'a/b', parameters: { name: 'my file.txt', x: '1' } }],
  ['a/b; name=x; name=y', { value: 'a/b', parameters: { name: 'x' } }],
  ['a/b; junk; ; =x; name=y', { value: 'a/b', parameters: { name: 'y' } }],
  // RFC 2231 §3, §4, §4.1
  ['m/e; URL*0="ftp://"; URL*1="cs.utk.edu"', { value: 'm/e', parameters: { url: 'ftp://cs.utk.edu' } }],
  [
    "a/x; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
    { value: 'a/x', parameters: { title: 'This is ***fun***' } },
  ],
  [
    "a/x; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*0*=us-ascii'en'This%20is%20even%20more%20; title*2=\"isn't it!\"",
    { value: 'a/x', parameters: { title: "This is even more ***fun*** isn't it!" } },
  ],
  ["a/x; f=plain; f*=utf-8''%e2%82%ac", { value: 'a/x', parameters: { f: '€' } }],
  ["a/x; f*=iso-8859-1''%a3%", { value: 'a/x', parameters: { f: '£%' } }],
])('parses %j', (text, parsed) => {
  expect(parseParameterized(text)).toEqual(parsed);
});

test('never throws and takes linear time', () => {
  for (const hostile of ['(', '"', ';', ';a=', ';a*0*=', '\\', '; ', ';('])
    parseParameterized(hostile.repeat(20_000));
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '=', ';', '*', '0', '"', '(', ')', "'", '%', ' ', '\\') }),
      (text) => {
        parseParameterized(text);
      },
    ),
  );
});
