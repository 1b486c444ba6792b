import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addTestAccount, openTestStorage } from '../../test/contract/mail-stores.ts';
import { ManualClock } from '../base/clock.ts';
import { Connection } from '../storage/connection.ts';
import { PasswordKeeper } from '../directory/credentials.ts';
import { Administrators } from '../directory/administrators/administrators.ts';
import { examineOffline, exportOffline, readmitOffline } from './offline-tasks.ts';
import { createPooledRandom } from './pooled-random.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-offline-'));
});

afterEach(() => rm(folder, { recursive: true }));

it('what the command line did is in the audit log', async () => {
  const dataFolder = join(folder, 'data');
  const before = await openTestStorage(dataFolder);
  await before.directory.addDomain({ name: 'example.com', createdAt: 0 });
  await addTestAccount(before, 'tom');
  await before.close();
  const exported = await exportOffline({
    ...{ dataFolder, account: 'tom@example.com', path: join(folder, 'out'), format: 'mbox' },
    ...{ clock: new ManualClock(), randomBytes: createPooledRandom(), signal: new AbortController().signal },
    ...{ onProgress: () => undefined, onError: () => undefined },
  });
  expect(exported.ok).toBe(true);
  const after = await openTestStorage(dataFolder);
  expect(await after.audit.list({ limit: 5 })).toMatchObject([
    { call: 'commandLine.export', input: '{"account":"tom@example.com"}', means: { kind: 'commandLine' } },
  ]);
  await after.close();
});

it('an administrator who has lost password and second factor is let in again, and the audit log tells of it', async () => {
  const dataFolder = join(folder, 'data');
  const clock = new ManualClock();
  const passwords = new PasswordKeeper({ clock, randomBytes: createPooledRandom() });
  const openPeople = async () => {
    const storage = await openTestStorage(dataFolder);
    const people = await Administrators.open({ rows: storage.administrators, passwords, clock });
    return { storage, people };
  };
  const before = await openPeople();
  await before.people.put({ name: 'anna', password: 'forgotten' });
  const factor = { totp: null, recovery: ['lost'], passkeys: [] };
  await before.people.changeFactor('anna', () => ({ factor, answer: null }));
  await before.storage.close();

  const options = { dataFolder, clock, randomBytes: createPooledRandom(), onError: () => undefined };
  const readmission = { ...options, password: 'a new one', withoutSecondFactor: true };
  expect(await readmitOffline({ ...readmission, administrator: 'ana' })).toEqual({
    ok: false,
    error: 'ana: there is no such administrator (there are: anna)',
  });
  expect((await readmitOffline({ ...readmission, administrator: 'anna' })).ok).toBe(true);

  const after = await openPeople();
  expect(await after.people.verify('anna', 'a new one')).toBe(true);
  expect(after.people.factorOf('anna').recovery).toEqual([]);
  expect(await after.storage.audit.list({ limit: 5 })).toMatchObject([
    {
      call: 'commandLine.administrator',
      input: '{"administrator":"anna","newPassword":true,"withoutSecondFactor":true}',
    },
  ]);
  await after.storage.close();
});

it('what the doctor mended is in the audit log', async () => {
  const dataFolder = join(folder, 'data');
  await (await openTestStorage(dataFolder)).close();
  const database = new Connection(join(dataFolder, 'postroom.db'), { readonly: false });
  database.run("INSERT INTO metadata VALUES (99, 0, '/shared/comment', x'61')");
  database.close();
  const options = { dataFolder, clock: new ManualClock(), randomBytes: createPooledRandom() };
  const found = await examineOffline({ ...options, onError: () => undefined, isRepairing: true });
  expect(found).toMatchObject({ ok: true, value: [{ check: 'mailboxes' }] });
  const after = await openTestStorage(dataFolder);
  expect(await after.audit.list({ limit: 5 })).toMatchObject([
    { call: 'commandLine.doctor', input: '{"findings":1,"checks":["mailboxes"]}' },
  ]);
  await after.close();
});
