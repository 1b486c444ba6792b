import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatReplyLines, REPLIES, replyToFailure, smtpReply } from './reply.ts';

test('a reply of several lines has its codes on every line', () => {
  expect(formatReplyLines(smtpReply(214, '2.0.0', ['one', 'two']), false)).toEqual([
    '214-2.0.0 one',
    '214 2.0.0 two',
  ]);
  expect(formatReplyLines(smtpReply(334, null, ''), false)).toEqual(['334 ']);
});

test('UTF-8 stands in a reply only where SMTPUTF8 allows it', () => {
  const reply = smtpReply(550, '5.1.1', 'no ü');
  expect(formatReplyLines(reply, false)).toEqual(['550 5.1.1 no ?']);
  expect(formatReplyLines(reply, true)).toEqual(['550 5.1.1 no ü']);
});

test('no text breaks out of its line or makes it too long (RFC 5321 §4.5.3.1.5)', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), fc.boolean(), (text, allowUtf8) => {
      const [line = '', ...rest] = formatReplyLines(smtpReply(550, '5.1.1', text), allowUtf8);
      expect(rest).toEqual([]);
      expect(line).not.toMatch(/[\r\n\0]/);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
    }),
  );
});

test('what has thrown is answered as trouble of the disk, or as a mistake (RFC 3463 §3.4)', () => {
  const failing = (code: string) => Object.assign(new Error('it failed'), { code });
  expect(replyToFailure(failing('ENOSPC'))).toEqual(
    smtpReply(452, '4.3.1', 'The disk of this server is full, try again later'),
  );
  expect(replyToFailure(failing('SQLITE_READONLY'))).toEqual(
    smtpReply(451, '4.3.0', 'The disk of this server cannot be written to, try again later'),
  );
  expect(replyToFailure(new TypeError('x is undefined'))).toBe(REPLIES.localError);
  expect(replyToFailure(new TypeError('x is undefined'), REPLIES.bye)).toBe(REPLIES.bye);
});

test('every reply has the enhanced code of its class (RFC 2034 §4)', () => {
  for (const reply of Object.values(REPLIES)) {
    const expected = reply.code < 300 ? '2' : reply.code < 500 ? '4' : '5';
    if (reply.enhanced !== null) expect(reply.enhanced.charAt(0)).toBe(expected);
  }
});
