import { expect, test } from 'vitest';
import type { MessageTimeline } from '../../../src-main/contract/messages.ts';
import { rowsAsCsv, timelineAsJson, timelineAsText } from './timeline-text.ts';

const TIMELINE: MessageTimeline = {
  summary: {
    ...{ traceId: '1jm4q8v2k7d3fz0x', receivedAt: 0, via: 'submission', reversePath: 'anna@server1.com' },
    ...{ author: 'Anna <anna@server1.com>', recipients: ['bob@partner.example'], subject: null },
    ...{ messageId: '<c0ffee@server1.com>', sizeBytes: 9, state: 'done' },
  },
  events: [
    {
      type: 'moved',
      traceId: '1',
      at: 1_000,
      account: 'tom@x',
      mailbox: 'INBOX',
      to: 'Junk',
      lesson: 'junk',
    },
    {
      ...{ type: 'bouncedBack', traceId: '1', at: 2_000, action: 'failed', recipient: 'bob@partner.example' },
      ...{ status: '5.1.1', diagnostic: 'No such user', reportingMta: 'mx.partner.example', dsnTraceId: '2' },
    },
  ],
};

test('a timeline as text: each step with its time and words, facts beneath', () => {
  const text = timelineAsText(TIMELINE);
  expect(text).toContain('1970-01-01T00:00:01.000Z  tom@x moved it from INBOX to Junk');
  expect(text).toContain('    the junk filter learned that it is junk');
  expect(text).toContain('mx.partner.example reports: not delivered to bob@partner.example');
  expect(text).toContain('    5.1.1\n    No such user');
  expect(text).toContain('(subject hidden)');
});

test('for programs it is as the contract has it; a list is a table', () => {
  expect(JSON.parse(timelineAsJson(TIMELINE))).toEqual(TIMELINE);
  const [head, row] = rowsAsCsv([TIMELINE.summary]).split('\r\n');
  expect(head).toContain('Message-ID');
  expect(row).toContain('1970-01-01T00:00:00.000Z,Anna <anna@server1.com>,bob@partner.example');
});
