import { describe, expect, test } from 'vitest';
import { formatDsn } from './dsn.ts';
import type { Dsn } from './dsn.ts';
import { indexMessage } from './message-indexer.ts';

const ORIGINAL = 'From: tom@server1.com\r\nSubject: hello\r\n\r\nGood morning.\r\n';

function dsn(change: Partial<Dsn> = {}): Dsn {
  return {
    id: 'id7',
    status: {
      reportingMta: 'mail.server1.com',
      arrivedAt: Date.UTC(2026, 0, 1),
      recipients: [{ finalRecipient: 'jack@server2.com', action: 'failed', status: '5.1.1' }],
    },
    language: 'en',
    date: Date.UTC(2026, 0, 2),
    from: 'postmaster@server1.com',
    to: 'tom@server1.com',
    original: { subject: 'hello', messageId: '<1@server1.com>' },
    returned: 'message',
    smtpUtf8: false,
    ...change,
  };
}

function toText(made: Dsn, returned = ORIGINAL): string {
  const { opening, closing } = formatDsn(made);
  return Buffer.from(opening).toString() + returned + Buffer.from(closing).toString();
}

/** As our own indexer sees it. */
function indexOf(text: string) {
  return indexMessage(Buffer.from(text));
}

function typesOf(text: string): string[] {
  return indexOf(text).root.children.map(({ type, subtype }) => `${type}/${subtype}`);
}

describe('a DSN', () => {
  test('reads as RFC 3464 and RFC 6522 §3 show it, with the status codes of RFC 3463', () => {
    expect(toText(dsn())).toBe(
      [
        'Date: Fri, 2 Jan 2026 00:00:00 +0000',
        'From: Mail Delivery System <postmaster@server1.com>',
        'To: <tom@server1.com>',
        'Subject: Not delivered: hello',
        'Message-ID: <id7@mail.server1.com>',
        'In-Reply-To: <1@server1.com>',
        'References: <1@server1.com>',
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status;',
        ' boundary="=_postroom_id7"',
        'Content-Transfer-Encoding: 8bit',
        '',
        '--=_postroom_id7',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        'This is the mail server mail.server1.com.',
        'It tells you about your message "hello", which it received on Thu, 1 Jan 2026 00:00:00 +0000.',
        '',
        'It could NOT be delivered to:',
        '',
        '    jack@server2.com',
        '        There is no mailbox of this name. Check the spelling of the address.',
        '',
        'Your message is attached.',
        '',
        '--=_postroom_id7',
        'Content-Type: message/delivery-status',
        'Content-Transfer-Encoding: 8bit',
        '',
        'Reporting-MTA: dns; mail.server1.com',
        'Arrival-Date: Thu, 1 Jan 2026 00:00:00 +0000',
        '',
        'Final-Recipient: rfc822; jack@server2.com',
        'Action: failed',
        'Status: 5.1.1',
        '',
        '--=_postroom_id7',
        'Content-Type: message/rfc822',
        'Content-Transfer-Encoding: 8bit',
        '',
        'From: tom@server1.com',
        'Subject: hello',
        '',
        'Good morning.',
        '',
        '--=_postroom_id7--',
        '',
      ].join('\r\n'),
    );
  });

  test.each([
    [{ returned: 'message' }, ['text/plain', 'message/delivery-status', 'message/rfc822']],
    [{ returned: 'headers' }, ['text/plain', 'message/delivery-status', 'text/rfc822-headers']],
    [{ returned: 'nothing' }, ['text/plain', 'message/delivery-status']],
    [
      { returned: 'message', smtpUtf8: true },
      ['text/plain', 'message/global-delivery-status', 'message/global'],
    ],
    [
      { returned: 'headers', smtpUtf8: true },
      ['text/plain', 'message/global-delivery-status', 'message/global-headers'],
    ],
  ] as const)('with %j has the parts %j', (change, types) => {
    expect(typesOf(toText(dsn(change), change.returned === 'nothing' ? '' : ORIGINAL))).toEqual(types);
  });

  test('keeps header fields in ASCII, whatever subject and language', () => {
    const text = toText(
      dsn({ language: 'zh-CN', original: { subject: '会议'.repeat(80), messageId: null } }),
    );
    const header = text.slice(0, text.indexOf('\r\n\r\n'));
    expect(header).toMatch(/^[\r\n\x20-\x7e]*$/);
    expect(Math.max(...header.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
    expect(indexOf(text).subject).toBe(`未能投递：${'会议'.repeat(60)}…`);
    expect(indexOf(text).author).toBe('邮件投递系统 <postmaster@server1.com>');
  });

  test("a hostile subject or Message-ID does not become a field of the DSN's own", () => {
    const original = { subject: 'x\r\nBcc: eve@evil.example', messageId: '<a>\r\nBcc: eve@evil.example' };
    const text = toText(dsn({ original }));
    expect(text).not.toMatch(/^Bcc:/m);
    expect(text).not.toContain('In-Reply-To');
  });

  test('says in its subject what weighs most', () => {
    const recipient = { finalRecipient: 'a@b.example', status: '2.0.0' };
    const subject = (...actions: ('failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded')[]) => {
      const recipients = actions.map((action) => ({ ...recipient, action }));
      const status = { ...dsn().status, recipients };
      return indexOf(toText(dsn({ status, original: { subject: '', messageId: null } }))).subject;
    };
    expect(subject('delivered', 'failed', 'delayed')).toBe('Not delivered: your message');
    expect(subject('delivered', 'delayed')).toBe('Delayed: your message');
    expect(subject('expanded', 'relayed')).toBe('Handed on: your message');
    expect(subject('delivered')).toBe('Delivered: your message');
  });
});
