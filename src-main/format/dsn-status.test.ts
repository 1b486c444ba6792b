import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDeliveryStatus, parseDeliveryStatus } from './dsn-status.ts';
import type { DeliveryStatus } from './dsn-status.ts';

const ARRIVED = Date.UTC(2026, 0, 1);

describe('message/delivery-status (RFC 3464 §2)', () => {
  test('has the fields of the message, then those of each recipient', () => {
    const status: DeliveryStatus = {
      reportingMta: 'mail.server1.com',
      arrivedAt: ARRIVED,
      originalEnvelopeId: 'QQ 3',
      recipients: [
        {
          originalRecipient: { type: 'rfc822', address: 'jack@old.example' },
          finalRecipient: 'jack@server2.com',
          action: 'delayed',
          status: '4.4.1',
          remoteMta: 'mx.server2.com',
          diagnostic: '421 4.3.2 busy',
          lastAttemptAt: ARRIVED + 60_000,
          willRetryUntil: ARRIVED + 86_400_000,
        },
        { finalRecipient: 'anna@server1.com', action: 'failed', status: '5.1.1', diagnostic: 'nobody' },
      ],
    };
    expect(formatDeliveryStatus(status, { allowUtf8: false })).toBe(
      [
        'Original-Envelope-Id: QQ 3',
        'Reporting-MTA: dns; mail.server1.com',
        'Arrival-Date: Thu, 1 Jan 2026 00:00:00 +0000',
        '',
        'Original-Recipient: rfc822; jack@old.example',
        'Final-Recipient: rfc822; jack@server2.com',
        'Action: delayed',
        'Status: 4.4.1',
        'Remote-MTA: dns; mx.server2.com',
        'Diagnostic-Code: smtp; 421 4.3.2 busy',
        'Last-Attempt-Date: Thu, 1 Jan 2026 00:01:00 +0000',
        'Will-Retry-Until: Fri, 2 Jan 2026 00:00:00 +0000',
        '',
        'Final-Recipient: rfc822; anna@server1.com',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: x-postroom; nobody',
        '',
      ].join('\r\n'),
    );
  });

  test('writes an address beyond ASCII by its own type, encoded where UTF-8 is not allowed (RFC 6533 §3)', () => {
    const status = {
      reportingMta: 'a.example',
      arrivedAt: ARRIVED,
      recipients: [{ finalRecipient: '用@a.example', action: 'failed', status: '5.1.1' }],
    } as const;
    const final = (allowUtf8: boolean) =>
      parseDeliveryStatus(formatDeliveryStatus(status, { allowUtf8 })).recipients[0]?.get('final-recipient');
    expect(final(false)).toBe('utf-8; \\x{7528}@a.example');
    expect(final(true)).toBe('utf-8; 用@a.example');
  });

  test("whatever a peer's reply holds, there are as many groups as recipients, of short lines", () => {
    const reply = fc.string({ unit: 'binary', maxLength: 3000 });
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 4 }), fc.boolean(), (replies, allowUtf8) => {
        const recipients = replies.map((diagnostic) => ({
          finalRecipient: 'a@b.example',
          action: 'failed' as const,
          status: '5.0.0',
          remoteMta: diagnostic.slice(0, 300),
          diagnostic,
        }));
        const content = formatDeliveryStatus(
          { reportingMta: 'a.example', arrivedAt: ARRIVED, recipients },
          { allowUtf8 },
        );
        expect(Math.max(...content.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(
          998,
        );
        expect(content.replaceAll('\r\n', '')).not.toMatch(/[\x00-\x1f\x7f]/);
        if (!allowUtf8) expect(content).toMatch(/^[\r\n\x20-\x7e]*$/);
        const parsed = parseDeliveryStatus(content);
        expect(parsed.recipients).toHaveLength(replies.length);
        for (const fields of parsed.recipients) {
          expect([...fields.keys()]).toEqual([
            'final-recipient',
            'action',
            'status',
            'remote-mta',
            'diagnostic-code',
          ]);
        }
      }),
    );
  });

  test('its reader never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        expect(parseDeliveryStatus(noise).recipients.length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
