import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { StagedContent } from '../content/port.ts';
import type { MailEvent, RecipientOutcome, RefusalEvent } from '../events.ts';
import { createMessageQueue } from './create-message-queue.ts';
import type { RunningMessageQueue } from './create-message-queue.ts';
import { MemoryQueueStore } from './memory-queue-store.ts';
import type {
  AttemptRecord,
  AttemptReporting,
  BounceStage,
  Courier,
  NewQueueEntry,
  QueueEntry,
} from './port.ts';
import { DEFAULT_RETRY_SCHEDULE, retryAfterMs } from './retry-schedule.ts';

const MINUTE = 60_000;

/** The runner never looks into content. */
const content = {
  sizeBytes: 5,
  body: { kind: 'inline', bytes: Buffer.from('hello') },
} as unknown as StagedContent;

function entry(id: string, clock: ManualClock, recipients = ['anna@example.com']): NewQueueEntry {
  return {
    id,
    content,
    reversePath: 'tom@example.com',
    receivedAt: clock.now(),
    origin: 'submission',
    smtpUtf8: false,
    recipients,
    events: [{ type: 'queued', traceId: id, at: clock.now(), recipients }],
  };
}

/** Answers what the test says, and remembers who asked. */
class ScriptedCourier implements Courier {
  readonly attempts: { id: string; recipients: string[] }[] = [];
  most = 0;
  #underWay = 0;
  answer: (address: string) => RecipientOutcome['kind'] | Promise<RecipientOutcome['kind']> = () =>
    'delivered';

  async attempt(queued: QueueEntry, recipients: QueueEntry['recipients'], { record }: AttemptReporting) {
    this.attempts.push({ id: queued.id, recipients: recipients.map(({ address }) => address) });
    this.most = Math.max(this.most, ++this.#underWay);
    const outcomes = [];
    for (const { ordinal, address } of recipients) {
      const kind = await this.answer(address);
      outcomes.push({
        ordinal,
        outcome: { kind, recipient: address, status: '4.0.0', diagnostic: 'so', at: 0 },
      });
    }
    this.#underWay--;
    const deposits = [{ accountId: 1, mailbox: 'INBOX', prefix: '', flags: [] }];
    await record({
      outcomes,
      deposits: outcomes.some(({ outcome }) => outcome.kind === 'delivered') ? deposits : [],
      events: [],
    });
  }
}

/** A store that can be told to fail, and counts how often it was read. */
class MoodyStore extends MemoryQueueStore {
  deposited = 0;
  reads = 0;
  failRecords = 0;
  failEnqueue = false;

  constructor() {
    super(() => this.deposited++);
  }

  override enqueue(newEntry: NewQueueEntry): Promise<QueueEntry> {
    return this.failEnqueue ? Promise.reject(new Error('disk full')) : super.enqueue(newEntry);
  }

  override recordAttempt(record: AttemptRecord): Promise<void> {
    if (this.failRecords-- > 0) return Promise.reject(new Error('disk full'));
    return super.recordAttempt(record);
  }

  override due(now: number, limit: number) {
    this.reads++;
    return super.due(now, limit);
  }
}

/** Answers every failure and every late deferral with a DSN to the sender; remembers what was discarded. */
class PlainBounces implements BounceStage {
  readonly told: { at: number; kinds: string[]; retriedUntil: number }[] = [];
  readonly discarded: string[] = [];
  readonly #staged = new Map<StagedContent, string>();

  report: BounceStage['report'] = (about, { outcomes, at, retriedUntil }) => {
    const bad = outcomes.filter((each) => each.outcome.kind === 'failed' || each.isDelayReported === true);
    if (bad.length === 0 || about.reversePath === '') return Promise.resolve({ events: [] });
    this.told.push({ at, kinds: bad.map(({ outcome }) => outcome.kind), retriedUntil });
    const id = `dsn-${this.told.length}`;
    const recipients = [about.reversePath];
    const staged = { ...content };
    this.#staged.set(staged, id);
    return Promise.resolve({
      bounce: {
        id,
        content: staged,
        reversePath: '',
        receivedAt: at,
        origin: 'bounce',
        smtpUtf8: false,
        recipients,
        events: [{ type: 'queued', traceId: id, at, recipients }],
      },
      events: [],
    });
  };

  discard: BounceStage['discard'] = (staged) => {
    this.discarded.push(...staged.flatMap((each) => this.#staged.get(each) ?? []));
    return Promise.resolve();
  };
}

interface Run {
  clock: ManualClock;
  store: MoodyStore;
  courier: ScriptedCourier;
  bounces: PlainBounces;
  events: (MailEvent | RefusalEvent)[];
  queue: RunningMessageQueue;
}

function makeQueue(concurrency = 4, store = new MoodyStore()): Run {
  const clock = new ManualClock();
  const courier = new ScriptedCourier();
  const events: (MailEvent | RefusalEvent)[] = [];
  const bounces = new PlainBounces();
  const queue = createMessageQueue({
    store,
    courier,
    bounces,
    clock,
    logger: silentLogger,
    events: (event) => events.push(event),
    randomBytes: (length) => new Uint8Array(length),
    concurrency,
  });
  return { clock, store, courier, bounces, events, queue };
}

/** Lets time pass and what it woke finish. */
async function advance(run: Run, ms: number): Promise<void> {
  run.clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
  await run.queue.whenIdle();
}

describe('the queue', () => {
  test('delivers at once after enqueue, without reading the store', async () => {
    const run = makeQueue();
    await run.queue.start();
    const reads = run.store.reads;
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.whenIdle();
    expect(run.courier.attempts).toEqual([{ id: 'a', recipients: ['anna@example.com'] }]);
    expect(run.store.deposited).toBe(1);
    expect(run.store.reads).toBe(reads);
    expect(run.events.map(({ type }) => type)).toEqual(['queued', 'finished']);
  });

  test('takes responsibility only once the store has', async () => {
    const run = makeQueue();
    await run.queue.start();
    run.store.failEnqueue = true;
    await expect(run.queue.enqueue(entry('a', run.clock))).rejects.toThrow('disk full');
    expect(run.events).toEqual([]);
    expect(run.courier.attempts).toEqual([]);
  });

  test('picks up what lay in the store before it started', async () => {
    const run = makeQueue();
    for (let i = 0; i < 1500; i++) await run.queue.enqueue(entry(`e${i}`, run.clock));
    expect(run.courier.attempts).toHaveLength(0);
    await run.queue.start();
    await run.queue.whenIdle();
    expect(run.courier.attempts).toHaveLength(1500);
    expect(run.store.deposited).toBe(1500);
    expect(run.courier.most).toBe(4);
  });

  test('works through more than it keeps in memory, each entry once', async () => {
    const run = makeQueue(2);
    await run.queue.start();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    run.courier.answer = () => gate.then(() => 'delivered');
    await Promise.all(Array.from({ length: 5000 }, (_, i) => run.queue.enqueue(entry(`e${i}`, run.clock))));
    open();
    await run.queue.whenIdle();
    expect(run.store.deposited).toBe(5000);
    expect(new Set(run.courier.attempts.map(({ id }) => id)).size).toBe(5000);
    expect(run.courier.attempts).toHaveLength(5000);
  });

  test('tries a deferred recipient again after growing intervals, and only that one', async () => {
    const run = makeQueue();
    await run.queue.start();
    let isReady = false;
    run.courier.answer = (address) => (address.startsWith('bob') && !isReady ? 'deferred' : 'delivered');
    await run.queue.enqueue(entry('a', run.clock, ['anna@example.com', 'bob@example.com']));
    await run.queue.whenIdle();
    expect(run.store.deposited).toBe(1);
    await advance(run, MINUTE - 1);
    expect(run.courier.attempts).toHaveLength(1);
    await advance(run, 1);
    expect(run.courier.attempts[1]).toEqual({ id: 'a', recipients: ['bob@example.com'] });
    await advance(run, 5 * MINUTE);
    expect(run.courier.attempts).toHaveLength(3);
    isReady = true;
    await advance(run, 15 * MINUTE);
    expect(run.courier.attempts).toHaveLength(4);
    expect(await run.store.find('a')).toBeNull();
    expect(run.events.at(-1)).toMatchObject({ type: 'finished', traceId: 'a' });
  });

  test('warns the sender once after four hours, and gives up after five days, each to the minute', async () => {
    const run = makeQueue();
    await run.queue.start();
    const start = run.clock.now();
    run.courier.answer = (address) => (address === 'anna@example.com' ? 'deferred' : 'delivered');
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.whenIdle();
    for (let hours = 0; hours <= 125; hours++) await advance(run, 60 * MINUTE);
    const retriedUntil = start + DEFAULT_RETRY_SCHEDULE.lifetimeMs;
    expect(run.bounces.told).toEqual([
      { at: start + DEFAULT_RETRY_SCHEDULE.delayWarningMs, kinds: ['deferred'], retriedUntil },
      { at: retriedUntil, kinds: ['failed'], retriedUntil },
    ]);
    expect(run.courier.attempts.filter(({ id }) => id.startsWith('dsn-'))).toEqual([
      { id: 'dsn-1', recipients: ['tom@example.com'] },
      { id: 'dsn-2', recipients: ['tom@example.com'] },
    ]);
    expect(await run.store.find('a')).toBeNull();
    expect(
      run.events
        .filter(({ type }) => type === 'finished')
        .map((event) => 'traceId' in event && event.traceId),
    ).toEqual(['dsn-1', 'a', 'dsn-2']);
    const made = run.courier.attempts.length;
    await advance(run, DEFAULT_RETRY_SCHEDULE.lifetimeMs);
    expect(run.courier.attempts).toHaveLength(made);
  });

  test('a failing store delays a delivery and never doubles it', async () => {
    const run = makeQueue();
    await run.queue.start();
    run.store.failRecords = 2;
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.whenIdle();
    expect(run.store.deposited).toBe(0);
    await advance(run, 5000);
    expect(run.store.deposited).toBe(0);
    await advance(run, 5000);
    expect(run.store.deposited).toBe(1);
    await advance(run, 60 * MINUTE);
    expect(run.store.deposited).toBe(1);
  });

  test('a DSN that could not be committed is discarded, and made again with the attempt', async () => {
    const run = makeQueue();
    await run.queue.start();
    run.courier.answer = (address) => (address === 'anna@example.com' ? 'failed' : 'delivered');
    run.store.failRecords = 1;
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.whenIdle();
    expect(run.bounces.discarded).toEqual(['dsn-1']);
    expect(run.store.deposited).toBe(0);
    expect(await run.store.find('dsn-1')).toBeNull();
    await advance(run, 5000);
    await run.queue.whenIdle();
    expect(run.bounces.discarded).toEqual(['dsn-1']);
    expect(run.courier.attempts.map(({ id }) => id)).toEqual(['a', 'a', 'dsn-2']);
    expect(run.store.deposited).toBe(1);
  });

  test('a courier that breaks defers the recipients instead of losing them', async () => {
    const run = makeQueue();
    await run.queue.start();
    run.courier.answer = () => Promise.reject(new Error('bug'));
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.whenIdle();
    expect((await run.store.find('a'))?.recipients[0]).toMatchObject({
      state: 'deferred',
      lastOutcome: { status: '4.3.0' },
    });
    run.courier.answer = () => 'delivered';
    await advance(run, 2 * MINUTE);
    expect(run.store.deposited).toBe(1);
  });

  test('an entry is not worked on twice when a page of the store shows it while it arrives', async () => {
    const store = new MoodyStore();
    const run = makeQueue(4, store);
    let letIn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letIn = resolve));
    const commit = store.enqueue.bind(store);
    store.enqueue = async (newEntry) => {
      const stored = await commit(newEntry);
      await gate;
      return stored;
    };
    const enqueued = run.queue.enqueue(entry('a', run.clock));
    await run.queue.start();
    letIn();
    await enqueued;
    await run.queue.whenIdle();
    expect(run.courier.attempts).toHaveLength(1);
    expect(store.deposited).toBe(1);
  });

  test('an entry is not worked on twice when a page of the store is older than its delivery', async () => {
    const store = new MoodyStore();
    const run = makeQueue(4, store);
    await run.queue.start();
    run.courier.answer = (address) => (address.startsWith('bob') ? 'deferred' : 'delivered');
    await run.queue.enqueue(entry('wakes', run.clock, ['bob@example.com']));
    await run.queue.whenIdle();
    let giveOut: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (giveOut = resolve));
    const read = store.due.bind(store);
    store.due = async (now, limit) => {
      const page = await read(now, limit);
      await gate;
      return page;
    };
    let deliver: () => void = () => undefined;
    run.courier.answer = () => new Promise((resolve) => (deliver = () => resolve('delivered')));
    await run.queue.enqueue(entry('slow', run.clock));
    run.clock.advance(MINUTE);
    await new Promise((resolve) => setImmediate(resolve));
    deliver();
    await new Promise((resolve) => setImmediate(resolve));
    run.courier.answer = () => 'delivered';
    giveOut();
    await run.queue.whenIdle();
    expect(run.courier.attempts.filter(({ id }) => id === 'slow')).toHaveLength(1);
    expect(store.deposited).toBe(2);
  });

  test('stop() finishes what is under way and begins nothing more; start() goes on', async () => {
    const run = makeQueue(1);
    await run.queue.start();
    let finish: () => void = () => undefined;
    run.courier.answer = () => new Promise((resolve) => (finish = () => resolve('delivered')));
    await run.queue.enqueue(entry('a', run.clock));
    await run.queue.enqueue(entry('b', run.clock));
    const stopped = run.queue.stop();
    finish();
    await stopped;
    expect(run.courier.attempts.map(({ id }) => id)).toEqual(['a']);
    expect(run.store.deposited).toBe(1);
    run.courier.answer = () => 'delivered';
    await run.queue.start();
    await run.queue.whenIdle();
    expect(run.store.deposited).toBe(2);
  });

  test('stop() does not wait for ever', async () => {
    const run = makeQueue();
    await run.queue.start();
    run.courier.answer = () => new Promise(() => undefined);
    await run.queue.enqueue(entry('a', run.clock));
    const stopped = run.queue.stop();
    run.clock.advance(10_000);
    await stopped;
    expect((await run.store.find('a'))?.recipients[0]?.state).toBe('queued');
  });
});

test('retry intervals grow, are stretched by chance within a quarter, and stay at four hours', () => {
  const shortest = (length: number) => new Uint8Array(length);
  const longest = (length: number) => new Uint8Array(length).fill(255);
  const minutes = (n: number) => retryAfterMs(n, DEFAULT_RETRY_SCHEDULE, shortest) / MINUTE;
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map(minutes)).toEqual([1, 5, 15, 30, 60, 120, 240, 240, 240]);
  expect(retryAfterMs(1, DEFAULT_RETRY_SCHEDULE, longest)).toBe(75_000);
});

test('a retry schedule of its own keeps its longest interval', () => {
  const schedule = { ...DEFAULT_RETRY_SCHEDULE, firstRetryMs: 2000, longestRetryMs: 9000 };
  expect([1, 2, 3].map((n) => retryAfterMs(n, schedule, (length) => new Uint8Array(length)))).toEqual([
    2000, 9000, 9000,
  ]);
});
