import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../../test/contract/mail-stores.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import type { QuarantinedCopy } from '../../mail/queue/port.ts';
import type { MailLesson } from '../../mail/screening/store-port.ts';
import type { Storage } from '../open-storage.ts';

let folder: string;
let storage: Storage;
let anna: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-screening-'));
  storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  anna = await addTestAccount(storage, 'anna');
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

async function stage(text: string) {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const writer = receiver.begin();
  await writer.write(Buffer.from(text));
  return writer.finish();
}

async function mailboxId(name: string): Promise<number> {
  return (await storage.mailStore.findMailbox(anna, name))?.id ?? 0;
}

describe('the greylist', () => {
  test('is kept, and forgets what never came back', async () => {
    const row = { firstAt: 1, seenAt: 2, passes: 0 };
    await storage.screening.greylist.put('a', row);
    await storage.screening.greylist.put('b', { ...row, seenAt: Date.now() });
    expect(await storage.screening.greylist.find('a')).toEqual(row);
    await storage.upkeep.pruneScreening();
    expect(await storage.screening.greylist.find('a')).toBeNull();
    expect(await storage.screening.greylist.find('b')).not.toBeNull();
  });
});

describe('what was learned', () => {
  const lesson = { owners: [0, 1], message: 7, tokens: [11, 2 ** 47 + 1], isJunk: true, at: 0 };

  test('a message teaches once, and is moved when it turns out to be the other', async () => {
    const { bayes } = storage.screening;
    expect(await bayes.learn(lesson)).toBe(2);
    expect(await bayes.learn(lesson)).toBe(0);
    expect(await bayes.totals(0)).toEqual({ junk: 1, mail: 0, tokens: 2 });
    expect(await bayes.learn({ ...lesson, isJunk: false })).toBe(2);
    expect(await bayes.totals(1)).toMatchObject({ junk: 0, mail: 1 });
    expect(await bayes.counts(1, [11, 2 ** 47 + 1, 99])).toEqual(
      new Map([
        [11, { junk: 0, mail: 1 }],
        [2 ** 47 + 1, { junk: 0, mail: 1 }],
      ]),
    );
  });

  test('goes with the account', async () => {
    const { bayes } = storage.screening;
    await bayes.learn({ ...lesson, owners: [anna] });
    await storage.directory.removeAccount(anna);
    expect(await bayes.totals(anna)).toEqual({ junk: 0, mail: 0, tokens: 0 });
  });

  test.each([
    ['INBOX', 'Junk', true],
    ['Junk', 'INBOX', false],
    ['INBOX', 'Archive', false],
    ['INBOX', 'Trash', null],
    ['Junk', 'Trash', null],
    ['Trash', 'Junk', true],
  ])('a move from %s to %s teaches: %s', async (from, to, isJunk) => {
    for (const [name, specialUse] of [
      ['Junk', '\\Junk'],
      ['Archive', '\\Archive'],
      ['Trash', '\\Trash'],
    ] as const) {
      await storage.mailStore.createMailbox(anna, name, { specialUse });
    }
    const lessons: MailLesson[] = [];
    storage.screening.bayes.onLesson((lesson) => lessons.push(lesson));
    const content = await stage('Subject: x\r\n\r\n');
    await storage.mailStore.appendMessages(await mailboxId(from), [{ content, flags: [], internalDate: 0 }]);
    await storage.mailStore.moveMessages(await mailboxId(from), [{ first: 1, last: 9 }], await mailboxId(to));
    expect(lessons.map((lesson) => lesson.isJunk)).toEqual(isJunk === null ? [] : [isJunk]);
  });
});

describe('what was corrected by hand', () => {
  const lesson = { owner: 0, message: 7, tokens: [11, 12], at: 0 };

  test('is learned once, can be taken back, and leaves nothing behind', async () => {
    const { bayes } = storage.screening;
    expect(await bayes.correct({ ...lesson, as: 'junk' })).toBeNull();
    expect(await bayes.correct({ ...lesson, as: 'mail' })).toBe('junk');
    expect(await bayes.totals(0)).toMatchObject({ junk: 0, mail: 1 });
    expect(await bayes.correct({ ...lesson, as: null })).toBe('mail');
    expect(await bayes.totals(0)).toMatchObject({ junk: 0, mail: 0 });
    expect(await bayes.counts(0, [11, 12])).toEqual(
      new Map([11, 12].map((token) => [token, { junk: 0, mail: 0 }])),
    );
  });
});

describe('lists of senders', () => {
  test('hold a sender once for each owner, and go with the account', async () => {
    const { senderLists } = storage.screening;
    await senderLists.replace(0, { allow: ['b.example', 'a@b.example'], block: ['192.0.2.0/24'] });
    expect(await senderLists.put(anna, 'b.example', 'block')).toBeNull();
    expect(await senderLists.put(anna, 'b.example', 'allow')).toBe('block');
    expect(await senderLists.read(0)).toEqual({
      allow: ['a@b.example', 'b.example'],
      block: ['192.0.2.0/24'],
    });
    expect(await senderLists.find(anna, ['x.example', 'b.example'])).toEqual([
      { pattern: 'b.example', list: 'allow' },
    ]);
    expect(await senderLists.networks(0)).toEqual([{ pattern: '192.0.2.0/24', list: 'block' }]);
    await storage.directory.removeAccount(anna);
    expect(await senderLists.read(anna)).toEqual({ allow: [], block: [] });
    expect(await senderLists.put(0, 'b.example', null)).toBe('allow');
    expect((await senderLists.read(0)).allow).toEqual(['a@b.example']);
  });
});

describe('correspondents and senders', () => {
  test('are kept by account', async () => {
    const { reputation } = storage.screening;
    await reputation.noteCorrespondents(anna, ['jack@server2.com'], 1);
    expect(await reputation.isCorrespondent(anna, 'jack@server2.com')).toBe(true);
    expect(await reputation.unknownOf(anna, ['jack@server2.com', 'x@y.example'])).toEqual(['x@y.example']);
    await reputation.noteSender(anna, 'server2.com', { mail: 2, junk: 0, at: 1 });
    await reputation.noteSender(anna, 'server2.com', { mail: -1, junk: 1, at: 2 });
    expect(await reputation.historyOf(anna, 'server2.com')).toEqual({ mail: 1, junk: 1 });
  });
});

describe('the quarantine', () => {
  const verdict = { action: 'quarantine' as const, score: 14, findings: [], decidedBy: 'score' };

  async function keepApart(id: string, copy: Partial<QuarantinedCopy> = {}): Promise<void> {
    const content = await stage(`Subject: ${id}\r\n\r\nbody\r\n`);
    const entry = {
      id,
      reversePath: 'x@y.example',
      receivedAt: 5,
      origin: 'reception' as const,
      smtpUtf8: false,
    };
    await storage.queue.enqueue({ ...entry, content, recipients: ['anna@example.com'], verdict, events: [] });
    await storage.queue.recordAttempt({
      entryId: id,
      outcomes: [
        {
          ordinal: 0,
          outcome: {
            kind: 'delivered',
            recipient: 'anna@example.com',
            status: '2.1.5',
            diagnostic: '',
            at: 6,
          },
        },
      ],
      deposits: [],
      quarantined: [
        {
          accountId: anna,
          address: 'anna@example.com',
          way: { kind: 'inbox' },
          prefix: 'Return-Path: <x@y.example>\r\n',
          recipient: 'anna@example.com',
          author: 'x@y.example',
          subject: id,
          verdict,
          ...copy,
        },
      ],
      events: [],
      at: 6,
    });
  }

  const all = { offset: 0, limit: 10 };

  test('a copy that is released lies in INBOX with its content, and the timeline says so', async () => {
    await keepApart('first');
    const { quarantine } = storage.screening;
    const [kept] = await quarantine.list({ text: 'FIRST y.example' }, all);
    expect(kept).toMatchObject({ accountId: anna, subject: 'first', verdict, keptAt: 6 });
    const filter = { ids: [kept?.id ?? 0] };
    expect(await quarantine.carryOut({ action: 'release', filter, by: 'admin', at: 7 })).toHaveLength(1);
    expect(await quarantine.count({})).toBe(0);
    const message = await storage.mailStore.openMessage(await mailboxId('INBOX'), 1);
    const octets = await message?.readRange(0, message.sizeBytes);
    expect(Buffer.from(octets ?? []).toString()).toBe(
      'Return-Path: <x@y.example>\r\nSubject: first\r\n\r\nbody\r\n',
    );
    const timeline = await storage.timelines.readTimeline('first');
    expect(timeline?.events.at(-1)).toMatchObject({
      type: 'quarantineReleased',
      account: 'anna@example.com',
    });
  });

  const elsewhere = {
    kind: 'queue',
    recipient: 'jack@server2.com',
    recipientDsn: { notify: ['failure'] },
    origin: 'reception',
    client: { address: '192.0.2.7' },
    smtpUtf8: false,
    prefix: 'X-Spam-Flag: YES\r\n',
  } as const;

  test('the office’s copy goes on through the queue when it is released, once, with its content', async () => {
    await keepApart('first', { accountId: null, address: 'jack@server2.com', way: elsewhere });
    await keepApart('second');
    const { quarantine } = storage.screening;
    const [kept] = await quarantine.list({ isOffices: true }, all);
    expect(kept).toMatchObject({
      accountId: null,
      address: 'jack@server2.com',
      kind: 'junk',
      way: elsewhere,
    });
    const order = { action: 'release', filter: { isOffices: true }, by: 'admin', at: 7 } as const;
    const both = await Promise.all([quarantine.carryOut(order), quarantine.carryOut(order)]);
    expect(both.map((left) => left.length)).toEqual([1, 0]);
    expect(await quarantine.count({})).toBe(1);
    const [entry, ...others] = await storage.queue.list({ offset: 0, limit: 9 });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      contentId: kept?.contentId,
      reversePath: 'x@y.example',
      receivedAt: 7,
      client: { address: '192.0.2.7' },
      prefix: 'X-Spam-Flag: YES\r\n',
      verdict: { action: 'accept', decidedBy: 'quarantine.released' },
      recipients: [{ address: 'jack@server2.com', state: 'queued', dsn: { notify: ['failure'] } }],
    });
    const timeline = await storage.timelines.readTimeline('first');
    expect(timeline?.events.at(-1)).toEqual({
      ...{ type: 'quarantineReleased', traceId: 'first', at: 7, by: 'admin' },
      ...{ account: 'jack@server2.com', followingTraceId: entry?.id },
    });
    const following = await storage.timelines.readTimeline(entry?.id ?? '');
    expect(following?.events.map(({ type }) => type)).toEqual(['received', 'follows', 'queued']);
    expect(await storage.content.readIndex(kept?.contentId ?? 0)).toMatchObject({ subject: 'first' });
  });

  test('a message is found wherever a copy of it lies', async () => {
    await keepApart('first');
    const { findContent, quarantine } = storage.screening;
    const [kept] = await quarantine.list({}, all);
    expect(await findContent('first')).toBe(kept?.contentId);
    await quarantine.carryOut({ action: 'release', filter: {}, by: 'admin', at: 7 });
    expect(await findContent('first')).toBe(kept?.contentId);
    expect(await findContent('second')).toBeNull();
  });

  test('the office’s copy that nobody releases goes in its time, content and all', async () => {
    await keepApart('first', { accountId: null, address: 'jack@server2.com', way: elsewhere });
    const { quarantine } = storage.screening;
    const [kept] = await quarantine.list({}, all);
    await quarantine.carryOut({ action: 'remove', filter: { keptBefore: 7 }, by: null, at: 8 });
    await expect(storage.content.readIndex(kept?.contentId ?? 0)).rejects.toThrow('no content');
    const timeline = await storage.timelines.readTimeline('first');
    expect(timeline?.events.at(-1)).toMatchObject({ type: 'quarantineRemoved', account: 'jack@server2.com' });
  });

  test('a copy that is deleted takes its content along, and the timeline says so', async () => {
    await keepApart('first');
    await keepApart('second');
    const { quarantine } = storage.screening;
    const [kept] = await quarantine.list({ text: 'second' }, all);
    await quarantine.carryOut({ action: 'remove', filter: { text: 'second' }, by: null, at: 7 });
    expect((await quarantine.list({}, all)).map(({ subject }) => subject)).toEqual(['first']);
    await expect(storage.content.readIndex(kept?.contentId ?? 0)).rejects.toThrow('no content');
    const timeline = await storage.timelines.readTimeline('second');
    expect(timeline?.events.at(-1)).toMatchObject({ type: 'quarantineRemoved', by: null });
  });

  test('goes with its account, content and all', async () => {
    await keepApart('first');
    const [kept] = await storage.screening.quarantine.list({}, all);
    await storage.directory.removeAccount(anna);
    expect(await storage.screening.quarantine.count({})).toBe(0);
    await expect(storage.content.readIndex(kept?.contentId ?? 0)).rejects.toThrow('no content');
  });
});
