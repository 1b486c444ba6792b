import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld, outcome } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { ChosenNextHop, QueueSelection, SteeringOrder, SteeringProgress } from '../../contract/queue.ts';
import type { QueueDesk, QueueRecipient, SteeringBatch } from '../../mail/queue/port.ts';
import { createConsoleRouter } from './router.ts';

let clock: ManualClock;
let world: ConsoleWorld;

beforeEach(() => {
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
});

function connect() {
  const visitor = {
    shell: 'desktop' as const,
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  };
  return createRouterClient(createConsoleRouter(world.services()), { context: { visitor } });
}

function put(id: string, addresses: readonly string[], facts: Partial<QueueRecipient> = {}): void {
  world.queue.restore({
    id,
    contentId: 1,
    sizeBytes: 10,
    reversePath: '',
    receivedAt: clock.now(),
    origin: 'bounce',
    smtpUtf8: false,
    recipients: addresses.map((address, ordinal) => ({
      ordinal,
      address,
      state: 'deferred',
      attempts: 2,
      nextAttemptAt: clock.now() + 60_000,
      lastOutcome: outcome({
        kind: 'deferred',
        recipient: address,
        at: clock.now(),
        diagnostic: 'Try later',
      }),
      ...facts,
    })),
  });
}

async function readAll<T>(events: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function endOf(events: AsyncIterable<SteeringProgress>): Promise<SteeringProgress> {
  const last = (await readAll(events)).at(-1);
  if (last === undefined) throw new Error('nothing was told');
  return last;
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
};

const everything: QueueSelection = { kind: 'filter', filter: {} };

describe('the queue', () => {
  it('lists what waits and why, a window of all that matches', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    put('q2', ['carol@gmail.example'], { state: 'held' });
    expect(await connect().queue.list({ nextHop: 'gmail.example', offset: 1, limit: 1 })).toMatchObject({
      offset: 1,
      total: 2,
      depth: { deferred: 2, held: 1 },
      items: [{ entryId: 'q2', recipient: { ordinal: 0, state: 'held', lastOutcome: { kind: 'deferred' } } }],
    });
    const after = { entryId: 'q1', ordinal: 0 };
    const next = await connect().queue.list({ after, limit: 1 });
    expect(next.items).toMatchObject([{ entryId: 'q1', recipient: { ordinal: 1 } }]);
  });

  it('shows groups, and an entry until it is gone, as orders change them', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    const client = connect();
    const groups = await client.queue.watchGroups({ by: 'nextHop' });
    expect((await groups.next()).value).toMatchObject({
      snapshot: { items: [{ key: 'gmail.example', deferred: 1 }, { key: 'server1.com' }] },
    });
    const entry = await client.queue.watchEntry({ entryId: 'q1' });
    expect((await entry.next()).value).toMatchObject({
      snapshot: { entryId: 'q1', recipients: [{ ordinal: 0 }, { ordinal: 1 }] },
    });
    const changed = entry.next();
    await endOf(await client.queue.steer({ order: { action: 'remove' }, selection: everything }));
    clock.advance(1000);
    expect((await changed).value).toMatchObject({ type: 'snapshot', snapshot: null });
    await groups.return?.(undefined);
    await entry.return?.(undefined);
  });
});

describe('an order', () => {
  const give = async (order: SteeringOrder, selection: QueueSelection) =>
    endOf(await connect().queue.steer({ order, selection }));
  const steer = (action: 'hold' | 'release' | 'remove', selection: QueueSelection) =>
    give({ action }, selection);

  it('says how many it changed of how many were selected', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    put('q2', ['carol@gmail.example'], { state: 'held' });
    expect(await steer('hold', everything)).toMatchObject({ state: 'done', changed: 2, selected: 3 });
    const places = [{ entryId: 'q1', ordinal: 1 }];
    expect(await steer('release', { kind: 'places', places })).toMatchObject({ changed: 1, selected: 1 });
    expect((await world.queue.find('q1'))?.recipients.map(({ state }) => state)).toEqual([
      'held',
      'deferred',
    ]);
  });

  it('is told on the timeline with the name of who gave it', async () => {
    put('q1', ['anna@server1.com']);
    const told: unknown[] = [];
    world.meter.onEvent((event) => told.push(event));
    await steer('remove', everything);
    expect(told).toMatchObject([
      { type: 'removed', traceId: 'q1', recipient: 'anna@server1.com', by: 'desktop', at: clock.now() },
    ]);
  });

  it('is undone exactly, and only the newest', async () => {
    put('q1', ['anna@server1.com']);
    put('q2', ['carol@gmail.example'], { state: 'held' });
    const client = connect();
    const first = await endOf(await client.queue.steer({ order: { action: 'hold' }, selection: everything }));
    const undone = await endOf(await client.queue.undoSteering({ job: first.job }));
    expect(undone).toMatchObject({ changed: 1 });
    expect((await world.queue.find('q1'))?.recipients[0]?.state).toBe('deferred');
    expect((await world.queue.find('q2'))?.recipients[0]?.state).toBe('held');
    await expect(client.queue.undoSteering({ job: first.job })).rejects.toMatchObject({
      data: { reason: 'tooLateToUndo' },
    });
  });

  /** Changes one recipient after the other, when it is let. */
  function slowSteering() {
    const lets: (() => void)[] = [];
    let begun = 0;
    const slow: QueueDesk = {
      ...world.waiting,
      countLines: () => Promise.resolve(3),
      async *steer(): AsyncGenerator<SteeringBatch> {
        for (; begun < 3; begun++) {
          await new Promise<void>((resolve) => lets.push(resolve));
          yield { changed: [{ entryId: `q${String(begun)}`, ordinal: 0 }], events: [] };
        }
      },
    };
    world.waiting = slow;
    return { next: async () => (lets.shift()?.(), settle()), begun: () => begun };
  }

  it('tells how far it is, and stops when it is told to', async () => {
    const slow = slowSteering();
    const client = connect();
    const progress = await client.queue.steer({ order: { action: 'hold' }, selection: everything });
    const first = (await progress.next()).value as SteeringProgress;
    expect(first).toMatchObject({ state: 'running', changed: 0, selected: 3 });
    await slow.next();
    expect((await progress.next()).value).toMatchObject({ state: 'running', changed: 1 });
    await client.queue.stopSteering({ job: first.job });
    await slow.next();
    expect(await endOf(progress)).toMatchObject({ state: 'stopped', changed: 2 });
  });

  it('goes on when nobody listens any more', async () => {
    const slow = slowSteering();
    const progress = await connect().queue.steer({ order: { action: 'hold' }, selection: everything });
    await progress.next();
    await progress.return?.(undefined);
    for (let i = 0; i < 3; i++) await slow.next();
    expect(slow.begun()).toBe(3);
  });

  it('that fails says so and keeps what it had changed', async () => {
    const failing: QueueDesk = {
      ...world.waiting,
      async *steer(): AsyncGenerator<SteeringBatch> {
        yield { changed: [{ entryId: 'q1', ordinal: 0 }], events: [] };
        throw new Error('disk full');
      },
    };
    world.waiting = failing;
    expect(await steer('hold', everything)).toMatchObject({ state: 'failed', changed: 1 });
  });

  it('to retry now ends the rest of the next hops that it is about, and of no others', async () => {
    put('q1', ['anna@server1.com'], { nextHop: 'Smart host' });
    const rest = { sessions: 0, waiting: 0, restsUntil: clock.now() + 60_000, reason: '4.7.0 421 Later' };
    world.nextHops.put({ name: 'Smart host', ...rest }, { name: 'other.example', ...rest });
    await give({ action: 'retryNow' }, { kind: 'places', places: [{ entryId: 'q1', ordinal: 0 }] });
    expect(world.nextHops.list().map(({ name }) => name)).toEqual(['other.example']);
    await connect().queue.tryNextHop({ name: 'other.example' });
    expect(world.nextHops.list()).toEqual([]);
  });

  it('to another next hop is refused where that is none, and undone exactly', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    const isp = { kind: 'host', host: 'smtp.isp.example', port: 25, tls: 'none' } as const;
    const change = (nextHop: ChosenNextHop | null) => give({ action: 'changeNextHop', nextHop }, everything);
    await expect(change({ ...isp, host: 'no host' })).rejects.toMatchObject({
      data: { reason: 'invalidNextHop' },
    });
    await expect(change({ kind: 'route', name: 'gone' })).rejects.toMatchObject({
      data: { reason: 'noSuchRoute' },
    });
    await give(
      { action: 'changeNextHop', nextHop: isp },
      { kind: 'places', places: [{ entryId: 'q1', ordinal: 1 }] },
    );
    const other = { ...isp, host: '192.0.2.1' };
    const client = connect();
    const order = { action: 'changeNextHop', nextHop: other } as const;
    const { job, changed } = await endOf(await client.queue.steer({ order, selection: everything }));
    expect(changed).toBe(2);
    await endOf(await client.queue.undoSteering({ job }));
    const chosen = (await world.queue.find('q1'))?.recipients.map(({ chosenNextHop }) => chosenNextHop);
    expect(chosen).toEqual([undefined, isp]);
  });

  it('to edit recipients is checked before anything changes, and undone', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    const client = connect();
    const edit = { entryId: 'q1', change: [], add: [], remove: [] };
    const refused = (facts: object, reason: string) =>
      expect(client.queue.editRecipients({ ...edit, ...facts })).rejects.toMatchObject({ data: { reason } });
    await refused({ entryId: 'q9', add: ['x@server1.com'] }, 'entryGone');
    await refused({ change: [{ ordinal: 7, address: 'x@server1.com' }] }, 'entryGone');
    await refused({ add: ['ANNA@server1.com'] }, 'recipientTwice');
    await refused({ add: ['no address'] }, 'invalidAddress');
    await refused({ add: ['用户@server1.com'] }, 'invalidAddress');
    await refused({ add: ['nobody@server1.com'] }, 'noSuchRecipient');
    await refused({ remove: [0, 1] }, 'noRecipientLeft');
    const before = (await world.queue.find('q1'))?.recipients.map(({ address }) => address);
    world.activity.begin('q1', [{ ordinal: 0, address: '', state: 'queued', attempts: 0, nextAttemptAt: 0 }]);
    await refused({ remove: [0] }, 'underWay');
    world.activity.end('q1');
    const { job } = await client.queue.editRecipients({
      ...edit,
      change: [{ ordinal: 1, address: 'rob@gmail.example' }],
      add: ['eve@server1.com'],
    });
    const addresses = async () => (await world.queue.find('q1'))?.recipients.map(({ address }) => address);
    expect(await addresses()).toEqual(['anna@server1.com', 'rob@gmail.example', 'eve@server1.com']);
    await endOf(await client.queue.undoSteering({ job }));
    expect(await addresses()).toEqual(before);
  });

  it('by a hold rule holds what waits where that is asked for; a rule that asks nothing is refused', async () => {
    put('q1', ['anna@server1.com', 'bob@gmail.example']);
    const { queue } = connect();
    await expect(queue.addHoldRule({ name: 'All' })).rejects.toMatchObject({ data: { reason: 'emptyRule' } });
    await expect(queue.addHoldRule({ name: 'Net', client: 'printer' })).rejects.toMatchObject({
      data: { reason: 'invalidNetwork' },
    });
    const rule = { name: 'Gmail', recipient: 'gmail.example', includesWaiting: true };
    expect(await queue.addHoldRule(rule)).toEqual({ held: 1 });
    await expect(queue.addHoldRule(rule)).rejects.toMatchObject({ data: { reason: 'ruleNameTaken' } });
    expect((await world.queue.find('q1'))?.recipients[1]).toMatchObject({ state: 'held', heldBy: 'Gmail' });
    await queue.enableHoldRule({ id: '1', isEnabled: false });
    const rules = await queue.watchHoldRules();
    expect((await rules.next()).value).toMatchObject({
      snapshot: [{ id: '1', name: 'Gmail', isEnabled: false }],
    });
    await rules.return?.(undefined);
    await queue.removeHoldRule({ id: '1' });
    expect((await world.settings.read()).holdRules).toEqual([]);
  });
});
