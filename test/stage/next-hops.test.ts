/**
 * Random mail over next hops in random moods, days in milliseconds: schedules of their own, refusals and rests, slow hosts,
 * bulk; held against what every recipient may expect: one end, in its time, and no starvation.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import type { StagedContent } from '../../src-main/mail/content/port.ts';
import { createMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type {
  AttemptRecord,
  BounceStage,
  Courier,
  CourierReport,
  QueueEntry,
  RetrySchedule,
} from '../../src-main/mail/queue/port.ts';
import { DEFAULT_RETRY_SCHEDULE } from '../../src-main/mail/queue/retry-schedule.ts';
import { NextHopLines } from '../../src-main/mail/relay/next-hop-lines.ts';
import { makeRestReport } from '../../src-main/mail/relay/relay-report.ts';
import type { NextHop } from '../../src-main/mail/routing/port.ts';
import { temporaryProblem } from '../../src-main/protocol/smtp/client/problem.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const REFUSED = temporaryProblem('4.7.0', '421 4.7.0 Not now');

/** How a next hop behaves. */
interface Mood {
  /** It refuses all sessions until this time. */
  readonly refusesUntilMs: number;
  /** How long one message takes. */
  readonly tookMs: number;
  /** How often it defers each recipient, before it takes or fails them. */
  readonly deferrals: number;
  readonly end: 'relayed' | 'failed';
  readonly maxSessions: number;
  readonly messagesPerMinute: number | undefined;
  readonly retry: Partial<RetrySchedule>;
}

const mood = fc.record<Mood>({
  refusesUntilMs: fc.oneof(fc.constant(0), fc.nat(12 * HOUR), fc.constant(30 * 24 * HOUR)),
  tookMs: fc.oneof(fc.constant(0), fc.nat(90 * SECOND)),
  deferrals: fc.nat(3),
  end: fc.constantFrom('relayed', 'failed'),
  maxSessions: fc.integer({ min: 1, max: 5 }),
  messagesPerMinute: fc.option(fc.integer({ min: 2, max: 60 }), { nil: undefined }),
  retry: fc.constantFrom<Partial<RetrySchedule>>(
    {},
    { firstRetryMs: 5 * SECOND, longestRetryMs: MINUTE },
    { lifetimeMs: 12 * HOUR, delayWarningMs: HOUR },
  ),
});

interface Letter {
  readonly isBulk: boolean;
  /** Numbers of next hops, one for each recipient. */
  readonly to: readonly number[];
}

const letter = fc.record<Letter>({
  isBulk: fc.boolean(),
  to: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
});

const SILENT: BounceStage = {
  report: () => Promise.resolve({ events: [] }),
  discard: () => Promise.resolve(),
};

class Ledger extends MemoryQueueStore {
  readonly committed: AttemptRecord[] = [];

  override async recordAttempt(record: AttemptRecord): Promise<void> {
    await super.recordAttempt(record);
    this.committed.push(record);
  }
}

/** Relays over the real lines to hosts that behave by their moods. */
class MoodyCourier implements Courier {
  readonly early: string[] = [];
  /** When a session was under way to a next hop that was resting then. */
  readonly disturbed: string[] = [];
  readonly attemptsAt: number[][];
  mostSessions: number[];
  readonly lines: NextHopLines;
  readonly #clock: ManualClock;
  readonly #start: number;
  readonly #moods: readonly Mood[];
  readonly #sessions: number[];
  /** Since when each refuses. Who was let in at that moment knows nothing of it yet. */
  readonly #refusedAt: (number | undefined)[] = [];

  constructor(clock: ManualClock, moods: readonly Mood[]) {
    this.#clock = clock;
    this.#start = clock.now();
    this.#moods = moods;
    this.#sessions = moods.map(() => 0);
    this.mostSessions = moods.map(() => 0);
    this.attemptsAt = moods.map(() => []);
    const randomBytes = (length: number) => new Uint8Array(length).fill(100);
    this.lines = new NextHopLines({ clock, randomBytes, schedule: () => DEFAULT_RETRY_SCHEDULE });
  }

  attempt: Courier['attempt'] = async (entry, recipients, { record }) => {
    for (const { address, nextAttemptAt } of recipients) {
      if (this.#clock.now() < nextAttemptAt) this.early.push(address);
    }
    const groups = Map.groupBy(recipients, ({ address }) => Number(address.split('@hop')[1]));
    await Promise.all(
      [...groups].map(async ([number, group]) => {
        const report = await this.#carry(number, entry, group);
        await record({ ...report, retry: this.#mood(number).retry });
      }),
    );
  };

  #mood(number: number): Mood {
    return this.#moods[number] as Mood;
  }

  async #carry(
    number: number,
    entry: QueueEntry,
    recipients: QueueEntry['recipients'],
  ): Promise<CourierReport> {
    const { maxSessions, messagesPerMinute, retry } = this.#mood(number);
    const hop: NextHop = {
      kind: 'hosts',
      hosts: [{ host: `hop${number}`, port: 25 }],
      tls: 'none',
      mustVerify: false,
      maxSessions,
      retry,
      ...(messagesPerMinute !== undefined && { messagesPerMinute }),
    };
    const line = this.lines.lineOf(String(number), hop);
    const admission = await line.enter({ isBulk: entry.isBulk === true });
    const nothing = { outcomes: [], deposits: [], events: [] };
    switch (admission.kind) {
      case 'later':
        return {
          ...nothing,
          postponed: recipients.map(({ ordinal }) => ({ ordinal, until: admission.until })),
        };
      case 'rests':
        return makeRestReport(recipients, {
          problem: admission.problem,
          name: `hop${number}`,
          at: this.#clock.now(),
          restsUntil: admission.until,
        });
      case 'hopeless':
        throw new Error('no next hop here is without hope');
      case 'turn':
        try {
          return await this.#talk(number, recipients, line);
        } finally {
          line.leave();
        }
    }
  }

  async #talk(
    number: number,
    recipients: QueueEntry['recipients'],
    line: ReturnType<NextHopLines['lineOf']>,
  ): Promise<CourierReport> {
    const { refusesUntilMs, tookMs, deferrals, end } = this.#mood(number);
    if (line.rest !== null && this.#clock.now() > (this.#refusedAt[number] ?? Infinity))
      this.disturbed.push(`hop${number}`);
    this.attemptsAt[number]?.push(this.#clock.now());
    this.mostSessions[number] = Math.max(
      this.mostSessions[number] ?? 0,
      ++(this.#sessions[number] as number),
    );
    const isRefused = this.#clock.now() - this.#start < refusesUntilMs;
    if (!isRefused && tookMs > 0) await new Promise<void>((resolve) => this.#clock.after(tookMs, resolve));
    (this.#sessions[number] as number)--;
    const at = this.#clock.now();
    if (isRefused) {
      this.#refusedAt[number] ??= at;
      line.refused(REFUSED);
    } else {
      delete this.#refusedAt[number];
      line.succeeded();
    }
    const outcomes = recipients.map(({ ordinal, address, attempts }) => {
      const kind = isRefused || attempts < deferrals ? ('deferred' as const) : end;
      return { ordinal, outcome: { kind, recipient: address, status: '4.0.0', diagnostic: 'so', at } };
    });
    return { outcomes, deposits: [], events: [] };
  }
}

async function makeWorld(letters: readonly Letter[], moods: readonly Mood[], concurrency = 512) {
  const clock = new ManualClock();
  const store = new Ledger();
  const courier = new MoodyCourier(clock, moods);
  const queue = createMessageQueue({
    store,
    courier,
    bounces: SILENT,
    clock,
    logger: silentLogger,
    events: () => undefined,
    randomBytes: (length) => new Uint8Array(length).fill(50),
    concurrency,
  });
  for (const [number, { isBulk, to }] of letters.entries()) {
    await store.enqueue({
      id: `letter${String(number).padStart(6, '0')}`,
      content: { sizeBytes: 5 } as unknown as StagedContent,
      reversePath: 'tom@server1.com',
      receivedAt: clock.now(),
      origin: 'submission',
      smtpUtf8: false,
      ...(isBulk && { isBulk }),
      recipients: to.map((hop, ordinal) => `r${ordinal}.${number}@hop${hop}`),
      events: [],
    });
  }
  return { clock, store, courier, queue };
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** Lets time pass, in steps that grow where nothing happens, until nothing waits any more. */
async function runToTheEnd({ clock, store, queue }: Awaited<ReturnType<typeof makeWorld>>): Promise<void> {
  await queue.start();
  for (let turn = 0; turn < 100_000; turn++) {
    await breathe();
    const next = await store.nextDueAt();
    if (next === null) return;
    const isBusy = next <= clock.now();
    clock.advance(isBusy ? 500 : Math.max(500, next - clock.now()));
  }
  throw new Error('it does not end');
}

const QUICK: Mood = {
  refusesUntilMs: 0,
  tookMs: 0,
  deferrals: 0,
  end: 'relayed',
  maxSessions: 20,
  messagesPerMinute: undefined,
  retry: {},
};

/** A recipient falls due at the moment at which the attempt of another of its entry ends: found by chance. */
const DUE_WHILE_ANOTHER_ENDS: [Letter[], [Mood, Mood, Mood]] = [
  [
    { isBulk: false, to: [1, 0] },
    { isBulk: true, to: [0, 1] },
  ],
  [
    { ...QUICK, maxSessions: 1, messagesPerMinute: 2 },
    { ...QUICK, tookMs: 2_501, maxSessions: 2 },
    { ...QUICK, maxSessions: 1 },
  ],
];

test('every recipient ends once, in its time, by the schedule of its next hop, and a hop that rests is left alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(letter, { minLength: 1, maxLength: 12 }),
      fc.tuple(mood, mood, mood),
      async (letters, moods) => {
        const world = await makeWorld(letters, moods);
        const start = world.clock.now();
        await runToTheEnd(world);
        expect(world.courier.early).toEqual([]);
        expect(world.courier.disturbed).toEqual([]);
        for (const [number, { maxSessions }] of moods.entries())
          expect(world.courier.mostSessions[number]).toBeLessThanOrEqual(maxSessions);
        const outcomes = world.store.committed.flatMap((record) => record.outcomes);
        for (const [number, { to }] of letters.entries()) {
          for (const [ordinal, hop] of to.entries()) {
            const address = `r${ordinal}.${number}@hop${hop}`;
            const { end, refusesUntilMs, retry } = moods[hop] as Mood;
            const lifetimeMs = retry.lifetimeMs ?? DEFAULT_RETRY_SCHEDULE.lifetimeMs;
            const own = outcomes.filter(({ outcome }) => outcome.recipient === address);
            const ends = own.filter(({ outcome }) => outcome.kind !== 'deferred');
            expect(ends).toHaveLength(1);
            const { kind, at } = (ends[0] as (typeof ends)[number]).outcome;
            // Given up only when its time is over; the last attempt may still get through.
            if (kind !== end) expect([kind, at - start >= lifetimeMs]).toEqual(['failed', true]);
            if (refusesUntilMs === 0) expect(kind).toBe(end);
            // The last attempt may have taken a while, and may have stood in line.
            expect(at - start).toBeLessThan(lifetimeMs + HOUR);
            const warned = own.filter(({ isDelayReported }) => isDelayReported === true);
            expect(warned.length).toBeLessThanOrEqual(1);
          }
        }
      },
    ),
    { numRuns: 100, examples: [DUE_WHILE_ANOTHER_ENDS] },
  );
}, 60_000);

/** When the last recipient at a next hop was dealt with, in milliseconds from the start. */
function lastEndAt(store: Ledger, hop: number, start: number): number {
  const outcomes = store.committed.flatMap((record) => record.outcomes);
  const own = outcomes.filter(({ outcome }) => outcome.recipient.endsWith(`@hop${hop}`));
  return Math.max(...own.map(({ outcome }) => outcome.at)) - start;
}

test('thousands for a slow next hop do not keep mail for others from its attempts', async () => {
  const slow = { ...QUICK, tookMs: MINUTE };
  const letters = Array.from({ length: 3_000 }, () => ({ isBulk: false, to: [0] }));
  const last = Array.from({ length: 20 }, () => ({ isBulk: false, to: [1] }));
  const world = await makeWorld([...letters, ...last], [slow, QUICK, QUICK], 64);
  const start = world.clock.now();
  await world.queue.start();
  for (let second = 0; second < 120; second++) {
    await breathe();
    world.clock.advance(SECOND);
  }
  expect(lastEndAt(world.store, 1, start)).toBeLessThan(30 * SECOND);
  // Its own sessions are busy most of the time, and nobody is put off too often.
  expect(world.courier.attemptsAt[0]?.length).toBeGreaterThanOrEqual(40);
  await runToTheEnd(world);
  expect(await world.store.list({ offset: 0, limit: 1 })).toEqual([]);
  expect(world.store.committed.length).toBeLessThan(30 * letters.length);
  // 3,000 messages of a minute each, 20 at once, take two hours and a half at least.
  expect(lastEndAt(world.store, 0, start)).toBeLessThan(4 * HOUR);
}, 60_000);

test('a note does not wait behind a mailing, and the mailing goes on while notes come', async () => {
  const mailing = Array.from({ length: 400 }, () => ({ isBulk: true, to: [0] }));
  const world = await makeWorld(mailing, [{ ...QUICK, tookMs: 5 * SECOND }, QUICK, QUICK], 16);
  await world.queue.start();
  const waits: number[] = [];
  for (let number = 0; number < 100; number++) {
    await breathe();
    const at = world.clock.now();
    const id = `note${number}`;
    await world.queue.enqueue({
      id,
      content: { sizeBytes: 5 } as unknown as StagedContent,
      reversePath: 'tom@server1.com',
      receivedAt: at,
      origin: 'submission',
      smtpUtf8: false,
      recipients: [`${id}@hop1`],
      events: [],
    });
    await breathe();
    waits.push((await world.store.find(id)) === null ? 0 : 1);
    world.clock.advance(SECOND);
  }
  expect(waits.filter((wait) => wait > 0)).toEqual([]);
  const mailed = world.store.committed.filter(({ entryId }) => entryId.startsWith('letter'));
  expect(mailed.length).toBeGreaterThan(100);
  await runToTheEnd(world);
  expect(await world.store.list({ offset: 0, limit: 1 })).toEqual([]);
}, 60_000);
