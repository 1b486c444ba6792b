/** The log of sign-ins and the app passwords, held to the same in memory and on SQLite. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  MemoryAppPasswordRows,
  MemorySignInStore,
} from '../../src-main/directory/sign-in/memory-sign-in-stores.ts';
import {
  MANY,
  type AppPasswordRows,
  type NewAppPasswordRow,
  type SignInEntry,
  type SignInStore,
} from '../../src-main/directory/sign-in/port.ts';
import { addTestAccount, openTestStorage } from './mail-stores.ts';

interface Stores {
  readonly signIns: SignInStore;
  readonly appPasswords: AppPasswordRows;
  readonly account: number;
  /** Removes the account with all that is its own. */
  readonly removeAccount?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function openMemory(): Promise<Stores> {
  const stores = { signIns: new MemorySignInStore(), appPasswords: new MemoryAppPasswordRows() };
  return Promise.resolve({ ...stores, account: 1, close: () => Promise.resolve() });
}

async function openSqlite(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-sign-ins-'));
  const storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'tom');
  return {
    ...{ signIns: storage.signIns, appPasswords: storage.appPasswords, account },
    removeAccount: () => storage.directory.removeAccount(account),
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe.each([
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: openSqlite },
])('sign-ins in $name', ({ open }) => {
  let stores: Stores;

  beforeEach(async () => {
    stores = await open();
  });

  afterEach(() => stores.close());

  function entry(change: Partial<SignInEntry> = {}): SignInEntry {
    return {
      ...{ accountId: stores.account, name: 'tom@example.com', address: '192.0.2.1', door: 'imap' },
      ...{ method: 'password', outcome: 'ok', appPasswordId: null, count: 1, firstAt: 10, lastAt: 10 },
      ...change,
    };
  }

  test('that are alike are counted together, from the first to the last', async () => {
    await stores.signIns.add([entry()]);
    await stores.signIns.add([entry({ firstAt: 20, lastAt: 30, count: 4 }), entry({ address: '192.0.2.2' })]);
    expect(await stores.signIns.list({ limit: 10 })).toEqual([
      entry({ lastAt: 30, count: 5 }),
      entry({ address: '192.0.2.2' }),
    ]);
  });

  test('are listed newest first, of one account, or those that failed', async () => {
    await stores.signIns.add([
      entry({ lastAt: 1 }),
      entry({ outcome: 'refused', accountId: null, name: 'nobody', lastAt: 3 }),
      entry({ outcome: 'blocked', lastAt: 2 }),
    ]);
    const lastAts = async (query: Partial<Parameters<SignInStore['list']>[0]>) =>
      (await stores.signIns.list({ limit: 10, ...query })).map(({ lastAt }) => lastAt);
    expect(await lastAts({})).toEqual([3, 2, 1]);
    expect(await lastAts({ limit: 1 })).toEqual([3]);
    expect(await lastAts({ accountId: stores.account })).toEqual([2, 1]);
    expect(await lastAts({ onlyRefused: true })).toEqual([3, 2]);
  });

  test('make known places of those where an account got in', async () => {
    await stores.signIns.add([
      entry({ lastAt: 5 }),
      entry({ address: '192.0.2.2', lastAt: 50 }),
      entry({ address: '192.0.2.3', outcome: 'refused', lastAt: 50 }),
      entry({ address: MANY, name: MANY, accountId: null, outcome: 'refused', lastAt: 50 }),
    ]);
    expect(await stores.signIns.listKnownPlaces(10)).toEqual([
      { accountId: stores.account, address: '192.0.2.2', lastAt: 50 },
    ]);
  });

  test('that are old or too many are forgotten', async () => {
    await stores.signIns.add(
      Array.from({ length: 10 }, (_, at) => entry({ address: `192.0.2.${at}`, lastAt: at })),
    );
    await stores.signIns.prune({ before: 3, keep: 100 });
    expect(await stores.signIns.list({ limit: 100 })).toHaveLength(7);
    await stores.signIns.prune({ before: 3, keep: 2 });
    expect((await stores.signIns.list({ limit: 100 })).map(({ lastAt }) => lastAt)).toEqual([9, 8]);
  });

  const row = (): NewAppPasswordRow => ({
    ...{ accountId: stores.account, name: 'Phone', scopes: ['read', 'send'], createdAt: 1, expiresAt: null },
    ...{ hash: 'sha256$a$b', scramSha256: 'SCRAM-SHA-256$…', scramSha1: null },
  });

  test('go with app passwords that come back as they were added, until they are removed', async () => {
    const id = await stores.appPasswords.add(row());
    const other = await stores.appPasswords.add({ ...row(), name: 'Printer', expiresAt: 99, scramSha1: 'x' });
    expect(await stores.appPasswords.listAll()).toEqual([
      { ...row(), id, lastUse: null },
      { ...row(), name: 'Printer', expiresAt: 99, scramSha1: 'x', id: other, lastUse: null },
    ]);
    await stores.appPasswords.remove(id);
    expect((await stores.appPasswords.listAll()).map(({ name }) => name)).toEqual(['Printer']);
  });

  if (open === openSqlite) {
    test('note the last use of an app password, which goes with its account', async () => {
      const id = await stores.appPasswords.add(row());
      await stores.signIns.add([entry({ method: 'appPassword', appPasswordId: id, lastAt: 77 })]);
      await stores.signIns.add([
        entry({ method: 'appPassword', appPasswordId: id, outcome: 'notAllowed', lastAt: 88 }),
      ]);
      const [listed] = await stores.appPasswords.listAll();
      expect(listed?.lastUse).toEqual({ at: 77, address: '192.0.2.1', door: 'imap' });
      await stores.removeAccount?.();
      expect(await stores.appPasswords.listAll()).toEqual([]);
    });
  }
});
