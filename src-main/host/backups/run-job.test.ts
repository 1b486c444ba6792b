import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../../test/contract/mail-stores.ts';
import { parseRecoveryKey } from '../../backup/recovery-key.ts';
import { createMessageIndexer, indexMessage } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { examine } from '../../storage/doctor/examine.ts';
import { keyFileIn, type Storage } from '../../storage/open-storage.ts';
import { KeyFile } from '../../storage/sealing/key-place.ts';
import { passphraseProtection } from '../../storage/sealing/key-protections.ts';
import { openRootKey } from '../../storage/sealing/root-key.ts';
import { finishStaged, stagedFolder } from '../../storage/snapshot/staged-restore.ts';
import { HELD_AFTER_RESTORE } from '../../storage/snapshot/prepare-restored.ts';
import { systemClock } from '../system-clock.ts';
import type { BackupOrder, RepositoryFacts } from './jobs.ts';
import { makeRecoveryKey } from './offline-backups.ts';
import { DEFAULT_BACKUPS } from './port.ts';
import { stageHere, stageRestore } from './restore-whole.ts';
import { runJob, type JobRun } from './run-job.ts';

const run: JobRun = {
  clock: systemClock,
  signal: new AbortController().signal,
  onProgress: () => undefined,
};
const LARGE = 'x'.repeat(300_000);

let folder: string;
let facts: RepositoryFacts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-backups-'));
  const key = parseRecoveryKey(makeRecoveryKey());
  if (!key.ok) throw new Error(key.error);
  const place = { kind: 'folder', path: join(folder, 'place') } as const;
  facts = { place, recoveryKey: key.value, repositoryId: null, holder: 'test' };
  await runJob({ ...facts, kind: 'prepare' }, run);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function order(storage: Storage, change: Partial<BackupOrder> = {}): BackupOrder {
  return {
    ...facts,
    ...{ kind: 'backup', source: storage.snapshots.source, reason: 'manual', version: '1', hostname: 'test' },
    ...{ retention: DEFAULT_BACKUPS.retention, mostOctetsPerSecond: null, isAlone: true, isTried: true },
    ...change,
  };
}

async function openOffice(
  data: string,
): Promise<{ storage: Storage; append: (body: string) => Promise<number> }> {
  const storage = await openTestStorage(data);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 1 });
  const tom = await addTestAccount(storage, 'tom');
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const inbox = await storage.mailStore.findMailbox(tom, 'INBOX');
  const append = async (body: string): Promise<number> => {
    const writer = receiver.begin();
    await writer.write(Buffer.from(`Subject: ${body.slice(0, 20)}\r\n\r\n${body}\r\n`));
    const content = await writer.finish();
    const message = { content, flags: ['\\Seen', 'Later'], internalDate: 1 };
    const appended = await storage.mailStore.appendMessages(inbox?.id ?? 0, [message]);
    if (!appended.ok) throw new Error(appended.error);
    return appended.value.uids[0] ?? 0;
  };
  return { storage, append };
}

async function restoreInto(data: string): Promise<string | null> {
  await stageRestore({
    order: { ...facts, kind: 'stage', snapshotId: null, dataFolder: data },
    ...{ keyPlace: null, now: systemClock.now(), stageFiles: stageHere(run) },
  });
  return finishStaged(data);
}

async function doctor(data: string): Promise<readonly unknown[]> {
  const { octets: rootKey } = await openRootKey(join(data, 'postroom.db'), keyFileIn(data));
  return examine({
    folder: data,
    isRepairing: false,
    now: systemClock.now(),
    makeIndex: indexMessage,
    rootKey,
  });
}

async function textsOf(storage: Storage): Promise<readonly string[]> {
  const [tom] = await storage.directory.listAccounts();
  const inbox = await storage.mailStore.findMailbox(tom?.id ?? 0, 'INBOX');
  const texts: string[] = [];
  for (const { uid } of await storage.mailStore.listEntries(inbox?.id ?? 0)) {
    const message = await storage.mailStore.openMessage(inbox?.id ?? 0, uid);
    const octets = await message?.readRange(0, message.sizeBytes);
    texts.push(
      Buffer.from(octets ?? [])
        .toString()
        .split('\r\n')[2] ?? '',
    );
  }
  return texts;
}

test('a backup under load holds all that was acknowledged before it began, and the doctor finds nothing', async () => {
  const data = join(folder, 'data');
  const { storage, append } = await openOffice(data);
  const inbox = await storage.mailStore.findMailbox(1, 'INBOX');
  const before: string[] = [];
  for (let number = 0; number < 200; number++) {
    before.push(number % 20 === 0 ? `${number} ${LARGE}` : `message ${number}`);
    await append(before.at(-1) ?? '');
  }
  let isRunning = true;
  const traffic = (async () => {
    for (let number = 0; isRunning; number++) {
      const uid = await append(number % 5 === 0 ? `during ${number} ${LARGE}` : `during ${number}`);
      // Files that the snapshot names, or that came after it, are released while it is read.
      if (number % 2 === 0) await storage.mailStore.removeMessages(inbox?.id ?? 0, [uid]);
      if (number < 5) await storage.mailStore.removeMessages(inbox?.id ?? 0, [1 + number * 20]);
    }
  })();
  const letGo = await storage.snapshots.holdFiles();
  const { trial, snapshot } = await runJob(order(storage), run);
  await letGo();
  isRunning = false;
  await traffic;
  await storage.close();
  expect(trial).toEqual({ findings: [] });
  const restored = join(folder, 'restored');
  await mkdir(restored);
  await restoreInto(restored);
  expect(await doctor(restored)).toEqual([]);
  const again = await openTestStorage(restored);
  const texts = new Set(await textsOf(again));
  // Those that were removed while it ran may be there or not.
  const kept = before.filter((_, number) => number % 20 !== 0 || number >= 100);
  expect(kept.filter((text) => !texts.has(text))).toEqual([]);
  expect(snapshot.counts.messages).toBe((await textsOf(again)).length);
  await again.close();
  // What was held is gone now.
  expect(await doctor(data)).toEqual([]);
});

describe('a whole restore', () => {
  test('needs neither the master key nor its passphrase, and gives UIDs of before a new UIDVALIDITY', async () => {
    const data = join(folder, 'data');
    const { storage, append } = await openOffice(data);
    await append('one');
    await append(LARGE);
    const before = await storage.mailStore.listMailboxes(1);
    await runJob(order(storage, { isTried: false }), run);
    await storage.close();
    await rm(data, { recursive: true });
    await mkdir(data);
    expect(await restoreInto(data)).toBeNull();
    const again = await openTestStorage(data);
    expect(await textsOf(again)).toEqual(['one', LARGE]);
    const after = await again.mailStore.listMailboxes(1);
    const validities = after.map(({ uidValidity }) => uidValidity);
    expect(Math.min(...validities)).toBeGreaterThan(
      Math.max(...before.map(({ uidValidity }) => uidValidity)),
    );
    expect(new Set(validities).size).toBe(after.length);
    const made = await again.mailStore.createMailbox(1, 'Later');
    expect(made.ok && made.value.uidValidity).toBeGreaterThan(Math.max(...validities));
    await again.close();
  });

  test('wraps the root key for a key place outside of the folder', async () => {
    const { storage, append } = await openOffice(join(folder, 'data'));
    await append('one');
    await runJob(order(storage, { isTried: false }), run);
    await storage.close();
    const restored = join(folder, 'restored');
    await mkdir(restored);
    const keyPlace = new KeyFile(join(folder, 'key'), passphraseProtection('of the office'));
    await stageRestore({
      order: { ...facts, kind: 'stage', snapshotId: null, dataFolder: restored },
      ...{ keyPlace, now: systemClock.now(), stageFiles: stageHere(run) },
    });
    finishStaged(restored);
    expect(await readdir(restored)).not.toContain('postroom.key');
    const { octets } = await openRootKey(join(restored, 'postroom.db'), keyPlace);
    expect(octets).toHaveLength(32);
  });

  test('holds what was in the queue', async () => {
    const data = join(folder, 'data');
    const { storage } = await openOffice(data);
    const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
    const writer = receiver.begin();
    await writer.write(Buffer.from('Subject: x\r\n\r\nx\r\n'));
    await storage.queue.enqueue({
      ...{ id: 'one', reversePath: 'tom@server1.com', receivedAt: 1, origin: 'submission', smtpUtf8: false },
      ...{
        content: await writer.finish(),
        recipients: ['a@elsewhere.example', 'b@elsewhere.example'],
        events: [],
      },
    });
    await runJob(order(storage), run);
    await storage.close();
    await restoreInto(data);
    const again = await openTestStorage(data);
    const held = (await again.queue.find('one'))?.recipients;
    expect(held?.map(({ state, heldBy }) => [state, heldBy])).toEqual([
      ['held', HELD_AFTER_RESTORE],
      ['held', HELD_AFTER_RESTORE],
    ]);
    await again.close();
  });

  test('keeps what was there, and is finished by the next start wherever it was cut off', async () => {
    const data = join(folder, 'data');
    const { storage, append } = await openOffice(data);
    await append('one');
    await runJob(order(storage, { isTried: false }), run);
    await append('two');
    await storage.close();
    await stageRestore({
      order: { ...facts, kind: 'stage', snapshotId: null, dataFolder: data },
      ...{ keyPlace: null, now: 0, stageFiles: stageHere(run) },
    });
    for (const cut of cuts()) {
      await rm(join(folder, 'copy'), { recursive: true, force: true });
      await cp(data, join(folder, 'copy'), { recursive: true });
      await cut(join(folder, 'copy'));
      expect(finishStaged(join(folder, 'copy'))).toContain('before-restore-');
      const now = await openTestStorage(join(folder, 'copy'));
      expect(await textsOf(now)).toEqual(['one']);
      await now.close();
      const then = await openTestStorage(join(folder, 'copy', 'before-restore-1970-01-01T00-00-00'));
      expect(await textsOf(then)).toEqual(['one', 'two']);
      await then.close();
    }
  });

  test('that was cut off before it was marked changes nothing', async () => {
    const data = join(folder, 'data');
    const { storage, append } = await openOffice(data);
    await append('one');
    await runJob(order(storage, { isTried: false }), run);
    await storage.close();
    await runJob({ ...facts, kind: 'stage', snapshotId: null, dataFolder: data }, run);
    expect(await readdir(stagedFolder(data))).toContain('postroom.db');
    expect(finishStaged(data)).toBeNull();
    const again = await openTestStorage(data);
    expect(await textsOf(again)).toEqual(['one']);
    await again.close();
  });
});

/** States in which a cut may leave the folder. */
function cuts(): readonly ((copy: string) => Promise<void>)[] {
  const stamp = 'before-restore-1970-01-01T00-00-00';
  return [
    () => Promise.resolve(),
    // Between two entries of the old data.
    async (copy) => {
      await mkdir(join(copy, stamp), { recursive: true });
      await rename(join(copy, 'postroom.db'), join(copy, stamp, 'postroom.db'));
    },
    // Between two entries of the new data.
    async (copy) => {
      await mkdir(join(copy, stamp), { recursive: true });
      for (const name of await readdir(copy))
        if (/^(?:postroom\.(?:db.*|key)|content)$/u.test(name))
          await rename(join(copy, name), join(copy, stamp, name));
      await rename(join(copy, 'restore', 'ready'), join(copy, 'restore', 'halfway'));
      await rename(join(copy, 'restore', 'data', 'postroom.db'), join(copy, 'postroom.db'));
    },
  ];
}

describe('a trial restore', () => {
  test('names what could not be read back', async () => {
    const data = join(folder, 'data');
    const { storage, append } = await openOffice(data);
    await append(LARGE);
    await runJob(order(storage, { isTried: false }), run);
    const packs = join(folder, 'place', 'packs');
    const sizes = await Promise.all(
      (await readdir(packs)).map(async (name) => ({ name, octets: await readFile(join(packs, name)) })),
    );
    // The message lies in the largest.
    const [pack] = sizes.sort((a, b) => b.octets.length - a.octets.length);
    await writeFile(join(packs, pack?.name ?? ''), pack?.octets.fill(0, 100_000) ?? '');
    const report = await runJob({ ...facts, kind: 'verify', trialFolder: data }, run);
    expect(report.damagedPacks).toEqual([`packs/${pack?.name}`]);
    expect(report.trial?.findings).not.toEqual([]);
    // What is damaged is stored again.
    const { trial } = await runJob(order(storage), run);
    expect(trial).toEqual({ findings: [] });
    await storage.close();
  });
});

test('two backups at one place do not meet', async () => {
  const one = await openOffice(join(folder, 'one'));
  const two = await openOffice(join(folder, 'two'));
  for (let number = 0; number < 30; number++) await one.append(LARGE);
  const both = await Promise.allSettled([
    runJob(order(one.storage, { isTried: false }), run),
    runJob({ ...order(two.storage, { isTried: false }), holder: 'other' }, run),
  ]);
  const refused = both.filter((each) => each.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const each of refused) expect(each.reason).toMatchObject({ code: 'locked' });
  await Promise.all([one.storage.close(), two.storage.close()]);
});

test('a cancelled backup leaves no scratch and no record', async () => {
  const { storage, append } = await openOffice(join(folder, 'data'));
  for (let number = 0; number < 20; number++) await append(LARGE);
  const stop = new AbortController();
  const cancelled = runJob(order(storage), { ...run, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect((await runJob({ ...facts, kind: 'list' }, run)).snapshots).toEqual([]);
  expect(await readdir(join(folder, 'data', 'backup-scratch'))).toEqual([]);
  await storage.close();
});
