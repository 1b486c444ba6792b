import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { StagedContent } from '../content/port.ts';
import type { RecipientOutcome, TraceId } from '../events.ts';
import { createMessageQueue } from './create-message-queue.ts';
import { MemoryQueueStore } from './memory-queue-store.ts';
import type { Courier, QueueFilter } from './port.ts';
import { QueueActivity } from './queue-activity.ts';
import { createSteeredQueue } from './steered-queue.ts';

const HOUR = 3_600_000;

const content = { sizeBytes: 5 } as unknown as StagedContent;

/** A queue whose attempts end when and as the test says. */
function openOffice(concurrency = 1) {
  const clock = new ManualClock();
  const store = new MemoryQueueStore();
  const told: string[] = [];
  const attempts: string[] = [];
  const underWay: ((kind: RecipientOutcome['kind']) => void)[] = [];
  const courier: Courier = {
    attempt: async (entry, recipients, { record }) => {
      attempts.push(...recipients.map(({ address }) => `${entry.id} ${address}`));
      const kind = await new Promise<RecipientOutcome['kind']>((resolve) => underWay.push(resolve));
      const outcomes = recipients.map(({ ordinal, address }) => ({
        ordinal,
        outcome: { kind, recipient: address, status: '4.0.0', diagnostic: 'so', at: clock.now() },
      }));
      await record({ outcomes, deposits: [], events: [] });
    },
  };
  const events = (event: { type: string }): void => void told.push(event.type);
  const activity = new QueueActivity();
  const bounces = { report: () => Promise.resolve({ events: [] }), discard: () => Promise.resolve() };
  const queue = createMessageQueue({
    store,
    courier,
    bounces,
    activity,
    clock,
    logger: silentLogger,
    events,
    randomBytes: (length) => new Uint8Array(length),
    concurrency,
  });
  const steering = createSteeredQueue({ steering: store, store, queue, activity, bounces, events });

  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    store,
    queue,
    told,
    attempts,
    settle,
    enqueue: (id: TraceId, recipients = ['anna@example.com']) =>
      queue.enqueue({
        id,
        content,
        reversePath: 'tom@example.com',
        receivedAt: clock.now(),
        origin: 'submission',
        smtpUtf8: false,
        recipients,
        events: [],
      }),
    async finish(kind: RecipientOutcome['kind']): Promise<void> {
      underWay.shift()?.(kind);
      await settle();
    },
    async advance(ms: number): Promise<void> {
      clock.advance(ms);
      await settle();
    },
    async steer(action: 'retryNow' | 'hold' | 'release' | 'remove', filter: QueueFilter): Promise<number> {
      let changed = 0;
      const order = { action, selection: { kind: 'filter', filter }, by: 'admin', at: clock.now() } as const;
      for await (const batch of steering.steer(order)) changed += batch.changed.length;
      await settle();
      return changed;
    },
    states: async (id: TraceId) => (await store.find(id))?.recipients.map(({ state }) => state) ?? [],
  };
}

describe('a steered queue', () => {
  test('begins no attempt for what was held while it waited in memory, until it is released', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    await office.enqueue('b');
    await office.enqueue('c');
    expect(await office.steer('hold', { text: 'b' })).toBe(1);
    await office.finish('delivered');
    await office.finish('delivered');
    expect(office.attempts).toEqual(['a anna@example.com', 'c anna@example.com']);
    await office.steer('release', {});
    expect(office.attempts.at(-1)).toBe('b anna@example.com');
    await office.finish('delivered');
    expect(office.told).toEqual(['held', 'finished', 'finished', 'released', 'finished']);
  });

  test('begins no attempt for what was removed while it waited in memory', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    await office.enqueue('b');
    await office.steer('remove', { text: 'b' });
    await office.finish('delivered');
    await office.queue.whenIdle();
    expect(office.attempts).toEqual(['a anna@example.com']);
    expect(await office.store.find('b')).toBeNull();
  });

  test('attempts the recipients of an entry that are not held', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    await office.enqueue('b', ['bob@gmail.example', 'carol@mail.example']);
    await office.steer('hold', { nextHop: 'gmail.example' });
    await office.finish('delivered');
    expect(office.attempts.slice(1)).toEqual(['b carol@mail.example']);
    await office.finish('delivered');
    expect(await office.states('b')).toEqual(['held']);
  });

  test('lets an attempt that is under way end: a removed entry stays gone, a held one takes the outcome', async () => {
    const office = openOffice(2);
    await office.queue.start();
    await office.enqueue('a', ['anna@gone.example']);
    await office.enqueue('b', ['bob@held.example']);
    await office.steer('remove', { nextHop: 'gone.example' });
    await office.steer('hold', { nextHop: 'held.example' });
    await office.finish('deferred');
    await office.finish('deferred');
    await office.queue.whenIdle();
    expect(await office.store.find('a')).toBeNull();
    expect((await office.store.find('b'))?.recipients).toMatchObject([{ state: 'held', attempts: 1 }]);
    await office.advance(24 * HOUR);
    expect(office.attempts).toHaveLength(2);
  });

  test('tries again at once what is told to, without waiting for its time', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    await office.finish('deferred');
    await office.queue.whenIdle();
    expect(office.attempts).toHaveLength(1);
    expect(await office.steer('retryNow', { state: 'deferred' })).toBe(1);
    expect(office.attempts).toHaveLength(2);
    await office.finish('delivered');
    expect(await office.store.find('a')).toBeNull();
  });

  test('tries another recipient again as soon as the attempt under way for the entry has ended', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a', ['anna@example.com', 'bob@gmail.example']);
    await office.steer('hold', { nextHop: 'gmail.example' });
    await office.finish('deferred');
    await office.advance(60_000);
    await office.steer('release', {});
    expect(office.attempts).toHaveLength(3);
    await office.finish('deferred');
    expect(office.attempts.slice(2)).toEqual(['a anna@example.com', 'a bob@gmail.example']);
    await office.finish('delivered');
  });

  test('does not begin on an entry that was held before enqueue() had resolved', async () => {
    const office = openOffice();
    const commit = office.store.enqueue.bind(office.store);
    office.store.enqueue = async (entry) => {
      const stored = await commit(entry);
      await office.steer('hold', {});
      return stored;
    };
    await office.queue.start();
    await office.enqueue('a');
    await office.settle();
    expect(office.attempts).toEqual([]);
    expect(await office.states('a')).toEqual(['held']);
  });

  test('does not begin on a page of the store that was read before the order', async () => {
    const office = openOffice();
    await office.enqueue('a');
    const read = office.store.due.bind(office.store);
    office.store.due = async (now, limit) => {
      const page = await read(now, limit);
      office.store.due = read;
      await office.steer('remove', {});
      return page;
    };
    await office.queue.start();
    await office.queue.whenIdle();
    expect(office.attempts).toEqual([]);
  });
});
