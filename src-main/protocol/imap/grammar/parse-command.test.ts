import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_FETCH_MODIFIERS, NO_SELECT_PARAMETERS } from './modifiers.ts';
import { announcesMessage, parseCommand } from './parse-command.ts';

function parse(text: string): unknown {
  const parsed = parseCommand(`a1 ${text}`);
  return parsed.ok ? parsed.value.command : parsed.error.message;
}

const WHOLE = { path: [], what: 'all', fields: [] };
const NO_RETURN = {
  subscribed: false,
  children: false,
  specialUse: false,
  status: null,
  metadata: null,
  myRights: false,
};

describe('commands that fit the grammar', () => {
  test.each<[string, object]>([
    ['noop', { name: 'NOOP' }],
    ['NOOP ', { name: 'NOOP' }],
    ['LOGIN "tom" secret', { name: 'LOGIN', user: 'tom', password: 'secret' }],
    ['LOGIN {3}\r\ntom {4+}\r\na "b', { name: 'LOGIN', user: 'tom', password: 'a "b' }],
    ['LOGIN "a\\"b\\\\" ""', { name: 'LOGIN', user: 'a"b\\', password: '' }],
    ['LOGIN tom p]ss', { name: 'LOGIN', user: 'tom', password: 'p]ss' }],
    ['AUTHENTICATE plain', { name: 'AUTHENTICATE', mechanism: 'PLAIN', initialResponse: null }],
    ['AUTHENTICATE PLAIN =', { name: 'AUTHENTICATE', mechanism: 'PLAIN', initialResponse: '=' }],
    ['SELECT inbox', { name: 'SELECT', mailbox: 'inbox', parameters: NO_SELECT_PARAMETERS }],
    [
      'EXAMINE "a b" (CONDSTORE)',
      { name: 'EXAMINE', mailbox: 'a b', parameters: { ...NO_SELECT_PARAMETERS, condStore: true } },
    ],
    [
      'SELECT x (QRESYNC (67890007 20050715194045000 41,43:211,214:541 (1,3 41,46)))',
      {
        name: 'SELECT',
        mailbox: 'x',
        parameters: {
          condStore: false,
          qresync: {
            uidValidity: 67_890_007,
            modSeq: Number.MAX_SAFE_INTEGER,
            knownUids: {
              kind: 'ranges',
              ranges: [
                { first: 41, last: 41 },
                { first: 43, last: 211 },
                { first: 214, last: 541 },
              ],
            },
            hasSequenceMatch: true,
          },
        },
      },
    ],
    ['ENABLE A B', { name: 'ENABLE', capabilities: ['A', 'B'] }],
    ['CREATE x (USE (\\Sent \\Junk))', { name: 'CREATE', mailbox: 'x', specialUses: ['\\Sent', '\\Junk'] }],
    ['RENAME a "b"', { name: 'RENAME', from: 'a', to: 'b' }],
    ['LSUB "" *', { name: 'LSUB', reference: '', pattern: '*' }],
    [
      'LIST (SUBSCRIBED RECURSIVEMATCH) "" (a% "b*") RETURN (CHILDREN STATUS (MESSAGES SIZE))',
      {
        name: 'LIST',
        selection: ['SUBSCRIBED', 'RECURSIVEMATCH'],
        reference: '',
        patterns: ['a%', 'b*'],
        returns: { ...NO_RETURN, children: true, status: ['MESSAGES', 'SIZE'] },
        isExtended: true,
      },
    ],
    [
      'LIST "" ""',
      { name: 'LIST', selection: [], reference: '', patterns: [''], returns: NO_RETURN, isExtended: false },
    ],
    ['STATUS x (UIDNEXT)', { name: 'STATUS', mailbox: 'x', items: ['UIDNEXT'] }],
    ['EXPUNGE', { name: 'EXPUNGE', set: null }],
    ['UID EXPUNGE 3:1', { name: 'EXPUNGE', set: { kind: 'ranges', ranges: [{ first: 3, last: 1 }] } }],
    [
      'FETCH 1,3:* (FLAGS BODY.PEEK[1.2.HEADER.FIELDS (Date "From")]<0.100>)',
      {
        name: 'FETCH',
        isUid: false,
        set: {
          kind: 'ranges',
          ranges: [
            { first: 1, last: 1 },
            { first: 3, last: Number.POSITIVE_INFINITY },
          ],
        },
        items: [
          { kind: 'flags' },
          {
            kind: 'section',
            section: { path: [1, 2], what: 'headerFields', fields: ['Date', 'From'] },
            partial: { first: 0, count: 100 },
            isPeek: true,
            label: 'BODY[1.2.HEADER.FIELDS (Date From)]<0>',
          },
        ],
        modifiers: NO_FETCH_MODIFIERS,
      },
    ],
    [
      'UID FETCH $ rfc822 (CHANGEDSINCE 12345 VANISHED)',
      {
        name: 'FETCH',
        isUid: true,
        set: { kind: 'saved' },
        items: [{ kind: 'section', section: WHOLE, isPeek: false, partial: null, label: 'RFC822' }],
        modifiers: { changedSince: 12_345, vanished: true, partial: null },
      },
    ],
    [
      'STORE 1 (UNCHANGEDSINCE 320162338) -flags.silent \\Seen $X',
      {
        name: 'STORE',
        isUid: false,
        set: { kind: 'ranges', ranges: [{ first: 1, last: 1 }] },
        operation: 'remove',
        isSilent: true,
        unchangedSince: 320_162_338,
        flags: ['\\Seen', '$X'],
      },
    ],
    [
      'SEARCH RETURN (MIN) CHARSET utf-8 OR (SEEN 1) NOT FROM {2}\r\nab',
      {
        name: 'SEARCH',
        isUid: false,
        returns: { options: new Set(['MIN']), partial: null },
        charset: 'utf-8',
        key: {
          kind: 'or',
          keys: [
            {
              kind: 'and',
              keys: [
                { kind: 'flag', flag: '\\Seen', isSet: true },
                { kind: 'set', isUid: false, set: { kind: 'ranges', ranges: [{ first: 1, last: 1 }] } },
              ],
            },
            { kind: 'not', key: { kind: 'envelope', field: 'from', text: 'ab' } },
          ],
        },
      },
    ],
    [
      'APPEND x (\\Seen) "05-Jan-2026 10:00:00 +0100" {20+}',
      {
        name: 'APPEND',
        mailbox: 'x',
        messages: [
          {
            flags: ['\\Seen'],
            internalDate: Date.UTC(2026, 0, 5, 9),
            parts: [
              {
                kind: 'text',
                literal: { octets: 20, isSynchronizing: false, isBinary: false },
                isUtf8: false,
                isCatenated: false,
              },
            ],
          },
        ],
      },
    ],
  ])('%s', (text, command) => {
    expect(parse(text)).toEqual(command);
  });
});

describe('commands that do not', () => {
  test.each([
    '',
    'NONSENSE',
    'NOOP x',
    'LOGIN tom',
    'LOGIN tom "open',
    'LOGIN tom "a\\b"',
    'LOGIN tom {5}\r\nabc',
    'SELECT',
    'SELECT a b',
    'SELECT (a)',
    'UID',
    'UID NOOP',
    'FETCH 1 FLAGS ENVELOPE',
    'FETCH 4294967296 FLAGS',
    'STORE 1 FLAGS',
    'STORE 1 *FLAGS (\\Seen)',
    'APPEND x',
    'APPEND x "not a date" {3}',
    'ENABLE',
    'STATUS x ()',
    `FETCH ${'1,'.repeat(20_001)}1 FLAGS`,
    `SEARCH ${'('.repeat(1000)}`,
  ])('%s', (text) => {
    expect(parse(text)).toMatch(/^(Syntax error|Unknown command)/);
  });

  test('name the tag where it can be read', () => {
    expect(parseCommand('a1 NOOP x')).toMatchObject({ ok: false, error: { tag: 'a1', isKnown: true } });
    expect(parseCommand('a1 NONSENSE')).toMatchObject({ ok: false, error: { tag: 'a1', isKnown: false } });
    expect(parseCommand('+ x')).toMatchObject({ ok: false, error: { tag: null } });
  });
});

test('the message of an APPEND is told from its other literals', () => {
  expect(announcesMessage('a1 APPEND INBOX {10}')).toBe(true);
  expect(announcesMessage('a1 append {5}\r\nINBOX (\\Seen) ~{10+}')).toBe(true);
  expect(announcesMessage('a1 APPEND {5}')).toBe(false);
  expect(announcesMessage('a1 APPEND INBOX (\\Seen {10}')).toBe(false);
  expect(announcesMessage('a1 LOGIN append {10}')).toBe(false);
});

test('any text leads to a command or a problem, never to an exception', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.string({ unit: fc.constantFrom(...'a1 ()"\\{}[]<>*%$,:.+-~\r\n') }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom('', 'a ', 'a FETCH 1 ', 'a SEARCH ', 'a LIST ', 'a APPEND x ', 'a UID '),
      text,
      (start, rest) => {
        expect(typeof parseCommand(start + rest).ok).toBe('boolean');
      },
    ),
    { numRuns: 2000 },
  );
});
