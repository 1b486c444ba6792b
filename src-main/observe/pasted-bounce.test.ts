import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPastedBounce } from './pasted-bounce.ts';

const POSTFIX = `This is the mail system at host mx.partner.example.

<bob@partner.example>: host mail.partner.example[192.0.2.7] said: 550 5.1.1
    <bob@partner.example>: Recipient address rejected (in reply to RCPT TO command)

Reporting-MTA: dns; mx.partner.example
X-Postfix-Queue-ID: 4XyZ01abcd
Message-ID: <dsn-1@mx.partner.example>

Final-Recipient: rfc822; bob@partner.example
Original-Recipient: rfc822;bob@partner.example
Action: failed
Status: 5.1.1

Return-Path: <anna@server1.com>
Received: from [192.0.2.1] by mail.server1.com with ESMTPSA id 1jm4q8v2k7d3fz0x;
Subject: Quarterly figures
Message-ID: <c0ffee@server1.com>
`;

test('a DSN of another server names the message that came back before itself', () => {
  expect(readPastedBounce(POSTFIX)).toEqual({
    traceIds: ['1jm4q8v2k7d3fz0x'],
    messageIds: ['c0ffee@server1.com', 'dsn-1@mx.partner.example'],
    recipients: ['bob@partner.example'],
    subject: 'Quarterly figures',
  });
});

test('a quoted one, with line ends of Windows, is read alike', () => {
  const quoted = POSTFIX.replaceAll(/^/gmu, '> ').replaceAll('\n', '\r\n');
  expect(readPastedBounce(quoted)?.messageIds[0]).toBe('c0ffee@server1.com');
});

test('a bounce without the fields of RFC 3464 names whom it did not reach', () => {
  const text =
    'Hi. This is the qmail-send program.\n\n<bob@partner.example>:\nSorry, no mailbox here by that name.';
  expect(readPastedBounce(text)).toMatchObject({ recipients: ['bob@partner.example'], messageIds: [] });
});

test('a line of a log or one field alone counts as pasted', () => {
  expect(readPastedBounce('Message-ID: <a@b.example>')?.messageIds).toEqual(['a@b.example']);
  expect(readPastedBounce('x\nApr 1 postfix/cleanup[1]: 4Xy: message-id=<a@b.example>')?.messageIds).toEqual([
    'a@b.example',
  ]);
});

test('words to search for are no bounce', () => {
  for (const text of ['anna', 'anna@server1.com invoice', '<c0ffee@server1.com>', '']) {
    expect(readPastedBounce(text)).toBeNull();
  }
});

test.each([
  ['blank lines', '\n'],
  ['blanks', ' '],
  ['marks of quotation', '>\n'],
])('a megabyte of %s is no matter of squares', (_, unit) => {
  const began = process.cpuUsage();
  readPastedBounce(`${unit.repeat(2 ** 20)}Final-Recipient:${unit.repeat(2 ** 20)}`);
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_500);
});

test('whatever is pasted is read, in bounds', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('Message-ID: <', 'Final-Recipient: rfc822;', '<<<@', 'a@b.c>', POSTFIX),
    ),
  );
  fc.assert(
    fc.property(lines, (parts) => {
      const read = readPastedBounce(parts.join('\n'));
      expect(read?.messageIds.length ?? 0).toBeLessThanOrEqual(20);
      expect(read?.recipients.length ?? 0).toBeLessThanOrEqual(20);
    }),
  );
});
