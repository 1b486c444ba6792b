import { expect, test } from 'vitest';
import { formatAddressLiteral, formatReceived, transmissionType } from './received.ts';
import type { TraceFacts } from './received.ts';

const facts: TraceFacts = {
  remoteName: 'client.example',
  remoteAddress: '192.0.2.7',
  hostname: 'mail.server1.com',
  isExtended: true,
  isSignedIn: true,
  smtpUtf8: false,
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  id: '1jm4q8v2k7d3fz0x',
  recipients: ['anna@server1.com'],
  date: 'Thu, 01 Jan 2026 00:00:00 +0000',
};

test('names client, TLS, server, protocol, id, a single recipient and the date', () => {
  expect(formatReceived(facts).split('\r\n')).toEqual([
    'Received: from client.example ([192.0.2.7])',
    '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)',
    '\tby mail.server1.com with ESMTPSA id 1jm4q8v2k7d3fz0x',
    '\tfor <anna@server1.com>;',
    '\tThu, 01 Jan 2026 00:00:00 +0000',
    '',
  ]);
});

test('does not name any of several recipients', () => {
  const field = formatReceived({
    ...facts,
    tls: undefined,
    recipients: ['anna@server1.com', 'bo@server1.com'],
  });
  expect(field).toBe(
    'Received: from client.example ([192.0.2.7])\r\n' +
      '\tby mail.server1.com with ESMTPA id 1jm4q8v2k7d3fz0x;\r\n' +
      '\tThu, 01 Jan 2026 00:00:00 +0000\r\n',
  );
});

test('names the protocol as RFC 3848 and RFC 6531 do', () => {
  const type = (change: Partial<TraceFacts>) => transmissionType({ ...facts, ...change });
  expect(type({ isExtended: false, isSignedIn: false, tls: undefined })).toBe('SMTP');
  expect(type({ isSignedIn: false, tls: undefined })).toBe('ESMTP');
  expect(type({ isSignedIn: false })).toBe('ESMTPS');
  expect(type({ smtpUtf8: true })).toBe('UTF8SMTPSA');
});

test('writes IP addresses as address literals', () => {
  expect(formatAddressLiteral('::ffff:192.0.2.1')).toBe('[192.0.2.1]');
  expect(formatAddressLiteral('2001:db8::1')).toBe('[IPv6:2001:db8::1]');
});
