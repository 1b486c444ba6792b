import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseImapUrl } from './imap-url.ts';

const whole = { path: [], what: 'all', fields: [] };
const common = { isAbsolute: true, uidValidity: null, section: whole, partial: null };

describe('RFC 5092 URLs of messages and their parts', () => {
  test.each([
    ['/INBOX/;UID=20', { ...common, mailbox: 'INBOX', uid: 20 }],
    [
      '/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER',
      {
        ...common,
        mailbox: 'Drafts',
        uidValidity: 385_759_045,
        uid: 20,
        section: { path: [], what: 'header', fields: [] },
      },
    ],
    [
      '/Drafts;uidvalidity=1/;uid=30/;Section=1.5.9',
      { ...common, mailbox: 'Drafts', uidValidity: 1, uid: 30, section: { ...whole, path: [1, 5, 9] } },
    ],
    [
      '/a/b%20c/%E9%A2%84%E7%AE%97/;UID=1/;SECTION=2.MIME/;PARTIAL=0.1024',
      {
        ...common,
        mailbox: 'a/b c/预算',
        uid: 1,
        section: { path: [2], what: 'mime', fields: [] },
        partial: { first: 0, count: 1024 },
      },
    ],
    [
      '/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20(Subject%20To)',
      {
        ...common,
        mailbox: 'INBOX',
        uid: 1,
        section: { path: [], what: 'headerFields', fields: ['Subject', 'To'] },
      },
    ],
    [
      '/INBOX/;UID=1/;PARTIAL=7',
      { ...common, mailbox: 'INBOX', uid: 1, partial: { first: 7, count: Infinity } },
    ],
    [
      ';UID=20/;SECTION=1',
      { ...common, isAbsolute: false, mailbox: null, uid: 20, section: { ...whole, path: [1] } },
    ],
    ['Sent/;UID=3', { ...common, isAbsolute: false, mailbox: 'Sent', uid: 3 }],
  ])('%s', (text, expected) => {
    expect(parseImapUrl(text)).toEqual(expected);
  });

  test.each([
    '',
    '/INBOX',
    '/INBOX;UIDVALIDITY=1',
    '/;UID=1',
    ';UIDVALIDITY=1/;UID=1',
    ';SECTION=1',
    'imap://anna@server1.com/INBOX/;UID=1',
    '//server1.com/INBOX/;UID=1',
    '/INBOX/;UID=x',
    '/INBOX/;UID=1/;SECTION=NONSENSE',
    '/INBOX/;UID=1/;SECTION=1]',
    '/INBOX/;UID=1/;SECTION=MIME',
    '/INBOX/;UID=1/;PARTIAL=x',
    '/INBOX/;UID=1;EXPIRE=2026-01-01T00:00:00Z;URLAUTH=anonymous:internal:0',
    '/IN%BOX/;UID=1',
    '/%FF/;UID=1',
  ])('%j is none', (text) => {
    expect(parseImapUrl(text)).toBeNull();
  });

  test('never throws, and takes linear time', () => {
    const piece = fc.constantFrom(
      '/',
      ';UID=',
      ';SECTION=',
      ';PARTIAL=',
      ';UIDVALIDITY=',
      '1',
      'INBOX',
      '%',
      '.',
    );
    fc.assert(fc.property(fc.array(piece), (pieces) => void parseImapUrl(pieces.join(''))));
    const started = performance.now();
    for (const text of [
      '/;UID=1'.repeat(10_000),
      '/'.repeat(60_000),
      `/a/;UID=1/;SECTION=${'1.'.repeat(30_000)}`,
    ]) {
      parseImapUrl(text);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});
