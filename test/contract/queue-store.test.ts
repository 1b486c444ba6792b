/** What every QueueStore must do; run against each implementation. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deposit, NewQueueEntry, QueueStore } from '../../src-main/mail/queue/port.ts';
import { openTestStorage } from './mail-stores.ts';
import { newEntry, openMemory, openSqlite, outcome, type Under } from './queue-stores.ts';

describe.each([
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: openSqlite },
])('a queue store in $name', ({ open }) => {
  let under: Under;
  let store: QueueStore;

  beforeEach(async () => {
    under = await open();
    store = under.store;
  });

  afterEach(() => under.close());

  const deposit = (): Deposit => ({ accountId: under.account, mailbox: 'INBOX', prefix: '', flags: [] });

  it('gives the entry back as it was queued, every recipient due at once', async () => {
    const entry = await newEntry(under, {
      recipients: ['anna@example.com', 'tom@example.com'],
      smtpUtf8: true,
    });
    const queued = await store.enqueue(entry);
    expect(queued).toMatchObject({
      id: 'entry-1',
      reversePath: 'tom@example.com',
      smtpUtf8: true,
      origin: 'submission',
    });
    expect(queued.recipients).toEqual([
      { ordinal: 0, address: 'anna@example.com', state: 'queued', attempts: 0, nextAttemptAt: 1_000 },
      { ordinal: 1, address: 'tom@example.com', state: 'queued', attempts: 0, nextAttemptAt: 1_000 },
    ]);
    expect(await store.find('entry-1')).toEqual(queued);
    expect(await store.due(1_000, 10)).toEqual([queued]);
    expect(await store.due(999, 10)).toEqual([]);
  });

  it.each<[string, Partial<NewQueueEntry>]>([
    ['who handed it in', { client: { address: '192.0.2.7', account: 'tom@example.com' } }],
    ['which server handed it in', { client: { address: '192.0.2.8' } }],
    [
      'what was found out about the message',
      {
        prefix: 'Authentication-Results: mx.example.com; none\r\n',
        verdict: { action: 'junk', score: 6, findings: [], decidedBy: 'score' },
      },
    ],
    ['BODY=8BITMIME and REQUIRETLS', { isEightBit: true, requireTls: true }],
  ])('remembers %s, at once and when it is read back', async (_title, facts) => {
    expect(await store.enqueue(await newEntry(under, facts))).toMatchObject(facts);
    expect(await store.find('entry-1')).toMatchObject(facts);
  });

  it('refuses a second entry of the same id and keeps the first', async () => {
    await store.enqueue(await newEntry(under, {}));
    await expect(store.enqueue(await newEntry(under, { reversePath: 'x@example.com' }))).rejects.toThrow();
    expect((await store.find('entry-1'))?.reversePath).toBe('tom@example.com');
  });

  it('lets an entry go with its last recipient, its copies in the mailboxes', async () => {
    await store.enqueue(await newEntry(under, { recipients: ['anna@example.com', 'tom@example.com'] }));
    const attempt = { entryId: 'entry-1', at: 2_000, events: [] };
    await store.recordAttempt({
      ...attempt,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [deposit()],
    });
    expect((await store.find('entry-1'))?.recipients.map((recipient) => recipient.ordinal)).toEqual([1]);
    await store.recordAttempt({
      ...attempt,
      outcomes: [{ ordinal: 1, outcome: outcome('relayed') }],
      deposits: [],
    });
    expect(await store.find('entry-1')).toBeNull();
    expect(await under.copies()).toBe(1);
  });

  it('remembers for the whole office what is not to be done twice', async () => {
    await store.enqueue(await newEntry(under, {}));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [],
      marks: [{ accountId: null, kind: 'scriptProblem', key: 'k', expiresAt: 9_000 }],
      events: [],
    });
    expect(await store.hasMark({ accountId: null, kind: 'scriptProblem', key: 'k' }, 8_999)).toBe(true);
    expect(await store.hasMark({ accountId: null, kind: 'scriptProblem', key: 'k' }, 9_000)).toBe(false);
    expect(await store.hasMark({ accountId: under.account, kind: 'scriptProblem', key: 'k' }, 8_000)).toBe(
      false,
    );
  });

  it('holds a group in its place for its moderators, together with the notice that tells them', async () => {
    await store.enqueue(await newEntry(under, { recipients: ['board@example.com'] }));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [],
      awaitModeration: [{ ordinal: 0, group: 'board@example.com' }],
      deposits: [],
      following: [await newEntry(under, { id: 'notice', recipients: ['anna@example.com'] })],
      events: [],
    });
    expect((await store.find('entry-1'))?.recipients).toMatchObject([
      { address: 'board@example.com', state: 'held', attempts: 0, moderatedGroup: 'board@example.com' },
    ]);
    expect(await store.find('notice')).not.toBeNull();
    const order = {
      action: 'release',
      selection: { kind: 'filter', filter: {} },
      by: 'anna',
      at: 3_000,
    } as const;
    const told = [];
    for await (const { events } of under.steering.steer(order)) told.push(...events);
    expect(told).toMatchObject([{ type: 'released', by: 'anna', group: 'board@example.com' }]);
    expect((await store.find('entry-1'))?.recipients).toMatchObject([
      { state: 'queued', moderatedGroup: 'board@example.com' },
    ]);
  });

  it('puts the addresses that an alias leads to in its place, in the commit that takes it away', async () => {
    await store.enqueue(await newEntry(under, { recipients: ['tom@example.com', 'team@example.com'] }));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [
        { ordinal: 0, outcome: outcome('delivered') },
        { ordinal: 1, outcome: outcome('delivered') },
      ],
      deposits: [deposit()],
      newRecipients: [
        { address: 'jack@server2.com', dsn: { notify: ['failure'] } },
        { address: 'jill@server2.com' },
      ],
      events: [],
    });
    const waiting = { state: 'queued', attempts: 0, nextAttemptAt: 2_000 };
    expect((await store.find('entry-1'))?.recipients).toEqual([
      { ...waiting, ordinal: 2, address: 'jack@server2.com', dsn: { notify: ['failure'] } },
      { ...waiting, ordinal: 3, address: 'jill@server2.com' },
    ]);
    expect(await store.due(2_000, 10)).toHaveLength(1);
    expect(await under.copies()).toBe(1);
  });

  it('queues what follows from an attempt with its commit, sharing the content where it is the same', async () => {
    const first = await store.enqueue(await newEntry(under, {}));
    const { index } = (await newEntry(under, {})).content;
    const { contentId, sizeBytes } = first;
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [],
      following: [
        {
          ...(await newEntry(under, { id: 'forwarded', recipients: ['jack@server2.com'] })),
          content: { contentId, sizeBytes, index },
        },
        await newEntry(under, { id: 'reply', reversePath: '', text: 'Subject: away\r\n\r\n' }),
      ],
      events: [],
    });
    expect(await store.find('entry-1')).toBeNull();
    expect((await store.due(5_000, 10)).map(({ id }) => id)).toEqual(['forwarded', 'reply']);
    expect((await store.find('forwarded'))?.sizeBytes).toBe(sizeBytes);
  });

  it('queues nothing that follows from an attempt whose entry is gone', async () => {
    await store.recordAttempt({
      entryId: 'gone',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [],
      following: [await newEntry(under, { id: 'reply' })],
      events: [],
    });
    expect(await store.find('reply')).toBeNull();
  });

  it('remembers a mark of a delivery until it expires', async () => {
    await store.enqueue(await newEntry(under, {}));
    const mark = { accountId: under.account, kind: 'vacation', key: 'jack@server2.com' };
    expect(await store.hasMark(mark, 2_000)).toBe(false);
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [deposit()],
      marks: [{ ...mark, expiresAt: 9_000 }],
      events: [],
    });
    expect(await store.hasMark(mark, 8_999)).toBe(true);
    expect(await store.hasMark(mark, 9_000)).toBe(false);
    expect(await store.hasMark({ ...mark, key: 'jill@server2.com' }, 2_000)).toBe(false);
  });

  it('keeps a deferred recipient until it is due again, and counts the attempt', async () => {
    await store.enqueue(await newEntry(under, {}));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('deferred'), nextAttemptAt: 9_000 }],
      deposits: [],
      events: [],
    });
    expect((await store.find('entry-1'))?.recipients).toEqual([
      {
        ordinal: 0,
        address: 'anna@example.com',
        state: 'deferred',
        attempts: 1,
        nextAttemptAt: 9_000,
        lastOutcome: outcome('deferred'),
      },
    ]);
    expect(await store.due(8_999, 10)).toEqual([]);
    expect(await store.due(9_000, 10)).toHaveLength(1);
    expect(await store.nextDueAt()).toBe(9_000);
    expect(await store.nextDueAt(8_999)).toBe(9_000);
    expect(await store.nextDueAt(9_000)).toBeNull();
  });

  it('keeps bulk in a lane of its own, each oldest due first', async () => {
    for (const [id, receivedAt, isBulk] of [
      ['bulk-1', 1_000, true],
      ['note-2', 3_000, false],
      ['note-1', 2_000, false],
      ['bulk-2', 1_500, true],
    ] as const) {
      await store.enqueue(await newEntry(under, { id, receivedAt, ...(isBulk && { isBulk }) }));
    }
    const due = async (...args: Parameters<QueueStore['due']>) =>
      (await store.due(...args)).map(({ id }) => id);
    expect(await due(9_000, 10)).toEqual(['note-1', 'note-2']);
    expect(await due(9_000, 10, 'bulk')).toEqual(['bulk-1', 'bulk-2']);
    expect(await due(9_000, 1, 'bulk')).toEqual(['bulk-1']);
    expect((await store.find('bulk-1'))?.isBulk).toBe(true);
    expect(await store.nextDueAt(1_500)).toBe(2_000);
    expect(await store.nextDueAt()).toBe(1_000);
  });

  it('holds from the beginning what a rule holds, with its name', async () => {
    const recipients = ['anna@example.com', 'bob@example.com'];
    const queued = await store.enqueue(await newEntry(under, { recipients, heldBy: { 1: 'Bob away' } }));
    expect(queued.recipients[1]).toMatchObject({ state: 'held', heldBy: 'Bob away' });
    expect(await store.find('entry-1')).toEqual(queued);
    expect(await store.depth()).toMatchObject({ queued: 1, held: 1 });
  });

  it('postpones a turn without an attempt, and remembers where the recipient was routed', async () => {
    await store.enqueue(await newEntry(under, {}));
    const attempt = { entryId: 'entry-1', at: 2_000, deposits: [], events: [] };
    await store.recordAttempt({
      ...attempt,
      outcomes: [],
      postponed: [{ ordinal: 0, until: 7_000 }],
      routedTo: { 0: 'Archive' },
    });
    expect((await store.find('entry-1'))?.recipients).toEqual([
      {
        ordinal: 0,
        address: 'anna@example.com',
        state: 'queued',
        attempts: 0,
        nextAttemptAt: 7_000,
        nextHop: 'Archive',
      },
    ]);
    await store.recordAttempt({
      ...attempt,
      outcomes: [{ ordinal: 0, outcome: outcome('deferred'), nextAttemptAt: 9_000, isUntried: true }],
    });
    expect((await store.find('entry-1'))?.recipients[0]).toMatchObject({
      state: 'deferred',
      attempts: 0,
      nextAttemptAt: 9_000,
      lastOutcome: outcome('deferred'),
    });
  });

  const bounceOf = async (id: string, text?: string): Promise<NewQueueEntry> =>
    newEntry(under, {
      id,
      reversePath: '',
      receivedAt: 2_000,
      origin: 'bounce',
      recipients: ['tom@example.com'],
      ...(text !== undefined && { text }),
    });

  it('lets a failed recipient go with the DSN that tells of it, in one commit', async () => {
    await store.enqueue(await newEntry(under, { recipients: ['anna@example.com', 'bob@example.com'] }));
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('failed') }],
      deposits: [],
      bounce: await bounceOf('dsn-1'),
      events: [],
    });
    expect((await store.find('entry-1'))?.recipients.map(({ ordinal }) => ordinal)).toEqual([1]);
    expect(await store.find('dsn-1')).toMatchObject({
      reversePath: '',
      origin: 'bounce',
      recipients: [{ address: 'tom@example.com', state: 'queued', nextAttemptAt: 2_000 }],
    });
    await store.recordAttempt({
      entryId: 'entry-1',
      at: 3_000,
      outcomes: [{ ordinal: 1, outcome: outcome('failed') }],
      deposits: [],
      events: [],
    });
    expect(await store.find('entry-1')).toBeNull();
    expect((await store.due(Number.MAX_SAFE_INTEGER, 10)).map(({ id }) => id)).toEqual(['dsn-1']);
  });

  it('records nothing of an attempt whose DSN cannot be queued', async () => {
    const queued = await store.enqueue(
      await newEntry(under, { recipients: ['anna@example.com', 'tom@example.com'] }),
    );
    await store.enqueue(await bounceOf('dsn-1', 'Subject: another\r\n\r\n'));
    const failing = store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [
        { ordinal: 0, outcome: outcome('failed') },
        { ordinal: 1, outcome: outcome('delivered') },
      ],
      deposits: [deposit()],
      // The id is taken, so that the DSN's own row is what fails.
      bounce: await bounceOf('dsn-1'),
      events: [],
    });
    await expect(failing).rejects.toThrow();
    expect(await store.find('entry-1')).toEqual(queued);
    expect(await under.copies()).toBe(0);
    expect(await store.depth()).toMatchObject({ queued: 3 });
  });

  it('queues no DSN about an entry that is gone', async () => {
    await store.recordAttempt({
      entryId: 'nothing',
      at: 0,
      outcomes: [{ ordinal: 0, outcome: outcome('failed') }],
      deposits: [],
      bounce: await bounceOf('dsn-1', `Subject: large\r\n\r\n${'x'.repeat(300_000)}`),
      events: [],
    });
    expect(await store.find('dsn-1')).toBeNull();
  });

  it('keeps what the sender asks of DSNs, and that a delay was reported', async () => {
    const dsn = { returns: 'headers', envelopeId: 'QQ 1' } as const;
    const recipientDsn = {
      0: { notify: [], originalRecipient: { type: 'rfc822', address: 'Anna+x@example.com' } },
      2: { notify: ['success', 'delay'] as const },
    };
    const recipients = ['anna@example.com', 'bob@example.com', 'tom@example.com'];
    const queued = await store.enqueue(await newEntry(under, { recipients, dsn, recipientDsn }));
    expect(queued.dsn).toEqual(dsn);
    expect(queued.recipients.map((recipient) => recipient.dsn)).toEqual([
      recipientDsn[0],
      undefined,
      recipientDsn[2],
    ]);
    expect(await store.find('entry-1')).toEqual(queued);
    const deferral = { ordinal: 1, outcome: outcome('deferred'), nextAttemptAt: 9_000 };
    const attempt = { entryId: 'entry-1', at: 2_000, deposits: [], events: [] };
    const isDelayReported = async () => (await store.find('entry-1'))?.recipients[1]?.isDelayReported;
    await store.recordAttempt({ ...attempt, outcomes: [deferral] });
    expect(await isDelayReported()).toBeUndefined();
    await store.recordAttempt({ ...attempt, outcomes: [{ ...deferral, isDelayReported: true }] });
    await store.recordAttempt({ ...attempt, outcomes: [deferral] });
    expect(await isDelayReported()).toBe(true);
    expect((await store.find('entry-1'))?.recipients[0]?.isDelayReported).toBeUndefined();
  });

  it('ignores the outcome of an entry that is gone', async () => {
    await store.recordAttempt({
      entryId: 'nothing',
      at: 0,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [deposit()],
      events: [],
    });
    expect(await under.copies()).toBe(0);
  });

  it('pages through what is due, oldest first', async () => {
    for (const [id, receivedAt] of [
      ['entry-b', 2],
      ['entry-a', 1],
      ['entry-c', 3],
    ] as const) {
      await store.enqueue(await newEntry(under, { id, receivedAt }));
    }
    expect((await store.due(10, 2)).map((entry) => entry.id)).toEqual(['entry-a', 'entry-b']);
    expect((await store.list({ offset: 1, limit: 5 })).length).toBe(2);
    expect(await store.depth()).toMatchObject({ queued: 3, oldestReceivedAt: 1 });
  });

  it('fills every page of what is due while others leave the queue', async () => {
    const entries = 200;
    const limit = 50;
    const ids = Array.from({ length: entries }, (_, number) => `entry-${String(number).padStart(3, '0')}`);
    for (const id of ids) await store.enqueue(await newEntry(under, { id }));
    const leaving = ids.slice(0, entries - limit).map((entryId) =>
      store.recordAttempt({
        entryId,
        at: 2_000,
        outcomes: [{ ordinal: 0, outcome: outcome('relayed') }],
        deposits: [],
        events: [],
      }),
    );
    let isLeaving = true;
    const allLeft = Promise.all(leaving).then(() => (isLeaving = false));
    while (isLeaving) {
      expect(await store.due(3_000, limit)).toHaveLength(limit);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await allLeft;
  });
});

describe('content on disk', () => {
  const LARGE = `Subject: large\r\n\r\n${'x'.repeat(300_000)}`;
  let under: Awaited<ReturnType<typeof openSqlite>>;

  beforeEach(async () => {
    under = await openSqlite();
  });

  afterEach(() => under.close());

  const files = () => readdir(join(under.folder, 'content'));

  it('goes with its last reference, the file as well', async () => {
    await under.store.enqueue(await newEntry(under, { text: LARGE }));
    await under.store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [
        { accountId: under.account, mailbox: 'INBOX', prefix: 'X: 1\r\n', flags: ['\\Deleted'] },
        { accountId: under.account, mailbox: 'Archive', prefix: '', flags: ['\\Deleted'] },
      ],
      events: [],
    });
    expect(await files()).toHaveLength(1);
    const store = under.storage.mailStore;
    const inbox = await store.findMailbox(under.account, 'INBOX');
    const archive = await store.findMailbox(under.account, 'Archive');
    await store.expunge(inbox?.id ?? 0);
    expect(await files()).toHaveLength(1);
    await store.expunge(archive?.id ?? 0);
    expect(await files()).toEqual([]);
  });

  it('goes when an administrator removes the entry; the timeline keeps who did', async () => {
    await under.store.enqueue(await newEntry(under, { text: LARGE }));
    expect(await files()).toHaveLength(1);
    const selection = { kind: 'filter', filter: {} } as const;
    for await (const batch of under.steering.steer({ action: 'remove', selection, by: 'admin', at: 5_000 })) {
      expect(batch.changed).toHaveLength(1);
    }
    expect(await files()).toEqual([]);
    expect(await under.storage.timelines.readTimeline('entry-1')).toMatchObject({
      summary: { state: 'deleted' },
      events: [{ type: 'removed', recipient: 'anna@example.com', by: 'admin' }],
    });
  });

  it('of a message that somebody got before the rest was deleted, the timeline says that it arrived', async () => {
    const steer = async () => {
      const selection = { kind: 'filter', filter: {} } as const;
      for await (const batch of under.steering.steer({ action: 'remove', selection, by: 'admin', at: 3_000 }))
        expect(batch.changed).toHaveLength(1);
    };
    await under.store.enqueue(await newEntry(under, { recipients: ['anna@example.com', 'bob@example.com'] }));
    await under.store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [],
      events: [
        { type: 'attempted', traceId: 'entry-1', at: 2_000, attempt: 1, outcome: outcome('delivered') },
      ],
    });
    await steer();
    expect((await under.storage.timelines.readTimeline('entry-1'))?.summary.state).toBe('done');
  });

  it('goes with the account that held it', async () => {
    const store = under.storage.mailStore;
    const inbox = await store.findMailbox(under.account, 'INBOX');
    const { content } = await newEntry(under, { text: LARGE });
    await store.appendMessages(inbox?.id ?? 0, [{ content, flags: [], internalDate: 0 }]);
    expect(await files()).toHaveLength(1);
    await under.storage.directory.removeAccount(under.account);
    expect(await files()).toEqual([]);
    expect(await store.listMailboxes(under.account)).toEqual([]);
  });

  it('goes with the last entry that shares it', async () => {
    const { contentId } = await under.store.enqueue(await newEntry(under, { text: LARGE }));
    const { content } = await newEntry(under, {});
    const forwarded = { contentId, sizeBytes: content.sizeBytes, index: content.index };
    const attempt = { at: 2_000, deposits: [], events: [] };
    const delivered = [{ ordinal: 0, outcome: outcome('delivered') }];
    await under.store.recordAttempt({
      ...attempt,
      entryId: 'entry-1',
      outcomes: delivered,
      following: [{ ...(await newEntry(under, { id: 'forwarded' })), content: forwarded }],
    });
    expect(await files()).toHaveLength(1);
    await under.store.recordAttempt({ ...attempt, entryId: 'forwarded', outcomes: delivered });
    expect(await files()).toEqual([]);
  });

  it('is the copy’s own where a filter changed it, and goes with the copy', async () => {
    await under.store.enqueue(await newEntry(under, {}));
    const { content } = await newEntry(under, { text: LARGE });
    await under.store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [{ accountId: under.account, mailbox: 'INBOX', prefix: '', flags: [], content }],
      events: [],
    });
    const [inbox] = await under.storage.mailStore.listMailboxes(under.account);
    expect(inbox?.sizeBytes).toBe(LARGE.length);
    expect(await files()).toHaveLength(1);
    await under.storage.directory.removeAccount(under.account);
    expect(await files()).toEqual([]);
  });

  it('is not discarded once a commit names it, whatever became of the answer', async () => {
    const entry = await newEntry(under, { text: LARGE });
    await under.store.enqueue(entry);
    await under.spool.discard(entry.content);
    expect(await files()).toHaveLength(1);
    await under.spool.discard((await newEntry(under, { id: 'entry-2', text: LARGE })).content);
    expect(await files()).toHaveLength(1);
  });

  it('that was cut off while it arrived is cleared at the next start; what a message holds stays', async () => {
    await under.store.enqueue(await newEntry(under, { text: LARGE }));
    const cutOff = await under.spool.create();
    await cutOff.write(Buffer.from('half a mess'));
    expect(await files()).toHaveLength(2);
    await under.storage.close();
    const again = await openTestStorage(under.folder);
    expect(await files()).toHaveLength(1);
    await again.close();
    Object.assign(under, { close: () => rm(under.folder, { recursive: true }) });
  });

  it('of a DSN whose entry is gone is cleared at once; a message that failed for somebody stays failed', async () => {
    const bounce = await newEntry(under, { id: 'dsn-1', text: LARGE, reversePath: '' });
    const failure = {
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('failed') }],
      deposits: [],
      events: [],
    };
    await under.store.recordAttempt({ ...failure, entryId: 'nothing', bounce });
    expect(await files()).toEqual([]);
    await under.store.enqueue(await newEntry(under, { recipients: ['anna@example.com', 'bob@example.com'] }));
    await under.store.recordAttempt({ ...failure, entryId: 'entry-1' });
    await under.store.recordAttempt({
      ...failure,
      entryId: 'entry-1',
      outcomes: [{ ordinal: 1, outcome: outcome('delivered') }],
    });
    expect(await under.store.find('entry-1')).toBeNull();
    expect((await under.storage.timelines.readTimeline('entry-1'))?.summary.state).toBe('failed');
  });

  it('writes the timeline with the commits that it tells of', async () => {
    const event = {
      type: 'queued',
      traceId: 'entry-1',
      at: 1_000,
      recipients: ['anna@example.com'],
    } as const;
    await under.store.enqueue(await newEntry(under, { events: [event] }));
    const { timelines } = under.storage;
    expect((await timelines.readTimeline('entry-1'))?.summary).toMatchObject({
      subject: 'hello',
      state: 'waiting',
    });
    const finished = { type: 'finished', traceId: 'entry-1', at: 2_000 } as const;
    await under.store.recordAttempt({
      entryId: 'entry-1',
      at: 2_000,
      outcomes: [{ ordinal: 0, outcome: outcome('delivered') }],
      deposits: [],
      events: [finished],
    });
    expect(await timelines.readTimeline('entry-1')).toMatchObject({
      summary: { state: 'done' },
      events: [event, finished],
    });
    expect((await timelines.listMessages({ text: 'HELLO anna', limit: 10 })).items).toHaveLength(1);
    expect((await timelines.listMessages({ text: 'hello bob', limit: 10 })).items).toEqual([]);
    expect((await timelines.listMessages({ text: '100%', limit: 10 })).items).toEqual([]);
    expect(await timelines.prune(1_001, 10)).toBe(1);
    expect(await timelines.readTimeline('entry-1')).toBeNull();
  });
});
