import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairsOf, parseResponse, parseValues } from './parse-response.ts';

describe('a response', () => {
  test.each([
    [
      '* OK [CAPABILITY IMAP4rev1] hello',
      { kind: 'status', status: 'OK', text: '[CAPABILITY IMAP4rev1] hello' },
    ],
    ['* BYE', { kind: 'status', status: 'BYE', text: '' }],
    ['* 12 FETCH (UID 5)', { kind: 'data', name: 'FETCH', number: 12, rest: '(UID 5)' }],
    ['* exists', { kind: 'data', name: 'EXISTS', number: null, rest: '' }],
    ['* LIST () "/" a', { kind: 'data', name: 'LIST', number: null, rest: '() "/" a' }],
    ['p1 ok done', { kind: 'completion', tag: 'p1', status: 'OK', text: 'done' }],
    ['+ go on', { kind: 'continuation', text: 'go on' }],
    ['+', { kind: 'continuation', text: '' }],
    ['HTTP/1.1 200 OK', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(parseResponse(text)).toEqual(expected);
  });
});

describe('values', () => {
  test.each([
    ['(\\Seen $Work) NIL "a \\"b\\" \\\\"', [['\\Seen', '$Work'], null, 'a "b" \\']],
    ['{3}\r\na(b (UID 5)', ['a(b', ['UID', '5']]],
    [
      '(BODY[HEADER.FIELDS (MESSAGE-ID)] {2}\r\n\r\n UID 7)',
      [['BODY[HEADER.FIELDS (MESSAGE-ID)]', '\r\n', 'UID', '7']],
    ],
    ['"NIL" nil', ['NIL', null]],
  ])('%j are %j', (text, expected) => {
    expect(parseValues(text)).toEqual(expected);
  });

  test.each(['(', ')', '"open', '{9}\r\nshort', 'BODY[open', '('.repeat(100_000)])(
    '%.20j are none',
    (text) => {
      expect(parseValues(text)).toBeNull();
    },
  );

  test('whatever a server sends is values or none, and pairs of anything are pairs', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '"',
      '\\',
      ' ',
      '{2}\r\n',
      '[',
      ']',
      'NIL',
      'a',
      '\r\n',
      'UID 5',
      '\u00ff',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        (text) => {
          const values = parseValues(text);
          expect(values === null || Array.isArray(values)).toBe(true);
          expect(pairsOf(values ?? undefined)).toBeInstanceOf(Map);
          parseResponse(text);
        },
      ),
    );
  });

  test('a megabyte of brackets takes no time to speak of', () => {
    const began = performance.now();
    for (const text of ['['.repeat(1_000_000), 'a[b]'.repeat(250_000), '"\\'.repeat(500_000)])
      parseValues(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
