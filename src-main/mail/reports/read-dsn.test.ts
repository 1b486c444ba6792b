import fc from 'fast-check';
import { expect, test } from 'vitest';
import { octetsOfText } from '../../../test/support/screened-message.ts';
import { readDsn } from './read-dsn.ts';

const DSN = [
  'From: MAILER-DAEMON@mx.partner.example',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'I am sorry.',
  '--b',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.partner.example',
  '',
  'Final-Recipient: rfc822; bob@partner.example',
  'Action: failed',
  'Status: 5.1.1 (unknown)',
  'Diagnostic-Code: smtp; 550 5.1.1',
  ' No such user',
  '',
  'Final-Recipient: rfc822; eve@partner.example',
  'Action: delayed',
  'Status: 4.4.1',
  '',
  '--b',
  'Content-Type: text/rfc822-headers',
  '',
  'Message-ID: <c0ffee@server1.com>',
  '',
  '--b--',
  '',
].join('\r\n');

test('RFC 3464 §2.3: each recipient with its action, status and diagnostic code', async () => {
  const dsn = await readDsn(octetsOfText(DSN));
  expect(dsn).toMatchObject({
    reportingMta: 'mx.partner.example',
    recipients: [
      {
        action: 'failed',
        recipient: 'bob@partner.example',
        status: '5.1.1',
        diagnostic: '550 5.1.1 No such user',
      },
      { action: 'delayed', recipient: 'eve@partner.example', status: '4.4.1', diagnostic: '' },
    ],
  });
  expect(dsn?.text).toContain('c0ffee@server1.com');
});

test('what is no report, or reports of nobody, is none', async () => {
  expect(await readDsn(octetsOfText('Subject: hello\r\n\r\nhello\r\n'))).toBeNull();
  expect(await readDsn(octetsOfText(DSN.replaceAll('Action:', 'X-Action:')))).toBeNull();
  expect(await readDsn(octetsOfText(DSN.replace('multipart/report', 'multipart/mixed')))).toBeNull();
});

test('whatever stands in it, reading ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: DSN.length }), fc.string(), async (at, text) => {
      const broken = DSN.slice(0, at) + text + DSN.slice(at);
      expect((await readDsn(octetsOfText(broken)))?.recipients.length ?? 0).toBeLessThanOrEqual(20);
    }),
  );
});
