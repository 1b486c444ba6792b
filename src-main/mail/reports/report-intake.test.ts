import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { indexMessage } from '../../format/message-indexer.ts';
import type { NewQueueEntry, QueueEntry } from '../queue/port.ts';
import { MemoryReportStore } from './memory-report-store.ts';
import { ReportIntake } from './report-intake.ts';

const REPORT = `<feedback><report_metadata><org_name>google.com</org_name><report_id>1</report_id>
<date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata>
<policy_published><domain>server1.com</domain><p>none</p></policy_published></feedback>`;
const MESSAGE = Buffer.from(`From: noreply@google.com\r\nContent-Type: text/xml\r\n\r\n${REPORT}`);

async function receive(recipients: readonly string[], options: { prefix?: string; message?: Buffer } = {}) {
  const { prefix = '', message = MESSAGE } = options;
  const store = new MemoryReportStore();
  const index = indexMessage(message);
  const intake = new ReportIntake({
    store,
    content: {
      readIndex: () => Promise.resolve(index),
      readRange: (_, start, end) => Promise.resolve(message.subarray(start, end)),
    },
    clock: new ManualClock(1_000),
    logger: silentLogger,
    isReportAddress: (address) => address === 'dmarc@server1.com',
  });
  const queued = {
    id: 'entry-1',
    contentId: 1,
    sizeBytes: message.length,
    prefix,
    recipients: recipients.map((address) => ({ address })),
  } as unknown as QueueEntry;
  const queue = intake.watch({ enqueue: () => Promise.resolve(queued) });
  expect(await queue.enqueue({} as NewQueueEntry)).toBe(queued);
  await intake.settled();
  return store;
}

describe('the report intake', () => {
  test('keeps what a report to our address says, whatever its letter case', async () => {
    const store = await receive(['anna@server1.com', 'DMARC@Server1.com']);
    expect(store.dmarc).toMatchObject([
      {
        report: { reporter: 'google.com', domain: 'server1.com' },
        receipt: { receivedAt: 1_000, isProved: false },
      },
    ]);
  });

  test('says whether its author is proved', async () => {
    const prefix = 'Authentication-Results: mail.server1.com;\r\n\tdmarc=pass header.from=google.com\r\n';
    const store = await receive(['dmarc@server1.com'], { prefix });
    expect(store.dmarc[0]?.receipt.isProved).toBe(true);
  });

  test('leaves other mail alone', async () => {
    expect((await receive(['anna@server1.com'])).dmarc).toEqual([]);
    const message = Buffer.from('From: a@b.example\r\n\r\nNo report\r\n');
    expect((await receive(['dmarc@server1.com'], { message })).dmarc).toEqual([]);
  });
});
