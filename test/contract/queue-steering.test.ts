/** What every QueueSteering must do; run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecipientOutcome } from '../../src-main/mail/events.ts';
import type {
  ChosenNextHop,
  QueueFilter,
  QueueSelection,
  QueueStore,
  SteeringAction,
  SteeringBatch,
} from '../../src-main/mail/queue/port.ts';
import { newEntry, openMemory, openSqlite, outcome, type Under } from './queue-stores.ts';

describe.each([
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: openSqlite },
])('a queue in $name, steered by an administrator', ({ open }) => {
  let under: Under;
  let store: QueueStore;

  beforeEach(async () => {
    under = await open();
    store = under.store;
  });

  afterEach(() => under.close());

  const GREYLISTED = '451 4.7.0 Greylisted, try again later';

  beforeEach(async () => {
    await store.enqueue(
      await newEntry(under, { id: 'entry-1', recipients: ['anna@example.com', '"b@c"@Gmail.example'] }),
    );
    await store.enqueue(
      await newEntry(under, { id: 'entry-2', reversePath: '', recipients: ['bob@gmail.example'] }),
    );
    await store.enqueue(await newEntry(under, { id: 'entry-3', recipients: ['carol@mail.example'] }));
    await defer('entry-2', 0, { status: '4.7.0', diagnostic: GREYLISTED, remoteMta: 'mx7.gmail.example' });
  });

  async function defer(entryId: string, ordinal: number, facts: Partial<RecipientOutcome>): Promise<void> {
    await store.recordAttempt({
      entryId,
      at: 2_000,
      outcomes: [{ ordinal, outcome: { ...outcome('deferred'), ...facts }, nextAttemptAt: 9_000 }],
      deposits: [],
      events: [],
    });
  }

  async function placesOf(filter: QueueFilter): Promise<readonly string[]> {
    const lines = await under.steering.listLines(filter, { limit: 100 });
    expect(await under.steering.countLines(filter)).toBe(lines.length);
    return lines.map(({ entryId, ordinal }) => `${entryId}/${ordinal}`);
  }

  async function carryOut(order: SteeringAction, selection: QueueSelection): Promise<SteeringBatch> {
    const batches = [];
    for await (const batch of under.steering.steer({ ...order, selection, by: 'admin', at: 5_000 }))
      batches.push(batch);
    return {
      changed: batches.flatMap(({ changed }) => changed),
      events: batches.flatMap(({ events }) => events),
    };
  }

  async function steer(action: 'retryNow' | 'hold' | 'release' | 'remove', selection: QueueSelection) {
    const { changed, events } = await carryOut({ action }, selection);
    return { changed: changed.length, events };
  }

  const all = (filter: QueueFilter): QueueSelection => ({ kind: 'filter', filter });
  const one = (entryId: string, ordinal = 0): QueueSelection => ({
    kind: 'places',
    places: [{ entryId, ordinal }],
  });

  it.each<[QueueFilter, readonly string[]]>([
    [{}, ['entry-1/0', 'entry-1/1', 'entry-2/0', 'entry-3/0']],
    [{ state: 'deferred' }, ['entry-2/0']],
    [{ nextHop: 'gmail.example' }, ['entry-1/1', 'entry-2/0']],
    [{ text: 'TOM carol' }, ['entry-3/0']],
    [{ text: 'greylisted mx7' }, ['entry-2/0']],
    [{ text: 'entry-3' }, ['entry-3/0']],
    [{ text: '%' }, []],
    [{ reply: `4.7.0 ${GREYLISTED}` }, ['entry-2/0']],
    [{ reply: '', nextHop: 'mail.example' }, ['entry-3/0']],
  ])('lists and counts what matches %j', async (filter, places) => {
    expect(await placesOf(filter)).toEqual(places);
  });

  it('pages by place, so that what leaves in between moves no page', async () => {
    const page = await under.steering.listLines({}, { limit: 2 });
    expect(page).toMatchObject([
      { entryId: 'entry-1', ordinal: 0, reversePath: 'tom@example.com', origin: 'submission' },
      { entryId: 'entry-1', ordinal: 1, recipient: { address: '"b@c"@Gmail.example', state: 'queued' } },
    ]);
    await steer('remove', one('entry-1'));
    const after = { entryId: 'entry-1', ordinal: 1 };
    const next = await under.steering.listLines({}, { after, limit: 5 });
    expect(next.map((line) => line.entryId)).toEqual(['entry-2', 'entry-3']);
    expect((await under.steering.listLines({}, { after, offset: 1, limit: 5 })).length).toBe(1);
  });

  it('groups by domain, the largest first, with the reply that most of them share', async () => {
    expect(await under.steering.groupLines({}, 'nextHop', 2)).toEqual([
      {
        key: 'gmail.example',
        queued: 1,
        active: 0,
        deferred: 1,
        held: 0,
        oldestReceivedAt: 1_000,
        reply: `4.7.0 ${GREYLISTED}`,
      },
      {
        key: 'example.com',
        queued: 1,
        active: 0,
        deferred: 0,
        held: 0,
        oldestReceivedAt: 1_000,
        reply: null,
      },
    ]);
    const replies = await under.steering.groupLines({ text: 'gmail' }, 'reply', 5);
    expect(replies.map(({ key, queued, deferred }) => [key, queued, deferred])).toEqual([
      ['', 1, 0],
      [`4.7.0 ${GREYLISTED}`, 0, 1],
    ]);
  });

  it('makes what waits due at once, and leaves alone what is due or held', async () => {
    await steer('hold', one('entry-3'));
    expect((await steer('retryNow', all({}))).changed).toBe(1);
    expect((await store.due(5_000, 10)).map((entry) => entry.id)).toEqual(['entry-1', 'entry-2']);
    expect((await store.find('entry-2'))?.recipients[0]).toMatchObject({ state: 'deferred', attempts: 1 });
  });

  it('holds until it is released, and gives it back as it was', async () => {
    const before = await store.find('entry-2');
    expect(await steer('hold', all({ nextHop: 'gmail.example' }))).toEqual({
      changed: 2,
      events: [
        { type: 'held', traceId: 'entry-1', at: 5_000, recipient: '"b@c"@Gmail.example', by: 'admin' },
        { type: 'held', traceId: 'entry-2', at: 5_000, recipient: 'bob@gmail.example', by: 'admin' },
      ],
    });
    expect(await placesOf({ state: 'held' })).toEqual(['entry-1/1', 'entry-2/0']);
    expect(await store.nextDueAt()).toBe(1_000);
    expect(await steer('release', all({ state: 'held' }))).toMatchObject({ changed: 2 });
    expect(await store.find('entry-2')).toEqual(before);
    expect(await placesOf({ state: 'queued' })).toEqual(['entry-1/0', 'entry-1/1', 'entry-3/0']);
  });

  it('removes recipients, and the entry with the last of them', async () => {
    expect((await steer('remove', one('entry-1', 1))).events).toMatchObject([{ type: 'removed' }]);
    expect((await store.find('entry-1'))?.recipients).toHaveLength(1);
    expect((await steer('remove', all({}))).changed).toBe(3);
    expect(await store.depth()).toMatchObject({ queued: 0, deferred: 0, oldestReceivedAt: null });
  });

  it('changes nothing where nothing matches or the entry is gone', async () => {
    expect(await steer('remove', all({ text: 'nobody' }))).toEqual({ changed: 0, events: [] });
    expect(await steer('hold', one('entry-9'))).toEqual({ changed: 0, events: [] });
    expect(await steer('release', all({}))).toEqual({ changed: 0, events: [] });
  });

  it('ignores the outcome of a recipient that was removed while its attempt ran', async () => {
    await steer('remove', one('entry-1', 1));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 6_000,
      outcomes: [{ ordinal: 1, outcome: outcome('delivered') }],
      deposits: [{ accountId: under.account, mailbox: 'INBOX', prefix: '', flags: [] }],
      events: [],
    });
    expect(await under.copies()).toBe(0);
    expect((await store.find('entry-1'))?.recipients.map((each) => each.ordinal)).toEqual([0]);
  });

  it('counts the outcome of an attempt that ran while its recipient was held, and keeps the hold', async () => {
    await steer('hold', one('entry-3'));
    await defer('entry-3', 0, { status: '4.2.2' });
    expect((await store.find('entry-3'))?.recipients[0]).toMatchObject({
      state: 'held',
      attempts: 1,
      lastOutcome: { status: '4.2.2' },
    });
    await steer('release', one('entry-3'));
    expect((await store.find('entry-3'))?.recipients[0]).toMatchObject({
      state: 'deferred',
      nextAttemptAt: 9_000,
    });
  });

  it('carries a large order out in several commits and reaches everything once', async () => {
    for (let i = 0; i < 6; i++) {
      const recipients = Array.from({ length: 100 }, (_, n) => `r${n}@bulk.example`);
      await store.enqueue(await newEntry(under, { id: `large-${i}`, recipients }));
    }
    expect((await steer('hold', all({ nextHop: 'bulk.example' }))).changed).toBe(600);
    expect((await steer('remove', all({ nextHop: 'bulk.example' }))).changed).toBe(600);
    expect(await under.steering.countLines({})).toBe(4);
  });

  it('shows what is under way as active in lists, counts, groups and orders, unless it is held', async () => {
    await steer('hold', one('entry-1', 1));
    const underWay = [
      { entryId: 'entry-1', ordinal: 1 },
      { entryId: 'entry-2', ordinal: 0 },
    ];
    expect(await placesOf({ state: 'active', underWay })).toEqual(['entry-2/0']);
    expect(await placesOf({ state: 'deferred', underWay })).toEqual([]);
    expect(await placesOf({ state: 'queued', underWay })).toEqual(['entry-1/0', 'entry-3/0']);
    expect(await placesOf({ state: 'held', underWay })).toEqual(['entry-1/1']);
    const lines = await under.steering.listLines({ underWay }, { limit: 5 });
    expect(lines.map(({ recipient }) => recipient.state)).toEqual(['queued', 'held', 'active', 'queued']);
    const [group] = await under.steering.groupLines({ underWay }, 'nextHop', 1);
    expect(group).toMatchObject({ key: 'gmail.example', active: 1, deferred: 0, held: 1 });
    expect(await steer('hold', all({ state: 'active', underWay }))).toMatchObject({ changed: 1 });
    expect((await store.find('entry-2'))?.recipients[0]).toMatchObject({ state: 'held', attempts: 1 });
  });

  const SMART_HOST: ChosenNextHop = { kind: 'host', host: 'smtp.isp.example', port: 587, tls: 'required' };

  it('sends recipients another way, due at once, and remembers which way was chosen before', async () => {
    const changed = await carryOut(
      { action: 'changeNextHop', nextHop: SMART_HOST },
      all({ nextHop: 'gmail.example' }),
    );
    expect(changed).toEqual({
      changed: [
        { entryId: 'entry-1', ordinal: 1 },
        { entryId: 'entry-2', ordinal: 0 },
      ],
      events: ['entry-1', 'entry-2'].map((traceId, index) => ({
        type: 'nextHopChanged',
        traceId,
        at: 5_000,
        recipient: ['"b@c"@Gmail.example', 'bob@gmail.example'][index],
        nextHop: 'smtp.isp.example:587',
        by: 'admin',
      })),
    });
    expect((await store.find('entry-2'))?.recipients[0]).toMatchObject({
      chosenNextHop: SMART_HOST,
      nextHop: 'smtp.isp.example:587',
      nextAttemptAt: 5_000,
      state: 'deferred',
    });
    expect(await placesOf({ nextHop: 'smtp.isp.example:587' })).toEqual(['entry-1/1', 'entry-2/0']);
    const again = await carryOut({ action: 'changeNextHop', nextHop: SMART_HOST }, all({}));
    expect(again.changed).toHaveLength(2);
    const back = await carryOut({ action: 'changeNextHop', nextHop: null }, one('entry-2'));
    expect(back.changed).toEqual([{ entryId: 'entry-2', ordinal: 0, chosenBefore: SMART_HOST }]);
    expect((await store.find('entry-2'))?.recipients[0]).not.toHaveProperty('chosenNextHop');
    expect((await store.find('entry-2'))?.recipients[0]).not.toHaveProperty('nextHop');
  });

  it('holds by a rule with its name as the reason, which goes with the release', async () => {
    const { events } = await carryOut({ action: 'hold', heldBy: 'Large mail' }, one('entry-3'));
    expect(await placesOf({ heldBy: 'Large mail' })).toHaveLength(1);
    expect(await placesOf({ heldBy: 'another' })).toEqual([]);
    expect(events).toEqual([
      {
        type: 'heldByRule',
        traceId: 'entry-3',
        at: 5_000,
        recipient: 'carol@mail.example',
        rule: 'Large mail',
      },
    ]);
    expect((await store.find('entry-3'))?.recipients[0]).toMatchObject({
      state: 'held',
      heldBy: 'Large mail',
    });
    await steer('release', one('entry-3'));
    expect((await store.find('entry-3'))?.recipients[0]).not.toHaveProperty('heldBy');
  });

  it('changes, adds and removes recipients of an entry in one commit, and says who did what', async () => {
    const edit = {
      entryId: 'entry-1',
      change: [{ ordinal: 0, address: 'anne@example.com' }],
      add: ['dora@example.org'],
      remove: [1],
      by: 'admin',
      at: 5_000,
    };
    expect(await under.steering.editRecipients(edit)).toEqual({
      changed: [0, 1, 2].map((ordinal) => ({ entryId: 'entry-1', ordinal })),
      events: [
        {
          type: 'recipientChanged',
          traceId: 'entry-1',
          at: 5_000,
          by: 'admin',
          recipient: 'anna@example.com',
          into: 'anne@example.com',
        },
        { type: 'recipientAdded', traceId: 'entry-1', at: 5_000, by: 'admin', recipient: 'dora@example.org' },
        { type: 'removed', traceId: 'entry-1', at: 5_000, by: 'admin', recipient: '"b@c"@Gmail.example' },
      ],
    });
    expect((await store.find('entry-1'))?.recipients).toEqual([
      { ordinal: 0, address: 'anne@example.com', state: 'queued', attempts: 0, nextAttemptAt: 5_000 },
      { ordinal: 2, address: 'dora@example.org', state: 'queued', attempts: 0, nextAttemptAt: 5_000 },
    ]);
  });

  it('begins anew for a changed address, held where it was held, and edits nothing that has left', async () => {
    await steer('hold', one('entry-2'));
    const edit = { add: [], remove: [], by: 'admin', at: 5_000 };
    await under.steering.editRecipients({
      ...edit,
      entryId: 'entry-2',
      change: [{ ordinal: 0, address: 'rob@gmail.example' }],
    });
    expect((await store.find('entry-2'))?.recipients).toEqual([
      { ordinal: 0, address: 'rob@gmail.example', state: 'held', attempts: 0, nextAttemptAt: 5_000 },
    ]);
    const gone = { ordinal: 7, address: 'x@example.com' };
    expect(await under.steering.editRecipients({ ...edit, entryId: 'entry-2', change: [gone] })).toBeNull();
    expect(await under.steering.editRecipients({ ...edit, entryId: 'entry-9', change: [] })).toBeNull();
  });
});
