import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cursor, ImapSyntaxError } from './cursor.ts';
import { parseResultRange, takeRange } from './result-range.ts';

const parse = (text: string) => parseResultRange(new Cursor(text));

describe('RFC 9394 §4 partial-range', () => {
  test.each([
    ['1:100', { first: 1, last: 100, isFromEnd: false, text: '1:100' }],
    ['500:400', { first: 400, last: 500, isFromEnd: false, text: '500:400' }],
    ['-1:-100', { first: 1, last: 100, isFromEnd: true, text: '-1:-100' }],
    ['-500:-400', { first: 400, last: 500, isFromEnd: true, text: '-500:-400' }],
  ])('%s', (text, range) => {
    expect(parse(text)).toEqual(range);
  });

  test.each(['', '1', '0:5', '1:*', '-1:5', '1:-5', '--1:-2', '1:4294967296'])('not %j', (text) => {
    expect(() => parse(text)).toThrow(ImapSyntaxError);
  });

  test('takes what is there, in mailbox order', () => {
    const results = [11, 12, 13, 14, 15];
    expect(takeRange(results, parse('1:2'))).toEqual([11, 12]);
    expect(takeRange(results, parse('4:9'))).toEqual([14, 15]);
    expect(takeRange(results, parse('6:9'))).toEqual([]);
    expect(takeRange(results, parse('-1:-2'))).toEqual([14, 15]);
    expect(takeRange(results, parse('-4:-9'))).toEqual([11, 12]);
    expect(takeRange(results, parse('-6:-9'))).toEqual([]);
  });

  test('pages of any size, from either end, are the whole', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.boolean(), (count, size, isFromEnd) => {
        const results = Array.from({ length: count }, (_, index) => index);
        const pages: (readonly number[])[] = [];
        for (let first = 1; first <= count; first += size) {
          const range = isFromEnd ? `-${first}:-${first + size - 1}` : `${first}:${first + size - 1}`;
          pages.push(takeRange(results, parse(range)));
        }
        expect((isFromEnd ? pages.reverse() : pages).flat()).toEqual(results);
      }),
    );
  });
});
