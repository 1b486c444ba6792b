import { expect, test } from 'vitest';
import type { MessageFilter, MessageSummary } from '../observe/port.ts';
import { findDsnOrigin } from './dsn-origin.ts';

function message(traceId: string, recipient: string, messageId: string): MessageSummary {
  return {
    ...{ traceId, receivedAt: 1, via: 'submission', reversePath: 'anna@server1.com', author: 'Anna' },
    ...{
      recipients: [recipient],
      subject: 'Figures',
      messageId: `<${messageId}>`,
      sizeBytes: 1,
      state: 'done',
    },
  };
}

const KNOWN = [
  message('1jm4q8v2k7d3fz0x', 'bob@partner.example', 'c0ffee@server1.com'),
  message('1jm4q8v2k7d3fz0y', 'eve@partner.example', 'c0ffee@server1.com'),
];

/** Answers what has the text as its id or Message-ID. */
const timelines = {
  listMessages: ({ text = '' }: MessageFilter) =>
    Promise.resolve({
      items: KNOWN.filter(({ traceId, messageId }) => traceId === text || messageId === `<${text}>`),
      next: null,
    }),
};

function dsn(text: string, recipient: string) {
  const reported = { action: 'failed', recipient, status: '5.1.1', diagnostic: '' } as const;
  return { reportingMta: 'mx.partner.example', recipients: [reported], text };
}

test('of copies that share a Message-ID the one that went to the reported recipient is meant', async () => {
  const text = 'Final-Recipient: rfc822; EVE@partner.example\n\nMessage-ID: <c0ffee@server1.com>';
  expect(await findDsnOrigin(timelines, dsn(text, 'EVE@partner.example'))).toBe('1jm4q8v2k7d3fz0y');
});

test('our own id in the trace field that came back names it', async () => {
  const text = 'Received: from [192.0.2.1] by mail.server1.com with ESMTPSA id 1jm4q8v2k7d3fz0x;';
  expect(await findDsnOrigin(timelines, dsn(text, 'bob@partner.example'))).toBe('1jm4q8v2k7d3fz0x');
});

test('a DSN about a message that is not known, or that names none, is about nothing of ours', async () => {
  expect(
    await findDsnOrigin(timelines, dsn('Message-ID: <other@x.example>', 'bob@partner.example')),
  ).toBeNull();
  expect(await findDsnOrigin(timelines, dsn('Subject: Figures', 'bob@partner.example'))).toBeNull();
});
