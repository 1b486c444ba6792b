import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { StagedContent } from '../content/port.ts';
import type { MailEvent, RefusalEvent, TraceId } from '../events.ts';
import { createMessageQueue } from './create-message-queue.ts';
import { createHoldRuleFinder } from './hold-rules.ts';
import { MemoryQueueStore } from './memory-queue-store.ts';
import type { BounceStage, Courier, CourierReport, HoldRule, NewQueueEntry, TellProgress } from './port.ts';
import { QueueActivity } from './queue-activity.ts';
import { createSteeredQueue } from './steered-queue.ts';

const HOUR = 3_600_000;
const content = { sizeBytes: 5 } as unknown as StagedContent;
const settle = () => new Promise((resolve) => setImmediate(resolve));

interface UnderWay {
  readonly id: TraceId;
  readonly ordinals: readonly number[];
  readonly tell: TellProgress;
  finish(report?: Partial<CourierReport>): Promise<void>;
}

/** A queue whose attempts go on until the test ends them. */
function openOffice() {
  const clock = new ManualClock();
  const store = new MemoryQueueStore();
  const activity = new QueueActivity();
  const told: (MailEvent | RefusalEvent)[] = [];
  const underWay: UnderWay[] = [];
  const rules: HoldRule[] = [];
  const courier: Courier = {
    attempt: (entry, recipients, { record, tell }) =>
      new Promise((resolve) => {
        const finish = async (report: Partial<CourierReport> = {}): Promise<void> => {
          const outcomes = recipients.map(({ ordinal, address }) => ({
            ordinal,
            outcome: {
              kind: 'relayed',
              recipient: address,
              status: '2.0.0',
              diagnostic: '',
              at: clock.now(),
            },
          })) satisfies CourierReport['outcomes'];
          await record({ outcomes, deposits: [], events: [], ...report });
          resolve();
          await settle();
        };
        underWay.push({ id: entry.id, ordinals: recipients.map(({ ordinal }) => ordinal), tell, finish });
      }),
  };
  const bounces: BounceStage = {
    report: (entry, { at, outcomes }) => {
      const hasFailed = outcomes.some(({ outcome }) => outcome.kind === 'failed');
      if (entry.reversePath === '' || !hasFailed) return Promise.resolve({ events: [] });
      const id = `${entry.id}-dsn`;
      const facts = {
        id,
        content,
        reversePath: '',
        receivedAt: at,
        origin: 'bounce',
        smtpUtf8: false,
      } as const;
      return Promise.resolve({
        bounce: { ...facts, recipients: [entry.reversePath], events: [] },
        events: [],
      });
    },
    discard: () => Promise.resolve(),
  };
  const events = (event: MailEvent | RefusalEvent): void => void told.push(event);
  const parts = { store, activity, bounces, events };
  const queue = createMessageQueue({
    ...parts,
    courier,
    clock,
    logger: silentLogger,
    randomBytes: (length) => new Uint8Array(length),
    concurrency: 4,
    holdRule: createHoldRuleFinder(() => rules),
  });
  const desk = createSteeredQueue({ ...parts, steering: store, queue });
  const enqueue = async (id: TraceId, facts: Partial<NewQueueEntry> = {}): Promise<void> => {
    await queue.enqueue({
      id,
      content,
      reversePath: 'tom@example.com',
      receivedAt: clock.now(),
      origin: 'submission',
      smtpUtf8: false,
      recipients: ['anna@example.com'],
      events: [],
      ...facts,
    });
  };
  const bounce = async (reason = 'No longer wanted'): Promise<number> => {
    let changed = 0;
    const selection = { kind: 'filter', filter: {} } as const;
    for await (const batch of desk.steer({
      action: 'bounce',
      selection,
      reason,
      by: 'admin',
      at: clock.now(),
    }))
      changed += batch.changed.length;
    await settle();
    return changed;
  };
  return { clock, store, activity, told, underWay, rules, queue, desk, enqueue, bounce };
}

describe('what is under way', () => {
  test('is active with its phase while it lasts, and leaves nothing in the store', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a', { recipients: ['anna@example.com', 'bob@example.com'] });
    const heard: string[] = [];
    office.desk.onActivity((id) => heard.push(id));
    office.underWay[0]?.tell([1], { phase: 'content', host: 'mx.example.com', percent: 40 });
    expect(heard).toEqual(['a']);
    expect(office.desk.progressOf({ entryId: 'a', ordinal: 1 })).toEqual({
      phase: 'content',
      host: 'mx.example.com',
      percent: 40,
    });
    expect(await office.desk.depth()).toMatchObject({ queued: 0, active: 2, deferred: 0 });
    expect(await office.desk.countLines({ state: 'active' })).toBe(2);
    expect((await office.desk.find('a'))?.recipients.map(({ state }) => state)).toEqual(['active', 'active']);
    expect((await office.store.find('a'))?.recipients.map(({ state }) => state)).toEqual([
      'queued',
      'queued',
    ]);
    await office.underWay[0]?.finish();
    expect(await office.desk.depth()).toMatchObject({ active: 0 });
    expect(office.desk.progressOf({ entryId: 'a', ordinal: 1 })).toBeNull();
  });

  test('lets a recipient have its next attempt that fell due while others of its entry were under way', async () => {
    const office = openOffice();
    await office.queue.start();
    let finishSlowly = (): void => undefined;
    const [first] = office.underWay;
    expect(first).toBeUndefined();
    await office.enqueue('a', { recipients: ['anna@example.com', 'bob@example.com'] });
    const attempt = office.underWay[0] as UnderWay;
    const until = office.clock.now() + 1_000;
    // The first recipient has to come again soon; the other one keeps the attempt busy.
    const postponed = office.store.recordAttempt({
      entryId: 'a',
      outcomes: [],
      postponed: [{ ordinal: 0, until }],
      deposits: [],
      events: [],
      at: office.clock.now(),
    });
    await postponed;
    finishSlowly = () => void attempt.finish({ outcomes: [], postponed: [{ ordinal: 0, until }] });
    office.queue.reconsider();
    office.clock.advance(5_000);
    await settle();
    expect(office.underWay).toHaveLength(1);
    finishSlowly();
    await settle();
    expect(office.underWay.at(-1)?.ordinals).toEqual([0, 1]);
  });
});

describe('bounce now', () => {
  test('fails recipients with a DSN to the sender in the same commit, and says who and why', async () => {
    const office = openOffice();
    await office.enqueue('a', { recipients: ['anna@example.com', 'bob@example.com'] });
    expect(await office.bounce('Wrong department')).toBe(2);
    expect(await office.store.find('a')).toBeNull();
    expect((await office.store.find('a-dsn'))?.recipients[0]?.address).toBe('tom@example.com');
    expect(office.told).toMatchObject([
      { type: 'returned', recipient: 'anna@example.com', by: 'admin', reason: 'Wrong department' },
      { type: 'returned', recipient: 'bob@example.com' },
      { type: 'finished', traceId: 'a' },
    ]);
  });

  test('only removes what has no sender', async () => {
    const office = openOffice();
    await office.enqueue('a', { reversePath: '' });
    expect(await office.bounce()).toBe(1);
    expect(await office.store.list({ offset: 0, limit: 5 })).toEqual([]);
  });

  test('leaves alone what is under way, and keeps the runner from what is being bounced', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    await office.enqueue('b', { heldBy: { 0: 'Later' } });
    await settle();
    expect(office.underWay.map(({ id }) => id)).toEqual(['a']);
    office.rules.push({ id: '1', name: 'All', isEnabled: true, recipient: 'example.org' });
    await office.enqueue('c', { recipients: ['carol@example.org'] });
    expect(await office.bounce()).toBe(2);
    expect((await office.store.find('a'))?.recipients).toHaveLength(1);
    await office.underWay[0]?.finish();
    expect(await office.store.find('a')).toBeNull();
    expect(await office.store.find('c')).toBeNull();
  });

  test('reaches thousands, page by page, each once', async () => {
    const office = openOffice();
    for (let i = 0; i < 1_200; i++) await office.enqueue(`e${String(i).padStart(5, '0')}`);
    expect(await office.bounce()).toBe(1_200);
    expect(office.told.filter(({ type }) => type === 'returned')).toHaveLength(1_200);
  });
});

describe('a hold rule', () => {
  test('keeps new mail from attempts until it is released, with its name as the reason', async () => {
    const office = openOffice();
    office.rules.push({ id: '1', name: 'Partners', isEnabled: true, recipient: 'example.org' });
    await office.queue.start();
    await office.enqueue('a', { recipients: ['anna@example.com', 'carol@example.org'] });
    expect(office.underWay[0]?.ordinals).toEqual([0]);
    expect((await office.store.find('a'))?.recipients[1]).toMatchObject({
      state: 'held',
      heldBy: 'Partners',
    });
    expect(office.told).toMatchObject([
      { type: 'heldByRule', recipient: 'carol@example.org', rule: 'Partners' },
    ]);
    office.clock.advance(HOUR);
    await settle();
    expect(office.underWay).toHaveLength(1);
  });
});

describe('recipients that are edited', () => {
  test('are attempted under their new address at once, but not while an attempt is under way', async () => {
    const office = openOffice();
    await office.queue.start();
    await office.enqueue('a');
    const edit = {
      entryId: 'a',
      change: [{ ordinal: 0, address: 'anne@example.com' }],
      add: [],
      remove: [],
      by: 'admin',
      at: office.clock.now(),
    };
    expect(await office.desk.editRecipients(edit)).toBeNull();
    const outcome = {
      kind: 'deferred',
      recipient: 'anna@example.com',
      status: '4.1.1',
      diagnostic: 'x',
      at: 0,
    } as const;
    await office.underWay[0]?.finish({ outcomes: [{ ordinal: 0, outcome }] });
    expect(await office.desk.editRecipients({ ...edit, at: office.clock.now() })).toMatchObject({
      events: [{ type: 'recipientChanged', into: 'anne@example.com' }],
    });
    await settle();
    expect(office.underWay).toHaveLength(2);
    expect((await office.desk.find('a'))?.recipients[0]).toMatchObject({
      address: 'anne@example.com',
      attempts: 0,
    });
  });
});
