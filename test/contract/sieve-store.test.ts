/** What every store of Sieve scripts must do; run against each implementation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src-main/base/clock.ts';
import { MemoryScriptStore } from '../../src-main/mail/delivery/sieve/memory-script-store.ts';
import {
  MAX_SCRIPTS,
  type ScriptOwner,
  type SieveScriptStore,
} from '../../src-main/mail/delivery/sieve/port.ts';
import { addTestAccount, openTestStorage } from './mail-stores.ts';

interface Under {
  readonly store: SieveScriptStore;
  readonly accounts: readonly [number, number];
  close(): Promise<void>;
}

function openMemory(): Promise<Under> {
  return Promise.resolve({
    store: new MemoryScriptStore(new ManualClock()),
    accounts: [1, 2],
    close: () => Promise.resolve(),
  });
}

async function openSqlite(): Promise<Under> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-sieve-'));
  const storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const accounts = [await addTestAccount(storage, 'anna'), await addTestAccount(storage, 'tom')] as const;
  return {
    store: storage.scripts,
    accounts,
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe.each([
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: openSqlite },
])('Sieve scripts in $name', ({ open }) => {
  let under: Under;
  let store: SieveScriptStore;
  let anna: number;
  let tom: number;

  beforeEach(async () => {
    under = await open();
    ({ store } = under);
    [anna, tom] = under.accounts;
  });

  afterEach(() => under.close());

  const ok = { ok: true, value: undefined };
  const refused = (error: string) => ({ ok: false, error });
  const names = async (owner: ScriptOwner) =>
    (await store.list(owner)).map(({ name, use }) => `${name} ${use ?? '-'}`);

  it('keeps a text as it was written and tells its size in octets', async () => {
    const text = '# Grüße\r\nkeep;\n';
    expect(await store.put(anna, { name: 'main', text })).toEqual(ok);
    expect(await store.read(anna, 'main')).toMatchObject({ name: 'main', text, sizeOctets: 17, use: null });
    expect(await store.list(anna)).toMatchObject([{ name: 'main', sizeOctets: 17 }]);
    expect(await store.read(anna, 'Main')).toBeNull();
  });

  it('keeps the scripts of accounts and of the office apart', async () => {
    for (const owner of [anna, tom, 'office'] as const)
      await store.put(owner, { name: 'main', text: `# ${owner}` });
    expect((await store.read(tom, 'main'))?.text).toBe(`# ${tom}`);
    expect((await store.read('office', 'main'))?.text).toBe('# office');
    expect(await store.remove(anna, 'main')).toEqual(ok);
    expect(await names(anna)).toEqual([]);
    expect(await names(tom)).toEqual(['main -']);
  });

  it('has one active script of an account at most, and its use outlives a new text', async () => {
    for (const name of ['b', 'a']) await store.put(anna, { name, text: 'keep;' });
    expect(await store.setUse(anna, 'a', 'active')).toEqual(ok);
    expect(await store.setUse(anna, 'b', 'active')).toEqual(ok);
    await store.put(anna, { name: 'b', text: 'stop;' });
    expect(await names(anna)).toEqual(['a -', 'b active']);
    expect(await store.inUse(anna, 'active')).toMatchObject([{ name: 'b', text: 'stop;' }]);
    expect(await store.setUse(anna, 'b', null)).toEqual(ok);
    expect(await store.inUse(anna, 'active')).toEqual([]);
  });

  it('has several of the office before and after', async () => {
    for (const name of ['2', '1', '3']) await store.put('office', { name, text: 'keep;' });
    for (const name of ['2', '1']) await store.setUse('office', name, 'before');
    await store.setUse('office', '3', 'after');
    expect((await store.inUse('office', 'before')).map(({ name }) => name)).toEqual(['1', '2']);
    expect((await store.inUse('office', 'after')).map(({ name }) => name)).toEqual(['3']);
  });

  it('removes nothing that is used, and nothing that is not there (RFC 5804 §2.10)', async () => {
    await store.put(anna, { name: 'a', text: 'keep;' });
    await store.setUse(anna, 'a', 'active');
    expect(await store.remove(anna, 'a')).toEqual(refused('isActive'));
    expect(await store.remove(anna, 'b')).toEqual(refused('noSuchScript'));
    expect(await store.setUse(anna, 'b', 'active')).toEqual(refused('noSuchScript'));
    expect(await names(anna)).toEqual(['a active']);
  });

  it('renames, also the active one, but to no name that is taken (RFC 5804 §2.11)', async () => {
    for (const name of ['a', 'b']) await store.put(anna, { name, text: `# ${name}` });
    await store.setUse(anna, 'a', 'active');
    expect(await store.rename(anna, 'a', 'b')).toEqual(refused('alreadyExists'));
    expect(await store.rename(anna, 'x', 'y')).toEqual(refused('noSuchScript'));
    expect(await store.rename(anna, 'a', '邮件')).toEqual(ok);
    expect(await names(anna)).toEqual(['b -', '邮件 active']);
    expect((await store.read(anna, '邮件'))?.text).toBe('# a');
  });

  it.each(['', 'a\nb', 'a\u0000', 'a\u2028', 'x'.repeat(257)])(
    'takes no script named %j (RFC 5804 §1.6)',
    async (name) => {
      await store.put(anna, { name: 'a', text: 'keep;' });
      expect(await store.put(anna, { name, text: 'keep;' })).toEqual(refused('invalidName'));
      expect(await store.rename(anna, 'a', name)).toEqual(refused('invalidName'));
    },
  );

  it('takes so many of an owner and no more, but new texts for those', async () => {
    for (let i = 0; i < MAX_SCRIPTS; i++) await store.put(anna, { name: `${i}`, text: 'keep;' });
    expect(await store.put(anna, { name: 'more', text: 'keep;' })).toEqual(refused('tooMany'));
    expect(await store.put(anna, { name: '0', text: 'stop;' })).toEqual(ok);
  });

  it('tells whose scripts have changed, and nothing of what was refused', async () => {
    const heard: ScriptOwner[] = [];
    store.onChange((owner) => heard.push(owner));
    await store.put('office', { name: 'a', text: 'keep;' });
    await store.remove(anna, 'a');
    await store.setUse('office', 'a', 'before');
    expect(heard).toEqual(['office', 'office']);
  });
});
