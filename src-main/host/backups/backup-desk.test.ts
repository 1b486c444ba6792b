import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../../test/contract/mail-stores.ts';
import { ManualClock } from '../../base/clock.ts';
import { createIdMaker } from '../../base/ids.ts';
import { silentLogger } from '../../base/logger.ts';
import { createDirectory, type FullDirectory } from '../../directory/create-directory.ts';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { Connection } from '../../storage/connection.ts';
import { openStorage, type Storage } from '../../storage/open-storage.ts';
import { defaultSettings } from '../default-settings.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { systemClock } from '../system-clock.ts';
import { backUpBeforeUpgrade } from './before-upgrade.ts';
import { BackupDesk } from './backup-desk.ts';
import { startBackupSchedule } from './backup-schedule.ts';
import { BrowseDesk } from './browse-desk.ts';
import { runJob } from './run-job.ts';
import type { RunBackupJob } from './run-in-thread.ts';

const HOUR_MS = 60 * 60_000;
const LARGE = 'x'.repeat(300_000);
const inThisThread: RunBackupJob = (job, run) => runJob(job, { ...run, clock: systemClock });

let folder: string;
let data: string;
let storage: Storage;
let clock: ManualClock;
let desk: BackupDesk;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-desk-'));
  data = join(folder, 'data');
  storage = await openTestStorage(data);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 1 });
  clock = new ManualClock(new Date(2026, 4, 13, 14).getTime());
  desk = await openDesk();
});

afterEach(async () => {
  await desk.stop();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

function openDesk(runJob: RunBackupJob = inThisThread): Promise<BackupDesk> {
  const places = { dataFolder: data, version: '1', keyPlace: null, restart: null };
  return BackupDesk.open({ ...places, storage, runJob, clock, logger: silentLogger });
}

async function append(account: number, body: string, id: string): Promise<void> {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const inbox = await storage.mailStore.findMailbox(account, 'INBOX');
  const writer = receiver.begin();
  await writer.write(Buffer.from(`Subject: ${id}\r\nMessage-ID: <${id}@x>\r\n\r\n${body}\r\n`));
  const content = await writer.finish();
  await storage.mailStore.appendMessages(inbox?.id ?? 0, [{ content, flags: ['\\Seen'], internalDate: 5 }]);
}

const place = () => ({ kind: 'folder', path: join(folder, 'place') }) as const;

/** Resolves when nothing is under way. */
async function ended(): Promise<void> {
  while (desk.slot.view !== null)
    await new Promise<void>((resolve) => {
      const stop = desk.onChange(() => {
        stop();
        resolve();
      });
    });
}

describe('a backup desk', () => {
  test('tells the recovery key once, makes a backup, tries it, and keeps what came of it', async () => {
    const { recoveryKey, trouble } = await desk.setPlace(place(), null);
    expect([trouble, recoveryKey?.length]).toEqual([null, 69]);
    expect((await desk.setPlace(place(), null)).recoveryKey).toBeNull();
    expect(desk.backUp('manual')).toBeNull();
    expect(desk.backUp('manual')).toMatchObject({ code: 'underWay' });
    await ended();
    expect(desk.runs).toMatchObject([{ kind: 'backup', outcome: 'done', report: { trialFindings: [] } }]);
    expect(desk.lastBackupAt()).toBe(clock.now());
    expect(desk.known.snapshots).toHaveLength(1);
    // It is there after a restart.
    expect((await openDesk()).lastBackupAt()).toBe(clock.now());
  });

  test('keeps the recovery key before anything is sealed with it, and tells it once the place is made', async () => {
    const cutOff = await openDesk(async (job, run) => {
      await inThisThread(job, run);
      throw new Error('cut off');
    });
    expect((await cutOff.setPlace(place(), null)).trouble).toMatchObject({ code: 'unexpected' });
    const again = await openDesk();
    const { trouble, recoveryKey } = await again.setPlace(place(), null);
    expect([trouble, recoveryKey]).toEqual([null, cutOff.settings.recoverySecret]);
    expect((await again.setPlace(place(), null)).recoveryKey).toBeNull();
  });

  test('says what is wrong with a place, a key, or a disk that is not plugged in', async () => {
    expect(await desk.setPlace(place(), 'ABCD')).toMatchObject({ trouble: { code: 'badKey' } });
    await desk.setPlace(place(), null);
    await rename(place().path, join(folder, 'unplugged'));
    desk.backUp('scheduled');
    await ended();
    expect(desk.lastFailure()?.report.trouble).toMatchObject({ code: 'gone' });
    expect(desk.lastBackupAt()).toBeNull();
    // Another disk at the same path is not filled.
    await mkdir(place().path);
    desk.backUp('scheduled');
    await ended();
    expect(desk.lastFailure()?.report.trouble).toMatchObject({ code: 'noRepository' });
  });

  test('keeps files that are deleted while it runs, and lets them go afterwards', async () => {
    await desk.setPlace(place(), null);
    const letGo = await storage.snapshots.holdFiles();
    const tom = await addTestAccount(storage, 'tom');
    await append(tom, LARGE, 'large');
    const inbox = await storage.mailStore.findMailbox(tom, 'INBOX');
    await storage.mailStore.removeMessages(inbox?.id ?? 0, [1]);
    expect(await storage.spool.list()).toHaveLength(1);
    await letGo();
    expect(await storage.spool.list()).toHaveLength(0);
  });
});

describe('a desk that has no place of its own', () => {
  test('finds backups that lie elsewhere, keeps nothing of them, and restores one', async () => {
    const { recoveryKey } = await desk.setPlace(place(), null);
    desk.backUp('manual');
    await ended();
    const fresh = await openTestStorage(join(folder, 'fresh'));
    const places = { dataFolder: join(folder, 'fresh'), version: '1', keyPlace: null, restart: null };
    desk = await BackupDesk.open({
      ...{ ...places, storage: fresh, runJob: inThisThread, clock, logger: silentLogger },
    });
    const origin = { place: place(), recoverySecret: recoveryKey ?? '' };
    const { snapshots, trouble } = await desk.findAt(origin);
    expect([trouble, snapshots.length]).toEqual([null, 1]);
    expect(await desk.findAt({ ...origin, recoverySecret: 'ABCD' })).toMatchObject({
      trouble: { code: 'badKey' },
    });
    const elsewhere = { kind: 'folder', path: join(folder, 'nothing here') } as const;
    expect((await desk.findAt({ ...origin, place: elsewhere })).trouble).not.toBeNull();
    expect([desk.settings.place, desk.settings.recoverySecret]).toEqual([null, null]);
    expect(desk.restoreFrom(origin, snapshots[0]?.id ?? '')).toBeNull();
    await ended();
    expect(desk.runs).toMatchObject([{ kind: 'restore', outcome: 'done' }]);
    expect(desk.isRestartDue).toBe(true);
    await fresh.close();
  });
});

describe('a schedule', () => {
  test('is at its hour, at once where one was missed, and an hour after a failure', async () => {
    await desk.setPlace(place(), null);
    const timer = startBackupSchedule(desk, clock);
    expect(timer.nextAt()).toBe(clock.now() + 10 * 60_000);
    clock.advance(11 * 60_000);
    await ended();
    expect(desk.runs).toMatchObject([{ outcome: 'done' }]);
    expect(timer.nextAt()).toBe(new Date(2026, 4, 14, 3).getTime());
    await rename(place().path, join(folder, 'unplugged'));
    clock.advance(13 * HOUR_MS);
    await ended();
    expect(desk.runs[0]).toMatchObject({ outcome: 'failed' });
    expect(timer.nextAt()).toBe((desk.runs[0]?.endedAt ?? 0) + HOUR_MS);
    await rename(join(folder, 'unplugged'), place().path);
    clock.advance(HOUR_MS + 60_000);
    await ended();
    expect(desk.runs[0]).toMatchObject({ outcome: 'done' });
    await desk.change({ schedule: null });
    expect(timer.nextAt()).toBeNull();
    timer.stop();
  });
});

describe('mail out of a backup', () => {
  async function openBrowse(): Promise<{ browse: BrowseDesk; directory: FullDirectory }> {
    const randomBytes = createPooledRandom();
    const passwords = new PasswordKeeper({ clock, randomBytes });
    const directory = await createDirectory({
      ...{ rows: storage.directory, passwords, clock, onError: () => undefined },
      maySendAs: () => Promise.resolve(false),
    });
    const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
    const { mailStore, scripts } = storage;
    const makeId = createIdMaker(Date.now, randomBytes);
    const own = { desk, runJob: inThisThread, dataFolder: data, clock, logger: silentLogger };
    return { directory, browse: new BrowseDesk({ ...own, mailStore, scripts, directory, receiver, makeId }) };
  }

  async function backUp(): Promise<string> {
    await desk.setPlace(place(), null);
    desk.backUp('manual');
    await ended();
    return desk.known.snapshots?.[0]?.id ?? '';
  }

  async function subjects(account: number, mailbox = 'INBOX'): Promise<readonly string[]> {
    const found = await storage.mailStore.findMailbox(account, mailbox);
    const entries = await storage.mailStore.listEntries(found?.id ?? 0);
    const indexes = await storage.mailStore.readIndexes(
      found?.id ?? 0,
      entries.map(({ uid }) => uid),
    );
    return entries.map(({ uid }) => indexes.get(uid)?.subject ?? '');
  }

  test('of an account that is gone: it is made again with its password, rules and mail', async () => {
    const { browse, directory } = await openBrowse();
    const person = { localPart: 'tom', domain: 'example.com', name: 'Tom', password: 'tom reads mail' };
    const added = await directory.addAccount(person);
    const tom = added.ok ? added.value.id : 0;
    await storage.scripts.put(tom, { name: 'rules', text: 'keep;' });
    await storage.scripts.setUse(tom, 'rules', 'active');
    await append(tom, 'small', 'one');
    await append(tom, LARGE, 'two');
    const snapshot = await backUp();
    await directory.removeAccount(tom);
    expect(await browse.openSnapshot(snapshot)).toBeNull();
    const [account] = (await browse.accounts()) ?? [];
    expect(account).toMatchObject({ address: 'tom@example.com', isHere: false });
    const order = { accountId: account?.id ?? 0, mailbox: null, into: null, below: null };
    expect(await browse.restoreMail(order)).toBeNull();
    await ended();
    const again = (await directory.listAccounts()).find(({ address }) => address === 'tom@example.com');
    expect(await directory.hasPassword(again?.id ?? 0, 'tom reads mail')).toBe(true);
    expect((await storage.scripts.read(again?.id ?? 0, 'rules'))?.use).toBe('active');
    expect(await subjects(again?.id ?? 0)).toEqual(['one', 'two']);
    // A second time nothing comes twice; into a mailbox of its own all of it does.
    await browse.restoreMail(order);
    await ended();
    expect(await subjects(again?.id ?? 0)).toEqual(['one', 'two']);
    await browse.restoreMail({ ...order, below: 'Restored' });
    await ended();
    expect(await subjects(again?.id ?? 0, 'Restored/INBOX')).toEqual(['one', 'two']);
    await browse.close();
  });

  test('is found by words in subject and sender, page after page', async () => {
    const { browse } = await openBrowse();
    const tom = await addTestAccount(storage, 'tom');
    for (let number = 0; number < 120; number++) await append(tom, 'body', `letter ${number}`);
    await browse.openSnapshot(await backUp());
    const [account] = (await browse.accounts()) ?? [];
    const mailboxId = account?.mailboxes.find(({ name }) => name === 'INBOX')?.id ?? 0;
    const first = await browse.messages({ mailboxId, words: '', before: null });
    const second = await browse.messages({ mailboxId, words: '', before: first?.before ?? null });
    expect([first?.messages.length, second?.messages.length, second?.before]).toEqual([100, 20, null]);
    const found = await browse.messages({ mailboxId, words: 'LETTER 117', before: null });
    expect(found?.messages.map(({ subject }) => subject)).toEqual(['letter 117']);
    const [message] = found?.messages ?? [];
    await browse.restoreMail({
      ...{ accountId: account?.id ?? 0, into: tom, below: 'Back' },
      mailbox: { id: mailboxId, uids: [message?.uid ?? 0] },
    });
    await ended();
    expect(await subjects(tom, 'Back/INBOX')).toEqual(['letter 117']);
    await browse.close();
  });
});

test('a folder of before is backed up before migrations change it, where there are backups', async () => {
  await desk.setPlace(place(), null);
  desk.backUp('manual');
  await ended();
  await storage.close();
  const before = new Connection(join(data, 'postroom.db'), { readonly: false });
  before.execute('DROP TABLE backup_run; PRAGMA user_version = 430');
  before.close();
  storage = await openStorage({
    ...{ folder: data, defaultSettings: defaultSettings('x'), onError: () => undefined },
    makeId: createIdMaker(Date.now, createPooledRandom()),
    beforeUpgrade: (upgrade) =>
      backUpBeforeUpgrade(upgrade, { version: '2', runJob: inThisThread, logger: silentLogger }),
  });
  desk = await openDesk();
  await desk.look();
  const [newest] = desk.known.snapshots ?? [];
  expect(newest).toMatchObject({ reason: 'upgrade', databaseVersion: 430 });
  // And it can be tried: the trial brings it up to date.
  desk.verify();
  await ended();
  expect(desk.runs[0]?.report.trialFindings).toEqual([]);
});
