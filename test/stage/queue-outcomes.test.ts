/** Random outcomes over a random queue, days in milliseconds: the promises of queue and bounce, held against a plain ledger. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import type { NotifyCondition } from '../../src-main/format/dsn-request.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createBounceStage } from '../../src-main/mail/bounce/create-bounce-stage.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { MailEvent, RecipientOutcome } from '../../src-main/mail/events.ts';
import { createMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import type { RunningMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { AttemptRecord, Courier, QueueEntry } from '../../src-main/mail/queue/port.ts';
import { DEFAULT_RETRY_SCHEDULE } from '../../src-main/mail/queue/retry-schedule.ts';
import { QueuedContentReader } from '../support/queued-content-reader.ts';

type Kind = RecipientOutcome['kind'];

interface Script {
  /** How often the recipient is deferred before its end. */
  readonly deferrals: number;
  readonly end: Exclude<Kind, 'deferred'>;
  readonly notify: readonly NotifyCondition[] | undefined;
}

interface Letter {
  readonly hasSender: boolean;
  readonly recipients: readonly Script[];
}

const script = fc.record<Script>({
  // Beyond some thirty the five days are over.
  deferrals: fc.oneof(fc.nat(3), fc.nat(60)),
  end: fc.constantFrom('delivered', 'relayed', 'failed'),
  notify: fc.option(fc.subarray<NotifyCondition>(['success', 'failure', 'delay']), { nil: undefined }),
});

const letter = fc.record<Letter>({
  hasSender: fc.boolean(),
  recipients: fc.array(script, { minLength: 1, maxLength: 4 }),
});

/** Remembers what was committed, and now and then cannot commit. */
class LedgerStore extends MemoryQueueStore {
  readonly committed: AttemptRecord[] = [];
  readonly isFailing: () => boolean;

  constructor(isFailing: () => boolean) {
    super();
    this.isFailing = isFailing;
  }

  override async recordAttempt(record: AttemptRecord): Promise<void> {
    if (this.isFailing()) throw new Error('disk full');
    await super.recordAttempt(record);
    this.committed.push(record);
  }
}

/** Answers by the script of each recipient; DSNs arrive at once. */
class ScriptedCourier implements Courier {
  /** By address. */
  readonly scripts = new Map<string, Script>();
  readonly early: string[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  attempt: Courier['attempt'] = (entry, recipients, { record }) => {
    const at = this.#clock.now();
    const outcomes = recipients.map(({ ordinal, address, attempts, nextAttemptAt }) => {
      if (at < nextAttemptAt) this.early.push(address);
      const kind = this.#kindOf(entry, { address, attempts });
      return { ordinal, outcome: { kind, recipient: address, status: '5.0.0', diagnostic: 'so', at } };
    });
    return record({ outcomes, deposits: [], events: [] });
  };

  #kindOf(entry: QueueEntry, { address, attempts }: { address: string; attempts: number }): Kind {
    const found = this.scripts.get(address);
    if (entry.origin === 'bounce' || found === undefined) return 'delivered';
    return attempts < found.deferrals ? 'deferred' : found.end;
  }
}

interface World {
  readonly clock: ManualClock;
  readonly store: LedgerStore;
  readonly courier: ScriptedCourier;
  readonly queue: RunningMessageQueue;
}

async function makeWorld(letters: readonly Letter[], isFailing: () => boolean): Promise<World> {
  const clock = new ManualClock();
  const store = new LedgerStore(isFailing);
  const courier = new ScriptedCourier(clock);
  const spool = new MemorySpool();
  const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
  let ids = 0;
  const bounces = createBounceStage({
    receiver,
    content: new QueuedContentReader(store, spool),
    directory: { isLocalDomain: () => Promise.resolve(false) },
    makeId: () => `dsn${++ids}`,
    hostname: () => 'mail.server1.com',
    language: () => 'en',
    logger: silentLogger,
  });
  const randomBytes = (length: number) => new Uint8Array(length).fill((ids * 37) % 256);
  const events = (_event: unknown) => undefined;
  const queue = createMessageQueue({
    store,
    courier,
    bounces,
    clock,
    logger: silentLogger,
    events,
    randomBytes,
  });
  for (const [number, { hasSender, recipients }] of letters.entries()) {
    const writer = receiver.begin();
    await writer.write(Buffer.from('Subject: x\r\n\r\n'));
    const addresses = recipients.map((each, ordinal) => {
      const address = `r${ordinal}@letter${number}.example`;
      courier.scripts.set(address, each);
      return address;
    });
    await queue.enqueue({
      id: `letter${number}`,
      content: await writer.finish(),
      reversePath: hasSender ? 'tom@server1.com' : '',
      receivedAt: clock.now(),
      origin: 'submission',
      smtpUtf8: false,
      recipients: addresses,
      recipientDsn: Object.fromEntries(
        recipients.flatMap(({ notify }, ordinal) => (notify === undefined ? [] : [[ordinal, { notify }]])),
      ),
      events: [],
    });
  }
  return { clock, store, courier, queue };
}

/** Lets days pass until nothing waits any more; now and then the queue is stopped and started. */
async function runToTheEnd({ clock, store, queue }: World, restarts: () => boolean): Promise<void> {
  await queue.start();
  for (let turn = 0; turn < 2000; turn++) {
    await queue.whenIdle();
    const next = await store.nextDueAt();
    if (next === null) return;
    if (restarts()) {
      await queue.stop();
      await queue.start();
      await queue.whenIdle();
    }
    // A store that failed is left alone for a while, though its entries are due.
    clock.advance(Math.max(5_000, next - clock.now()));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Walks a list of random answers round and round. */
function cycle(answers: readonly boolean[]): () => boolean {
  let next = 0;
  return () => answers[next++ % answers.length] ?? false;
}

function outcomesOf(store: LedgerStore, letterId: string, ordinal: number) {
  return store.committed
    .filter(({ entryId }) => entryId === letterId)
    .flatMap(({ outcomes }) => outcomes.filter((recorded) => recorded.ordinal === ordinal));
}

/** What the timeline says was told about an address. */
function toldOf(store: LedgerStore, address: string): string[] {
  const events: MailEvent[] = store.committed.flatMap((record) => [...record.events]);
  return events.flatMap((event) => {
    if (event.type !== 'bounced' && event.type !== 'unreported') return [];
    if (!event.recipients.includes(address)) return [];
    return [event.type === 'bounced' ? event.action : event.type];
  });
}

function expectedToBeTold(made: Letter, { notify = ['failure', 'delay'] }: Script, facts: Facts): string[] {
  const told: string[] = [];
  if (facts.wasLate && made.hasSender && notify.includes('delay')) told.push('delayed');
  if (facts.end === 'failed')
    told.push(made.hasSender && notify.includes('failure') ? 'failed' : 'unreported');
  else if (made.hasSender && notify.includes('success')) told.push(facts.end);
  return told;
}

interface Facts {
  readonly end: Kind;
  readonly wasLate: boolean;
}

/** A store that was left alone for a while once made the runner forget what it had deferred before. */
const LOST_ALARM: { letters: Letter[]; failures: boolean[]; restarts: boolean[] } = {
  letters: [
    { hasSender: true, recipients: [{ deferrals: 0, end: 'delivered', notify: ['success'] }] },
    {
      hasSender: false,
      recipients: [
        { deferrals: 1, end: 'delivered', notify: undefined },
        { deferrals: 0, end: 'delivered', notify: undefined },
      ],
    },
  ],
  failures: Array.from({ length: 20 }, (_, turn) => turn !== 0 && turn !== 11 && turn !== 12),
  restarts: [false],
};

test('every recipient ends once, in its time, and its sender hears of it as asked, once', async () => {
  const flags = (chance: number) =>
    fc.array(
      fc.nat(99).map((roll) => roll < chance),
      { minLength: 20, maxLength: 20 },
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(letter, { minLength: 1, maxLength: 6 }),
      flags(15),
      flags(10),
      async (letters, failures, restarts) => {
        // Never all: a disk that is full for ever keeps its mail for ever.
        const world = await makeWorld(letters, cycle([...failures, false]));
        const start = world.clock.now();
        await runToTheEnd(world, cycle(restarts));
        expect(await world.store.list({ offset: 0, limit: 10 })).toEqual([]);
        expect(world.courier.early).toEqual([]);
        for (const [number, made] of letters.entries()) {
          for (const [ordinal, each] of made.recipients.entries()) {
            const outcomes = outcomesOf(world.store, `letter${number}`, ordinal);
            const ends = outcomes.filter(({ outcome }) => outcome.kind !== 'deferred');
            expect(ends).toHaveLength(1);
            const { kind, at } = ends[0]!.outcome;
            const isGivenUp = each.deferrals >= outcomes.length;
            expect(kind).toBe(isGivenUp ? 'failed' : each.end);
            if (isGivenUp) expect(at - start).toBeGreaterThanOrEqual(DEFAULT_RETRY_SCHEDULE.lifetimeMs);
            // A little later where the store had to be left alone first.
            expect(at - start).toBeLessThan(DEFAULT_RETRY_SCHEDULE.lifetimeMs + 60 * 60_000);
            const wasLate = outcomes.some(
              ({ outcome }) =>
                outcome.kind === 'deferred' && outcome.at - start >= DEFAULT_RETRY_SCHEDULE.delayWarningMs,
            );
            const told = toldOf(world.store, `r${ordinal}@letter${number}.example`);
            expect(told).toEqual(expectedToBeTold(made, each, { end: kind, wasLate }));
          }
        }
        const dsns = world.store.committed.flatMap(({ bounce }) => (bounce === undefined ? [] : [bounce.id]));
        const arrived = world.store.committed.filter(({ entryId }) => entryId.startsWith('dsn'));
        expect(arrived.map(({ entryId }) => entryId).sort()).toEqual(dsns.sort());
      },
    ),
    { numRuns: 150, examples: [[LOST_ALARM.letters, LOST_ALARM.failures, LOST_ALARM.restarts]] },
  );
});
