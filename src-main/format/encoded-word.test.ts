import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEncodedWords, formatEncodedWords } from './encoded-word.ts';

test.each([
  // The examples of RFC 2047 §8.
  ['=?ISO-8859-1?Q?a?=', 'a'],
  ['=?ISO-8859-1?Q?a?= b', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a_b?=', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
  ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
  [
    '=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\t=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=',
    'If you can read this you understand the example.',
  ],
  ['=?gb2312?B?xOO6ww==?=', '你好'],
  ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ['=?utf-8*en?Q?x=C3=A9?=', 'xé'],
  // One character split over two words, as some mailers do.
  ['=?utf-8?B?4oI=?= =?utf-8?B?rA==?=', '€'],
  ['=?unknown-x?Q?=C3=A9?=', 'é'],
  ['=?utf-8?Q?broken', '=?utf-8?Q?broken'],
  ['=?=?=?', '=?=?=?'],
])('decodes %j', (text, decoded) => {
  expect(decodeEncodedWords(text)).toBe(decoded);
});

test('never throws, and leaves text without encoded words alone', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (!text.includes('=?')) expect(decodeEncodedWords(text)).toBe(text);
      expect(typeof decodeEncodedWords(`=?${text}?Q?${text}?=`)).toBe('string');
    }),
  );
});

test('short printable ASCII is left as it is', () => {
  expect(formatEncodedWords('Not delivered: hello')).toBe('Not delivered: hello');
  expect(formatEncodedWords('=?utf-8?Q?fake?=')).toMatch(/^=\?utf-8\?B\?/);
});

test('encoded words are written in words of at most 75 characters that decode to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const formatted = formatEncodedWords(text);
      expect(formatted).toMatch(/^[\r\n\x20-\x7e]*$/);
      for (const line of formatted.split('\r\n ')) expect(line.length).toBeLessThanOrEqual(75);
      expect(decodeEncodedWords(formatted.replaceAll('\r\n', ''))).toBe(text);
    }),
  );
});
