import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReadingOffice, TOM } from '../../test/support/reading-office.ts';
import { MemoryTranscripts } from '../../test/support/memory-transcripts.ts';
import { startReadingServer } from '../../test/support/reading-listeners.ts';
import { silentLogger } from '../base/logger.ts';
import type { Account } from '../directory/port.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import { systemClock } from './system-clock.ts';
import { createTransferDesk, type TransferDesk } from './transfer-desk.ts';

const imap = {
  connect: createTcpConnect({ clock: systemClock }),
  transcripts: new MemoryTranscripts(),
  clock: systemClock,
  randomBytes,
};
let folder: string;
let office: ReadingOffice;
let desk: TransferDesk;
let tom: Account;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-desk-'));
  office = new ReadingOffice();
  const { store: mailStore, receiver, clock } = office;
  desk = createTransferDesk({ dataFolder: folder, mailStore, receiver, clock, imap, logger: silentLogger });
  const found = await office.directory.getAccount(TOM);
  if (found === null) throw new Error('tom is gone');
  tom = found;
});

afterEach(async () => {
  await desk.stop();
  await rm(folder, { recursive: true, force: true });
});

function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    desk.onChange(() => (desk.list()[0]?.state === 'running' ? undefined : resolve()));
  });
}

test('an export appears in the folder, and an import brings it in', async () => {
  await office.arrive('Message-ID: <1@x>\nSubject: a\n\nhello\n');
  const ended = untilEnded();
  const started = desk.startExport(tom, 'mbox');
  expect(desk.startExport(tom, 'eml')).toEqual({ ok: false, error: 'transferUnderWay' });
  await ended;
  expect(desk.list()[0]).toMatchObject({ kind: 'export', state: 'done', progress: { messages: 1 } });
  const place = started.ok ? started.value.place : '';
  expect(await desk.listPlaces()).toEqual([place]);
  const again = untilEnded();
  await desk.startImport(tom, place);
  await again;
  expect(desk.list()[0]).toMatchObject({
    kind: 'import',
    state: 'done',
    progress: { messages: 0, skipped: 1 },
  });
});

test('nothing outside the folder is read', async () => {
  await mkdir(desk.folder, { recursive: true });
  await writeFile(join(folder, 'secret.eml'), 'Subject: secret\n\n');
  expect(await desk.startImport(tom, '../secret.eml')).toEqual({ ok: false, error: 'invalidFileName' });
  expect(await desk.startImport(tom, '..')).toEqual({ ok: false, error: 'invalidFileName' });
  expect(await desk.startImport(tom, 'secret.eml')).toEqual({ ok: false, error: 'noSuchFile' });
  await writeFile(join(desk.folder, 'notes.txt'), 'hello');
  expect(await desk.startImport(tom, 'notes.txt')).toEqual({ ok: false, error: 'notMail' });
});

test('a cancelled one says so', async () => {
  await office.arrive('Subject: a\n\nhello\n');
  const ended = untilEnded();
  const started = desk.startExport(tom, 'maildir');
  desk.cancel(started.ok ? started.value.id : '');
  await ended;
  expect(desk.list()[0]?.state).toBe('cancelled');
});

test('one whose mailboxes cannot be read ends as failed, and the next one may begin', async () => {
  const { store, receiver, clock } = office;
  let isBroken = true;
  const mailStore = Object.create(store, {
    listMailboxes: {
      value: (id: number) =>
        isBroken ? Promise.reject(new Error('disk I/O error')) : store.listMailboxes(id),
    },
  }) as typeof store;
  desk = createTransferDesk({ dataFolder: folder, mailStore, receiver, clock, imap, logger: silentLogger });
  const ended = untilEnded();
  desk.startExport(tom, 'eml');
  await ended;
  expect(desk.list()[0]).toMatchObject({ state: 'failed', reason: 'disk I/O error' });
  isBroken = false;
  expect(desk.startExport(tom, 'mbox').ok).toBe(true);
});

test('an account is brought over from another server, and a wrong password is a sentence', async () => {
  const old = await startReadingServer();
  await old.office.arrive('Message-ID: <1@old>\nSubject: from there\n\nhello\n');
  const server = {
    host: '127.0.0.1',
    port: old.ports.imaps,
    tls: 'implicit',
    mustVerify: false,
    user: 'tom@server1.com',
    password: 'secret-tom',
  } as const;
  const ended = untilEnded();
  expect(desk.startPull(tom, server).ok).toBe(true);
  await ended;
  expect(desk.list()[0]).toMatchObject({
    kind: 'import',
    format: 'imap',
    place: 'tom@server1.com (127.0.0.1)',
    state: 'done',
    progress: { messages: 1, totalMessages: 1 },
  });
  const refused = untilEnded();
  desk.startPull(tom, { ...server, password: 'guess' });
  await refused;
  expect(desk.list()[0]).toMatchObject({
    state: 'failed',
    reason: 'The server refused the sign-in: [AUTHENTICATIONFAILED] Wrong name or password',
  });
  const strict = untilEnded();
  desk.startPull(tom, { ...server, mustVerify: true });
  await strict;
  expect(desk.list()[0]).toMatchObject({ state: 'failed' });
  expect(desk.list()[0]?.reason).toContain('self-signed');
  await old.stop();
});
