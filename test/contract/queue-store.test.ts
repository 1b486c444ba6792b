import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { RecipientOutcome } from '../../src-main/mail/events.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { AttemptRecord, NewQueueEntry, QueueStore } from '../../src-main/mail/queue/port.ts';
import { openTestStorage } from './mail-stores.ts';

interface StoreUnderTest {
  readonly store: QueueStore;
  close(): Promise<void>;
}

async function openSqlite(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-queue-'));
  const storage = await openTestStorage(folder);
  return {
    store: storage.queue,
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

const implementations = [
  {
    name: 'memory',
    open: () => Promise.resolve({ store: new MemoryQueueStore(), close: () => Promise.resolve() }),
  },
  { name: 'SQLite', open: openSqlite },
];

const makeId = createIdMaker(Date.now, randomBytes);
const receiver = createMessageReceiver({ spool: new MemorySpool(), createIndexer: createMessageIndexer });

async function newEntry(change: Partial<NewQueueEntry> = {}): Promise<NewQueueEntry> {
  const writer = receiver.begin();
  await writer.write(Buffer.from('Subject: x\r\n\r\nhello\r\n'));
  return {
    id: makeId(),
    content: await writer.finish(),
    reversePath: 'tom@example.com',
    receivedAt: 1000,
    origin: 'submission',
    smtpUtf8: false,
    recipients: ['anna@example.com', 'bob@example.com'],
    events: [],
    ...change,
  };
}

function outcome(kind: RecipientOutcome['kind'], recipient: string): RecipientOutcome {
  return { kind, recipient, status: '2.1.5', diagnostic: 'because', at: 2000 };
}

function attempt(entryId: string, outcomes: AttemptRecord['outcomes']): AttemptRecord {
  return { entryId, outcomes, deposits: [], events: [], at: 2000 };
}

describe.each(implementations)('the queue store in $name', ({ open }) => {
  let tested: StoreUnderTest;
  let store: QueueStore;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  test('gives back what was enqueued, due at once', async () => {
    const entry = await newEntry();
    const stored = await store.enqueue(entry);
    const waiting = { state: 'queued', attempts: 0, nextAttemptAt: 1000 };
    expect(stored).toMatchObject({
      id: entry.id,
      reversePath: 'tom@example.com',
      receivedAt: 1000,
      sizeBytes: 21,
      recipients: [
        { ...waiting, ordinal: 0, address: 'anna@example.com' },
        { ...waiting, ordinal: 1, address: 'bob@example.com' },
      ],
    });
    expect(await store.find(entry.id)).toEqual(stored);
    expect(await store.due(1000, 10)).toEqual([stored]);
    expect(await store.due(999, 10)).toEqual([]);
    expect(await store.nextDueAt()).toBe(1000);
    expect(await store.depth()).toEqual({
      queued: 2,
      active: 0,
      deferred: 0,
      held: 0,
      oldestReceivedAt: 1000,
    });
  });

  test('lets a delivered recipient go and keeps a deferred one until its time', async () => {
    const entry = await store.enqueue(await newEntry());
    const deferred = outcome('deferred', 'bob@example.com');
    await store.recordAttempt(
      attempt(entry.id, [
        { ordinal: 0, outcome: outcome('delivered', 'anna@example.com') },
        { ordinal: 1, outcome: deferred, nextAttemptAt: 60_000 },
      ]),
    );
    expect((await store.find(entry.id))?.recipients).toEqual([
      {
        ordinal: 1,
        address: 'bob@example.com',
        state: 'deferred',
        attempts: 1,
        nextAttemptAt: 60_000,
        lastOutcome: deferred,
      },
    ]);
    expect(await store.due(59_999, 10)).toEqual([]);
    expect(await store.nextDueAt()).toBe(60_000);
    expect(await store.due(60_000, 10)).toHaveLength(1);
  });

  test('forgets an entry with its last recipient', async () => {
    const entry = await store.enqueue(await newEntry({ recipients: ['anna@example.com'] }));
    await store.recordAttempt(
      attempt(entry.id, [{ ordinal: 0, outcome: outcome('delivered', 'anna@example.com') }]),
    );
    expect(await store.find(entry.id)).toBeNull();
    expect(await store.nextDueAt()).toBeNull();
    expect(await store.depth()).toMatchObject({ queued: 0, oldestReceivedAt: null });
  });

  test('holds a recipient that failed: nothing accepted may vanish', async () => {
    const entry = await store.enqueue(await newEntry({ recipients: ['anna@example.com'] }));
    const failed = outcome('failed', 'anna@example.com');
    await store.recordAttempt(attempt(entry.id, [{ ordinal: 0, outcome: failed }]));
    expect((await store.find(entry.id))?.recipients[0]).toMatchObject({ state: 'held', lastOutcome: failed });
    expect(await store.due(1e15, 10)).toEqual([]);
    expect(await store.depth()).toMatchObject({ held: 1, queued: 0 });
  });

  test('lists what is due oldest first, and pages', async () => {
    const times = [3000, 1000, 2000];
    for (const receivedAt of times) await store.enqueue(await newEntry({ receivedAt }));
    const due = await store.due(5000, 10);
    expect(due.map((entry) => entry.receivedAt)).toEqual([1000, 2000, 3000]);
    expect(await store.due(5000, 2)).toHaveLength(2);
    const listed = [
      ...(await store.list({ offset: 0, limit: 2 })),
      ...(await store.list({ offset: 2, limit: 2 })),
    ];
    expect(listed.map((entry) => entry.id)).toEqual(due.map((entry) => entry.id).sort());
  });

  test('an attempt of an entry that was removed changes nothing', async () => {
    await store.recordAttempt(
      attempt('gone', [{ ordinal: 0, outcome: outcome('failed', 'anna@example.com') }]),
    );
    expect(await store.depth()).toMatchObject({ held: 0 });
  });
});
