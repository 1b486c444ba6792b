/** Timelines are found by their keys, encrypted or not, and no query goes through all of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findMessages } from '../../src-main/observe/find-messages.ts';
import type { MessageFilter } from '../../src-main/observe/port.ts';
import { Connection, type SqlValue } from '../../src-main/storage/connection.ts';
import { keyFileIn, type Storage } from '../../src-main/storage/open-storage.ts';
import { openRootKey } from '../../src-main/storage/sealing/root-key.ts';
import { readTimeline } from '../../src-main/storage/timeline-store.ts';
import { findTraces } from '../../src-main/storage/trace-search/find-traces.ts';
import { seededKeys, seedTimelines } from '../support/timeline-seed.ts';
import { openTestStorage } from './mail-stores.ts';

/** More than a block: one is stored, the next one lies in memory. */
const MESSAGES = 9_000;

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-traces-'));
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

async function seed(isEncrypted: boolean, count = MESSAGES): Promise<void> {
  storage = await openTestStorage(folder, isEncrypted);
  await storage.close();
  await seedTimelines(folder, count);
  storage = await openTestStorage(folder, isEncrypted);
}

async function find(filter: Omit<MessageFilter, 'limit'>, limit = 10): Promise<readonly string[]> {
  const { items } = await findMessages(storage.timelines, { ...filter, limit });
  return items.map(({ traceId }) => traceId);
}

/** All pages, until there is none. */
async function findAll(filter: Omit<MessageFilter, 'limit'>, limit: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const page = await storage.timelines.listMessages({
      ...filter,
      limit,
      ...(next !== undefined && { before: next }),
    });
    found.push(...page.items.map(({ traceId }) => traceId));
    next = page.next;
  }
  return found;
}

async function findsByEachKey(index: number): Promise<void> {
  const keys = seededKeys(index);
  const { traceId, sender, recipient, subject, messageId, clientName, clientAddress } = keys;
  const texts = [
    traceId,
    messageId,
    messageId.slice(1, -1),
    `${sender} ${recipient}`,
    subject.split(' ').at(-1) ?? '',
    `${clientName} ${clientAddress}`,
    ...(index % 4 === 0 ? [`${keys.remoteMta} ${recipient}`, keys.remoteId] : []),
    `bounced\nFinal-Recipient: rfc822; nobody@example.com\nMessage-ID: ${messageId}`,
    `bounced\nFinal-Recipient: rfc822; ${recipient}\nSubject: ${subject}`,
  ];
  for (const text of texts) expect(await find({ text }), text).toContain(traceId);
}

describe.each([{ isEncrypted: true }, { isEncrypted: false }])(
  'encrypted: $isEncrypted',
  ({ isEncrypted }) => {
    test('a message is found by any of its keys, before and after its block is stored', async () => {
      await seed(isEncrypted);
      for (const index of [8, 8_000]) await findsByEachKey(index);
      await storage.timelines.fill();
      for (const index of [8, 4_004, 8_000, 8_999]) await findsByEachKey(index);
    });
  },
);

test('pages follow each other without a gap or a double, in each state', async () => {
  await seed(true, 2_000);
  await storage.timelines.fill();
  const all = Array.from({ length: 2_000 }, (_, index) => index).reverse();
  const idsOf = (indexes: readonly number[]) => indexes.map((index) => seededKeys(index).traceId);
  expect(await findAll({}, 300)).toEqual(idsOf(all));
  expect(await findAll({ state: 'failed' }, 7)).toEqual(idsOf(all.filter((index) => index % 100 === 0)));
  const ofAnna = all.filter((index) => index % 10 === 0);
  expect((await findAll({ text: 'ANNA example' }, 30)).toSorted()).toEqual(idsOf(ofAnna).toSorted());
  const failed = ofAnna.filter((index) => index % 100 === 0);
  expect(await findAll({ text: 'anna', state: 'failed' }, 3)).toEqual(idsOf(failed));
  expect(await findAll({ text: 'anna nobody' }, 30)).toEqual([]);
});

test('what is pruned is not found any more, and takes its blocks along', async () => {
  await seed(true);
  await storage.timelines.fill();
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: true });
  const count = (table: string) => connection.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n;
  expect(count('trace_slice')).toBeGreaterThan(4_000);
  while ((await storage.timelines.prune(8_500, 1_000)) > 0);
  expect(await find({ text: seededKeys(8).messageId })).toEqual([]);
  await findsByEachKey(8_600);
  while ((await storage.timelines.prune(10_000, 1_000)) > 0);
  for (const table of ['trace_slice', 'trace_block', 'message_trace', 'trace_event'])
    expect(count(table)).toBe(0);
  connection.close();
});

test('encryption that is switched on and off finds the same', async () => {
  await seed(false);
  await storage.timelines.fill();
  for (const isOn of [true, false]) {
    await storage.sealing.switch(isOn);
    await storage.sealing.settled();
    await findsByEachKey(4_004);
  }
}, 60_000);

/** Notes what is asked of it. */
class NotingConnection extends Connection {
  readonly asked = new Set<string>();

  override get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    this.asked.add(sql);
    return super.get(sql, ...values);
  }

  override all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    this.asked.add(sql);
    return super.all(sql, ...values);
  }

  override rows<Row extends readonly SqlValue[]>(sql: string, ...values: SqlValue[]): Row[] {
    this.asked.add(sql);
    return super.rows(sql, ...values);
  }

  override iterate<Row>(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    this.asked.add(sql);
    return super.iterate(sql, ...values);
  }
}

test('no query goes through all messages', async () => {
  await seed(true);
  await storage.timelines.fill();
  const connection = new NotingConnection(join(folder, 'postroom.db'), { readonly: true });
  connection.keyring.useRoot((await openRootKey(join(folder, 'postroom.db'), keyFileIn(folder))).octets);
  const { traceId, sender } = seededKeys(4_004);
  const filters = [{}, { text: sender }, { text: 'x' }, { text: traceId }, { text: 'example' }];
  for (const filter of filters) {
    for (const state of [undefined, 'failed', 'done'] as const) {
      const asked = { ...filter, ...(state !== undefined && { state }), limit: 5 };
      const { next } = findTraces(connection, asked);
      if (next !== null) findTraces(connection, { ...asked, before: next });
    }
  }
  readTimeline(connection, traceId);
  const plans = [...connection.asked].map((sql) => {
    const values = sql
      .split('?')
      .slice(1)
      .map(() => 1);
    const plan = connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    return `${sql}: ${plan.map(({ detail }) => detail).join('; ')}`;
  });
  const slow = plans.filter((plan) => /SCAN|TEMP B-TREE/u.test(plan));
  // A row for 8,192 messages; and a count that has an end.
  expect(slow.filter((plan) => !/^SELECT id FROM trace_block|^SELECT count/u.test(plan))).toEqual([]);
  expect(plans.length).toBeGreaterThan(8);
  connection.close();
});
