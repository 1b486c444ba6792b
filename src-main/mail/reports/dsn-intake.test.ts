import { expect, test } from 'vitest';
import { octetsOfText } from '../../../test/support/screened-message.ts';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { MailEvent, RefusalEvent } from '../events.ts';
import type { NewQueueEntry, QueueEntry } from '../queue/port.ts';
import { DsnIntake } from './dsn-intake.ts';

const DSN = `Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.partner.example

Final-Recipient: rfc822; bob@partner.example
Action: failed
Status: 5.1.1

--b--
`;

async function take(text: string, entry: Partial<QueueEntry>, origin: string | null) {
  const message = octetsOfText(text);
  const events: (MailEvent | RefusalEvent)[] = [];
  const intake = new DsnIntake({
    content: {
      readIndex: () => Promise.resolve(message.index),
      readRange: (_: number, start: number, end: number) => message.readRange(start, end),
    },
    findOrigin: () => Promise.resolve(origin),
    events: (event) => events.push(event),
    clock: new ManualClock(7),
    logger: silentLogger,
  });
  const queued = { id: 'dsn', contentId: 1, sizeBytes: message.sizeBytes, reversePath: '', ...entry };
  const queue = intake.watch({ enqueue: () => Promise.resolve(queued as QueueEntry) });
  await queue.enqueue({} as NewQueueEntry);
  await intake.settled();
  return events;
}

test('RFC 3464: a DSN joins the timeline of the message it is about, and leads back to it', async () => {
  expect(await take(DSN, {}, 'original')).toEqual([
    {
      ...{ type: 'bouncedBack', traceId: 'original', at: 7, dsnTraceId: 'dsn', action: 'failed' },
      ...{ recipient: 'bob@partner.example', status: '5.1.1', diagnostic: '' },
      reportingMta: 'mx.partner.example',
    },
    { type: 'follows', traceId: 'dsn', at: 7, as: 'foreignDsn', originTraceId: 'original' },
  ]);
});

test('what has a reverse-path, is no DSN, or is about nothing of ours, changes nothing', async () => {
  expect(await take(DSN, { reversePath: 'bob@partner.example' }, 'original')).toEqual([]);
  expect(await take('Subject: hello\n\nhello\n', {}, 'original')).toEqual([]);
  expect(await take(DSN, {}, null)).toEqual([]);
  expect(await take(DSN, {}, 'dsn')).toEqual([]);
});
