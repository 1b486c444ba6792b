import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLiteralAnnouncement } from './cursor.ts';
import { formatDateTime, parseDate, parseDateTime } from './date.ts';
import { formatAstring, formatString } from './format.ts';
import { decodeMailboxName, encodeMailboxName } from './mailbox-name.ts';
import {
  STAR,
  formatNumbers,
  isInSortedRanges,
  mergeRanges,
  resolveRanges,
  toRanges,
} from './sequence-set.ts';

describe('mailbox names', () => {
  test.each([
    ['INBOX', 'INBOX'],
    // RFC 3501 §5.1.3
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['A&B', 'A&-B'],
    ['Entwürfe', 'Entw&APw-rfe'],
    ['😀', '&2D3eAA-'],
  ])('%s is %s in modified UTF-7', (name, wire) => {
    expect(encodeMailboxName(name, false)).toBe(wire);
    expect(decodeMailboxName(wire, false)).toBe(name);
  });

  test('are themselves once UTF-8 is enabled', () => {
    expect(encodeMailboxName('Entwürfe & mehr', true)).toBe('Entwürfe & mehr');
    expect(decodeMailboxName(Buffer.from('A&-Entwürfe').toString('latin1'), true)).toBe('A&-Entwürfe');
  });

  test('that are no modified UTF-7 stay as they stand', () => {
    for (const wire of ['a&b', '&', '&AP-', '&!-', 'a&']) expect(decodeMailboxName(wire, false)).toBe(wire);
  });

  test('come back as they went', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const wire = encodeMailboxName(name, false);
        expect(wire).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeMailboxName(wire, false)).toBe(name);
      }),
    );
  });
});

describe('sequence sets', () => {
  test('are put in order, with * as the greatest', () => {
    const ranges = [
      { first: 7, last: 5 },
      { first: STAR, last: 9 },
      { first: 1, last: 1 },
      { first: 2, last: 2 },
    ];
    expect(resolveRanges(ranges, 8)).toEqual([
      { first: 1, last: 2 },
      { first: 5, last: 9 },
    ]);
  });

  test('say the same numbers however they are merged', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(numbers, (list) => {
        const ranges = mergeRanges(toRanges(list));
        for (let number = 1; number <= 61; number++) {
          expect(isInSortedRanges(number, ranges)).toBe(list.includes(number));
        }
      }),
    );
  });

  test('are written in the order of the numbers', () => {
    expect(formatNumbers([1, 2, 3, 7, 9, 10])).toBe('1:3,7,9:10');
    expect(formatNumbers([5, 3, 4])).toBe('5,3:4');
    expect(formatNumbers([])).toBe('');
  });
});

describe('strings', () => {
  test.each<[string, boolean, string]>([
    ['plain', false, '"plain"'],
    ['', false, '""'],
    ['a"b\\c', false, '"a\\"b\\\\c"'],
    ['a\tb', false, '"a\tb"'],
    ['ü', false, '{2}\r\nü'],
    ['ü', true, '"ü"'],
    ['a\r\nb', true, '{4}\r\na\r\nb'],
    ['a\0b', false, '"ab"'],
    ['x'.repeat(5000), false, `{5000}\r\n${'x'.repeat(5000)}`],
  ])('%j is written so that the client can read it', (text, isUtf8, wire) => {
    expect(formatString(text, isUtf8)).toBe(wire);
  });

  test('are atoms where they may be', () => {
    expect(formatAstring('Sent')).toBe('Sent');
    expect(formatAstring('Sent mail')).toBe('"Sent mail"');
    expect(formatAstring('nil')).toBe('"nil"');
    expect(formatAstring('')).toBe('""');
  });
});

test('literals are announced at the end of a line', () => {
  const sync = { octets: 12, isSynchronizing: true, isBinary: false };
  expect(readLiteralAnnouncement('a LOGIN {12}')).toEqual(sync);
  expect(readLiteralAnnouncement('a APPEND x ~{12+}')).toEqual({
    octets: 12,
    isSynchronizing: false,
    isBinary: true,
  });
  expect(readLiteralAnnouncement('a LOGIN {12-}')).toEqual({ ...sync, isSynchronizing: false });
  for (const line of ['a {12', 'a {}', 'a {x}', 'a {12} ', 'a {1234567890123456}']) {
    expect(readLiteralAnnouncement(line)).toBeNull();
  }
});

describe('dates', () => {
  test.each([
    ['1-Feb-1994', Date.UTC(1994, 1, 1)],
    ['01-feb-1994', Date.UTC(1994, 1, 1)],
    ['29-Feb-2024', Date.UTC(2024, 1, 29)],
    ['29-Feb-2023', null],
    ['0-Jan-2026', null],
    ['1-Foo-2026', null],
    ['1-Jan-26', null],
  ])('%s', (text, ms) => {
    expect(parseDate(text)).toBe(ms);
  });

  test('with time and zone', () => {
    expect(parseDateTime(' 7-Feb-1994 21:52:25 -0800')).toBe(Date.UTC(1994, 1, 8, 5, 52, 25));
    expect(parseDateTime('17-Jul-1996 02:44:25 +0530')).toBe(Date.UTC(1996, 6, 16, 21, 14, 25));
    for (const text of [
      '7-Feb-1994 21:52:25 -0800',
      ' 7-Feb-1994 25:00:00 -0800',
      ' 7-Feb-1994 21:52:25',
      '',
    ]) {
      expect(parseDateTime(text)).toBeNull();
    }
  });

  test('come back as they went', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (second) => {
        expect(parseDateTime(formatDateTime(second * 1000))).toBe(second * 1000);
      }),
    );
  });
});
