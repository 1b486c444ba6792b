import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAfterOctets } from './append.ts';
import { announcesMessage, parseCommand } from './parse-command.ts';

const literal = { octets: 3, isSynchronizing: true, isBinary: false };
const plain = { kind: 'text', literal, isUtf8: false, isCatenated: false } as const;
const utf8 = { ...plain, isUtf8: true } as const;
const catenated = { ...plain, isCatenated: true } as const;
const message = { flags: [], internalDate: null, parts: [plain] };
const nothing = { parts: [], messages: [] };
const url = { kind: 'url', url: '/a/;UID=1' } as const;

describe('what follows the octets of a message', () => {
  test.each([
    ['', plain, nothing],
    [' ', plain, nothing],
    [')', utf8, nothing],
    ['', utf8, 'wrong'],
    [')', plain, 'wrong'],
    [' (\\Seen)', plain, 'wrong'],
    [' x {3}', plain, 'wrong'],
    [' {3}', plain, { parts: [], messages: [message] }],
    [
      ') (\\Seen) UTF8 (~{3+}',
      utf8,
      {
        parts: [],
        messages: [
          {
            ...message,
            flags: ['\\Seen'],
            parts: [{ ...utf8, literal: { octets: 3, isSynchronizing: false, isBinary: true } }],
          },
        ],
      },
    ],
    [')', catenated, nothing],
    ['', catenated, 'wrong'],
    [' URL /a/;UID=1)', catenated, { parts: [url], messages: [] }],
    [' URL "/a/;UID=1" TEXT {3}', catenated, { parts: [url, catenated], messages: [] }],
    [' TEXT {3}', catenated, { parts: [catenated], messages: [] }],
    [')', { ...catenated, isUtf8: true }, 'wrong'],
    ['))', { ...catenated, isUtf8: true }, nothing],
    [' URL {9}', catenated, 'incomplete'],
    [' URL {9}\r\n/a/;UID=1)', catenated, { parts: [url], messages: [] }],
    [') CATENATE (URL {9}', catenated, 'incomplete'],
    [') {3}', catenated, { parts: [], messages: [message] }],
    [
      ' URL /a/;UID=1) CATENATE (URL /a/;UID=1) {3}',
      catenated,
      { parts: [url], messages: [{ ...message, parts: [url] }, message] },
    ],
    [' TEXT "x")', catenated, 'wrong'],
    [' LINK /a)', catenated, 'wrong'],
    ['  URL /a/;UID=1  URL /a/;UID=1)', catenated, { parts: [url, url], messages: [] }],
  ])('%j', (line, part, expected) => {
    expect(parseAfterOctets(line, part)).toEqual(expected);
  });

  test('never throws, whatever it is', () => {
    const word = fc.constantFrom(
      ' ',
      '(',
      ')',
      'URL ',
      'TEXT ',
      'CATENATE (',
      'UTF8 (',
      '{3}',
      '"',
      '/a',
      '\\Seen',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(plain, utf8, catenated), (line, part) => {
        parseAfterOctets(line, part);
      }),
    );
  });

  test('takes a line full of parts in linear time', () => {
    const line = ` URL a${' URL a'.repeat(9_000)})`;
    const started = performance.now();
    expect(parseAfterOctets(line, catenated)).toMatchObject({ messages: [] });
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('RFC 4469 §5 APPEND … CATENATE', () => {
  test('octets are awaited where a TEXT is announced, and not where only URLs are', () => {
    expect(announcesMessage('a1 APPEND Drafts CATENATE (URL "/a" TEXT {42}')).toBe(true);
    expect(announcesMessage('a1 APPEND Drafts CATENATE (URL {2}')).toBe(false);
    expect(announcesMessage('a1 APPEND Drafts CATENATE (URL "/a")')).toBe(false);
    expect(announcesMessage('a1 APPEND Drafts CATENATE (URL "/a") (\\Seen) {42}')).toBe(true);
    expect(parseCommand('a1 APPEND Drafts CATENATE (URL "/a")')).toMatchObject({
      value: { command: { name: 'APPEND', messages: [{ parts: [{ kind: 'url', url: '/a' }] }] } },
    });
    expect(parseCommand('a1 APPEND Drafts CATENATE ()').ok).toBe(false);
    expect(parseCommand('a1 APPEND Drafts CATENATE (URL "/a") x').ok).toBe(false);
  });
});
