/** What the store of health keeps: the same for memory and SQLite, in the clear and encrypted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryHealthStore } from '../../src-main/health/memory-health-store.ts';
import type { HealthStore, StoredFinding } from '../../src-main/health/store-port.ts';
import { openTestStorage } from './mail-stores.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function openSqlite(): Promise<HealthStore> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-health-'));
  const storage = await openTestStorage(folder);
  closers.push(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  return storage.health;
}

const KEY = { check: 'disk', domain: '', subject: '' };
const row = (change: Partial<StoredFinding> = {}, subject = ''): StoredFinding => ({
  domain: '',
  finding: {
    ...{
      check: 'disk',
      card: 'safe',
      subject,
      state: 'warning',
      text: { code: 'diskLow', values: { free: '3.1' } },
    },
    ...{ expected: ['≥ 5'], found: [], evidence: [], fixes: [] },
  },
  ...{ checkedAt: 10, changedAt: 5, settled: 'warning' },
  ...change,
});
const NOTHING = { findings: [], gone: [], changes: [], run: null };

describe.each([
  ['memory', () => Promise.resolve<HealthStore>(new MemoryHealthStore())],
  ['SQLite', openSqlite],
] as const)('%s', (_, open) => {
  it('keeps one row for each check, domain and subject', async () => {
    const store = await open();
    await store.keep({ ...NOTHING, findings: [row(), row({}, 'a'), row({ domain: 'b.example' })] });
    await store.keep({ ...NOTHING, findings: [row({ checkedAt: 20 })], gone: [{ ...KEY, subject: 'a' }] });
    const rows = await store.list();
    expect(rows.map(({ domain, checkedAt }) => [domain, checkedAt]).sort()).toEqual([
      ['', 20],
      ['b.example', 10],
    ]);
    expect(rows.find(({ domain }) => domain === '')).toEqual(row({ checkedAt: 20 }));
  });

  it('keeps changes, newest first, for each row', async () => {
    const store = await open();
    const at = Date.now();
    const text = { code: 'diskLow', values: { free: '3' } };
    const change = (from: 'ok' | null, state: 'ok' | 'warning', age: number) => ({
      ...KEY,
      at: at - age,
      from,
      state,
      text,
    });
    await store.keep({
      ...NOTHING,
      changes: [change(null, 'ok', 20), { ...change(null, 'ok', 20), subject: 'other' }],
    });
    await store.keep({ ...NOTHING, changes: [change('ok', 'warning', 10)] });
    expect((await store.history(KEY, 10)).map(({ from, state }) => [from, state])).toEqual([
      ['ok', 'warning'],
      [null, 'ok'],
    ]);
    expect(await store.history(KEY, 1)).toHaveLength(1);
    expect((await store.history(KEY, 1))[0]?.text).toEqual(text);
  });

  it('knows what is ignored, and when everything was asked', async () => {
    const store = await open();
    expect(await store.lastRun()).toBeNull();
    await store.keep({ ...NOTHING, run: { startedAt: 1, endedAt: 2 } });
    await store.keep({ ...NOTHING, run: { startedAt: 3, endedAt: 4 } });
    expect(await store.lastRun()).toEqual({ startedAt: 3, endedAt: 4 });
    const ignored = { ...KEY, reason: 'known', until: null, by: 'anna', at: 7 };
    await store.ignore({ ...ignored, reason: 'first' });
    await store.ignore(ignored);
    expect(await store.listIgnored()).toEqual([ignored]);
    await store.unignore(KEY);
    expect(await store.listIgnored()).toEqual([]);
  });
});
