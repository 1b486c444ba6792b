/** Every flow store is held to the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FLOW_SPANS } from '../../src-main/observe/flow-span.ts';
import type { FlowBar, FlowHistoryStore } from '../../src-main/observe/port.ts';
import { MemoryFlowStore } from '../support/memory-flow-store.ts';
import { openTestStorage } from './mail-stores.ts';

const DAY_MS = 86_400_000;
const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openSqlite(): Promise<FlowHistoryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-flow-'));
  const storage = await openTestStorage(folder);
  closing.push(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  return storage.flow;
}

function minute(start: number, fields: Partial<FlowBar> = {}): FlowBar {
  return { start, counts: { received: 1 }, mostWaiting: 0, oldestMs: 0, ...fields };
}

describe.each([
  ['memory', () => Promise.resolve(new MemoryFlowStore())],
  ['SQLite', openSqlite],
])('a flow store in %s', (_, open) => {
  it('sums what flowed, and keeps the most of what waited', async () => {
    const store = await open();
    await store.add(minute(NOON, { counts: { received: 2, refused: 1 }, mostWaiting: 7, oldestMs: 10 }));
    await store.add(minute(NOON + 60_000, { counts: { received: 3 }, mostWaiting: 4, oldestMs: 20 }));
    const { rowMs, barMs } = FLOW_SPANS.day;
    expect(await store.read({ rowMs, barMs, since: NOON - DAY_MS })).toMatchObject([
      { start: NOON, counts: { received: 5, refused: 1 }, mostWaiting: 7, oldestMs: 20 },
    ]);
  });

  it('adds a minute that was told in two parts', async () => {
    const store = await open();
    await store.add(minute(NOON));
    await store.add(minute(NOON, { counts: { received: 1, submitted: 1 } }));
    for (const { rowMs, barMs } of Object.values(FLOW_SPANS)) {
      expect(await store.read({ rowMs, barMs, since: NOON - DAY_MS })).toMatchObject([
        { counts: { received: 2, submitted: 1 } },
      ]);
    }
  });

  it('leaves out bars with nothing in them, and what was before', async () => {
    const store = await open();
    for (const ago of [40, 3, 1]) await store.add(minute(NOON - ago * DAY_MS));
    const { rowMs, barMs } = FLOW_SPANS.month;
    const bars = await store.read({ rowMs, barMs, since: NOON - 30 * DAY_MS });
    expect(bars.map(({ start }) => start)).toEqual([NOON - 3 * DAY_MS, NOON - DAY_MS]);
  });
});

it('SQLite forgets minutes after two days, and quarters of an hour after a year and some days', async () => {
  const store = await openSqlite();
  for (const ago of [500, 399, 4, 1]) await store.add(minute(NOON - ago * DAY_MS));
  const ages = async (rowMs: number) =>
    (await store.read({ rowMs, barMs: rowMs, since: 0 })).map(({ start }) => (NOON - start) / DAY_MS);
  expect(await ages(FLOW_SPANS.hour.rowMs)).toEqual([1]);
  expect(await ages(FLOW_SPANS.day.rowMs)).toEqual([399, 4, 1]);
});
