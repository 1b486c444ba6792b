import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOM } from '../../../test/support/reading-office.ts';
import { MemoryTranscripts } from '../../../test/support/memory-transcripts.ts';
import { startReadingServer, type ReadingServer } from '../../../test/support/reading-listeners.ts';
import { silentLogger } from '../../base/logger.ts';
import type { MoveInJob, MoveInSource } from '../../contract/move-in.ts';
import { Administrators } from '../../directory/administrators/administrators.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { openStorage, type Storage } from '../../storage/open-storage.ts';
import { defaultSettings } from '../default-settings.ts';
import { openDirectoryOffline } from '../offline-directory.ts';
import { openTransfers, type Transfers } from '../open-transfers.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { systemClock } from '../system-clock.ts';
import { HMAILSERVER_BACKUP } from './hmailserver-backup.fixture.ts';
import type { MoveInDesk } from './move-in-desk.ts';

const randomBytes = createPooledRandom();
const BACKUP: MoveInSource = { from: 'hmailserver', place: 'backup', mailPlace: null };

let folder: string;
let storage: Storage;
let directory: FullDirectory;
let open: Transfers;
let desk: MoveInDesk;
let old: ReadingServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-move-in-desk-'));
  const onError = (error: unknown) => expect.unreachable(String(error));
  let ids = 0;
  storage = await openStorage({
    ...{ folder, makeId: () => `id${++ids}`, defaultSettings: defaultSettings('localhost'), onError },
  });
  const passwords = new PasswordKeeper({ clock: systemClock, randomBytes });
  directory = await openDirectoryOffline(storage, { passwords, clock: systemClock, onError });
  const administrators = await Administrators.open({
    ...{ rows: storage.administrators, passwords, clock: systemClock, onError },
  });
  open = openTransfers(storage, {
    ...{ dataFolder: folder, clock: systemClock, randomBytes, logger: silentLogger },
    receiver: createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer }),
    transcripts: new MemoryTranscripts(),
    targets: { ...storage, ...storage.screening, directory, administrators },
  });
  desk = open.moveIn;
  old = await startReadingServer();
});

afterEach(async () => {
  await desk.stop();
  await old.stop();
  await storage.close();
  rmSync(folder, { recursive: true });
});

function writeBackup(messages = 3): void {
  const many = Array.from(
    { length: messages },
    (_, at) => `<Message CreateTime="2024-05-01 09:30:00" Filename="{M${at}}.eml" Flags="0"/>`,
  ).join('');
  const text = HMAILSERVER_BACKUP.replace(/<Messages>[^]*?<\/Messages>/u, `<Messages>${many}</Messages>`);
  const place = join(folder, 'transfer', 'backup');
  const files = join(place, 'DataBackup', 'example.com', 'anna');
  for (let at = 0; at < messages; at++) {
    const shelf = join(files, `M${String(at).charAt(0)}`);
    mkdirSync(shelf, { recursive: true });
    writeFileSync(join(shelf, `{M${at}}.eml`), `Subject: ${at}\r\nMessage-ID: <${at}@x>\r\n\r\nHello.\r\n`);
  }
  mkdirSync(join(files, 'C3'), { recursive: true });
  writeFileSync(join(files, 'C3', '{C3D4}.eml'), 'Subject: third\r\n\r\nHello.\r\n');
  writeFileSync(join(place, 'hMailServerBackup.xml'), text);
}

function listOf(rows: readonly string[]): MoveInSource {
  const csv = ['address,password,server,port,tls', ...rows].join('\n');
  return { from: 'servers', csv, server: '127.0.0.1', mustVerify: false };
}

async function until(isSo: (job: MoveInJob | null) => boolean): Promise<MoveInJob | null> {
  const look = async () => (await desk.view()).job;
  if (isSo(await look())) return look();
  return new Promise((resolve) => {
    const stop = desk.onChange(() => {
      void look().then((job) => {
        if (!isSo(job)) return;
        stop();
        resolve(job);
      });
    });
  });
}

const untilEnded = () => until((job) => job !== null && job.endedAt !== null);

describe('a backup of hMailServer', () => {
  it('is told of before anything is written', async () => {
    writeBackup();
    const preview = await desk.preview(BACKUP);
    expect(preview).toMatchObject({ value: { kind: 'plan' } });
    const items = preview.ok && preview.value.kind === 'plan' ? preview.value.items : [];
    expect(items.find(({ kind }) => kind === 'account')).toMatchObject({
      name: 'anna@example.com',
      state: 'comes',
      messages: 4,
    });
    expect(await directory.listDomains()).toEqual([]);
    expect((await desk.view()).job).toBeNull();
  });

  it('comes account by account, and catching up brings what is new only', async () => {
    writeBackup();
    expect(await desk.start(BACKUP)).toEqual({ ok: true, value: undefined });
    expect(await desk.start(BACKUP)).toEqual({ ok: false, error: 'moveInUnderWay' });
    expect(await untilEnded()).toMatchObject({
      ...{ from: 'hmailserver', place: 'backup', round: 1, state: 'done' },
      accounts: [
        { address: 'anna@example.com', state: 'done', messages: 4, skipped: 0, remedy: null },
        { address: 'tom@example.com', state: 'done', messages: 0 },
      ],
      left: [{ kind: 'rule' }, { kind: 'password' }, { kind: 'route', reason: 'routeSignsIn' }],
    });
    writeBackup(5);
    await desk.catchUp();
    expect(await untilEnded()).toMatchObject({
      round: 2,
      accounts: [{ messages: 2, skipped: 4 }, { messages: 0 }],
      left: [],
    });
  });

  it('keeps routes that are here, and does not bring those that are twice', async () => {
    const route = { name: 'own', recipientDomain: 'own.example', hosts: ['10.0.0.1'] } as const;
    const kept = { ...route, protocol: 'smtp', tls: 'none', verifyCertificate: false } as const;
    await storage.settings.change({ routes: [kept] });
    writeBackup();
    await desk.start(BACKUP);
    await untilEnded();
    await desk.catchUp();
    await untilEnded();
    const { routes } = await storage.settings.read();
    expect(routes.map(({ recipientDomain }) => recipientDomain)).toEqual(['own.example', 'partner.example']);
  });

  it('is cancelled where it is, and goes on from there', async () => {
    writeBackup(2000);
    await desk.start(BACKUP);
    await until((job) => (job?.accounts[0]?.messages ?? 0) > 0);
    desk.cancel();
    const cancelled = await untilEnded();
    const came = cancelled?.accounts[0]?.messages ?? 0;
    expect(cancelled).toMatchObject({ state: 'cancelled', accounts: [{ state: 'cancelled' }, {}] });
    expect(came).toBeLessThan(2001);
    await desk.catchUp();
    expect(await untilEnded()).toMatchObject({
      ...{ state: 'done', round: 2 },
      accounts: [{ messages: 2001 - came, skipped: came }, {}],
    });
  }, 60_000);

  it('is looked for in the transfer folder only', async () => {
    const place = (name: string): MoveInSource => ({ from: 'hmailserver', place: name, mailPlace: null });
    expect(await desk.preview(place('../backup'))).toEqual({ ok: false, error: 'invalidFileName' });
    expect(await desk.start(place('nothing'))).toEqual({ ok: false, error: 'noSuchFile' });
    writeBackup();
    const { folder: transfer } = await desk.view();
    renameSync(join(transfer, 'backup', 'DataBackup'), join(transfer, 'mail'));
    const problem = { kind: 'backup', problem: 'noMailFolder' };
    expect(await desk.preview(BACKUP)).toMatchObject({ value: problem });
    expect(await desk.start(BACKUP)).toEqual({ ok: false, error: 'changedMeanwhile' });
    expect(await desk.preview({ ...BACKUP, mailPlace: 'mail' })).toMatchObject({
      value: { kind: 'plan' },
    });
  });
});

describe('a list of accounts on IMAP servers', () => {
  it('comes, says what can be done about those that fail, and catches up until it is finished', async () => {
    await old.office.arrive('Message-ID: <1@old>\nSubject: one\n\nx\n');
    await old.office.store.createMailbox(TOM, 'Empty');
    const { imaps } = old.ports;
    const rows = [
      `tom@server1.com,secret-tom,,${imaps},`,
      `anna@server1.com,wrong,,${imaps},`,
      'otto@server1.com,x,,9,none',
    ];
    await desk.start(listOf(rows));
    expect(await untilEnded()).toMatchObject({
      ...{ from: 'servers', place: '', state: 'done' },
      accounts: [
        { address: 'tom@server1.com', state: 'done', messages: 1 },
        { address: 'anna@server1.com', state: 'failed', remedy: 'signIn' },
        { address: 'otto@server1.com', state: 'failed', remedy: 'connection' },
      ],
    });
    const tom = (await directory.listAccounts()).find(({ localPart }) => localPart === 'tom');
    expect(await directory.hasPassword(tom?.id ?? 0, 'secret-tom')).toBe(true);
    expect(await storage.mailStore.findMailbox(tom?.id ?? 0, 'Empty')).not.toBeNull();
    await old.office.arrive('Message-ID: <2@old>\nSubject: two\n\nx\n');
    await desk.catchUp();
    expect(await untilEnded()).toMatchObject({ round: 2, accounts: [{ messages: 1, skipped: 1 }, {}, {}] });
    expect(JSON.stringify(await desk.view())).not.toContain('secret-tom');
    await desk.finish();
    expect((await desk.view()).job).toBeNull();
    expect(await desk.catchUp()).toEqual({ ok: false, error: 'nothingChosen' });
  });

  it('with a mistake is refused with its row and column', async () => {
    const source = listOf(['tom@server1.com,,,x,']);
    expect(await desk.preview(source)).toMatchObject({
      value: {
        kind: 'list',
        mistakes: [
          { line: 2, column: 'password', problem: 'noPassword' },
          { line: 2, column: 'port', problem: 'wrongPort', value: 'x' },
        ],
      },
    });
    expect(await desk.start(source)).toEqual({ ok: false, error: 'changedMeanwhile' });
  });
});
