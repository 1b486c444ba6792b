import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extensionsOf } from './extensions.ts';
import { describeReply, joinReply, parseReplyLine, statusOf } from './reply.ts';

describe('reply lines', () => {
  test.each([
    ['250 Ok', { code: 250, isLast: true, text: 'Ok' }],
    ['250-SIZE 100', { code: 250, isLast: false, text: 'SIZE 100' }],
    ['250', { code: 250, isLast: true, text: '' }],
    ['250 ', { code: 250, isLast: true, text: '' }],
    ['354 Grüße', { code: 354, isLast: true, text: 'Grüße' }],
  ])('%j is one', (line, parsed) => {
    expect(parseReplyLine(line)).toEqual(parsed);
  });

  test.each(['', '25', '2500 Ok', '150 Ok', '650 Ok', 'HTTP/1.1 200', ' 250 Ok', '250_Ok'])(
    '%j is none',
    (line) => {
      expect(parseReplyLine(line)).toBeNull();
    },
  );

  test('any line is one or none, never an exception', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        const parsed = parseReplyLine(line);
        if (parsed !== null) expect(joinReply(parsed.code, [parsed.text]).code).toBeGreaterThanOrEqual(200);
      }),
    );
  });
});

describe('enhanced status codes (RFC 2034)', () => {
  test('are taken off every line of the reply', () => {
    const reply = joinReply(550, ['5.1.1 No such user', '5.1.1 See https://example.com/']);
    expect(reply).toEqual({
      code: 550,
      enhanced: '5.1.1',
      lines: ['No such user', 'See https://example.com/'],
    });
    expect(describeReply(reply)).toBe('550 5.1.1 No such user See https://example.com/');
  });

  test('of another class than the reply are none', () => {
    const reply = joinReply(451, ['5.1.1 odd']);
    expect([reply.enhanced, statusOf(reply), describeReply(reply)]).toEqual([null, '4.0.0', '451 5.1.1 odd']);
  });
});

test('EHLO says what the server knows', () => {
  const reply = joinReply(250, [
    'mx.example greets you',
    'SIZE 1000',
    'pipelining',
    '8BITMIME',
    'AUTH PLAIN login',
    'LIMITS RCPTMAX=20 MAILMAX=0 FOO=1 RCPTDOMAINMAX=x',
    'CHUNKING',
    'AUTH=SCRAM-SHA-256',
  ]);
  expect(extensionsOf(reply)).toEqual({
    pipelining: true,
    eightBitMime: true,
    smtpUtf8: false,
    startTls: false,
    dsn: false,
    chunking: true,
    requireTls: false,
    limits: { rcptMax: 20, mailMax: null, rcptDomainMax: null },
    size: { maxOctets: 1000 },
    auth: new Set(['PLAIN', 'LOGIN', 'SCRAM-SHA-256']),
  });
  expect(extensionsOf(joinReply(250, ['x', 'SIZE 0'])).size).toEqual({ maxOctets: null });
});
