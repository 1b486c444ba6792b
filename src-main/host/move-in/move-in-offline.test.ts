import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { withStorage } from '../offline-tasks.ts';
import { systemClock } from '../system-clock.ts';
import type { MailOutcome } from './carry-out.ts';
import { HMAILSERVER_BACKUP } from './hmailserver-backup.fixture.ts';
import { moveInOffline, type MoveInOptions } from './move-in-offline.ts';

const randomBytes = createPooledRandom();
const PASSWORD = 'correct horse';
const HASH = `ab12cd${createHash('sha256').update(`ab12cd${PASSWORD}`).digest('hex')}`;
const BACKUP = HMAILSERVER_BACKUP.replace(/Password="ab12cd\w+"/u, `Password="${HASH}"`);

let folder: string;
let outcomes: Map<string, MailOutcome>;
let options: Omit<MoveInOptions, 'origin'>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-move-in-'));
  outcomes = new Map();
  options = {
    ...{
      dataFolder: join(folder, 'data'),
      clock: systemClock,
      randomBytes,
      signal: new AbortController().signal,
    },
    onError: (error) => expect.unreachable(String(error)),
    onProgress: () => undefined,
    onAccount: (address, outcome) => outcomes.set(address, outcome),
  };
});

afterEach(() => rmSync(folder, { recursive: true }));

function writeBackup(): string {
  writeFileSync(join(folder, 'hMailServerBackup.xml'), BACKUP);
  const files = { 'A1/{A1B2}.eml': 'first', 'A1/{A1B3}.eml': 'second', 'C3/{C3D4}.eml': 'third' };
  for (const [name, subject] of Object.entries(files)) {
    const path = join(folder, 'Data', 'example.com', 'anna', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `Subject: ${subject}\r\n\r\nHello.\r\n`);
  }
  return folder;
}

function moveInBackup(path: string) {
  return moveInOffline({ ...options, origin: { from: 'hmailserver', path, mailFolder: null } });
}

describe('an hMailServer', () => {
  it('moves in with mailboxes, flags and dates, keeps the passwords, and catches up at a second run', async () => {
    const path = writeBackup();
    const moved = await moveInBackup(path);
    expect(moved).toMatchObject({ ok: true, value: { accounts: 2, failed: 0 } });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: { progress: { messages: 3, failed: 0 } },
    });
    const again = await moveInBackup(path);
    expect(again).toMatchObject({ ok: true });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: { progress: { messages: 0, skipped: 3 } },
    });
    await withStorage(options, async ({ directory, mailStore }) => {
      const [anna, tom] = await directory.listAccounts();
      expect([anna?.isEnabled, tom?.isEnabled]).toEqual([true, false]);
      const mailboxes = await mailStore.listMailboxes(anna?.id ?? 0);
      const names = ['INBOX', 'INBOX/Customers', 'Archive', 'Archive/2019 > 2020'];
      expect(mailboxes.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      expect(await mailStore.listSubscriptions(anna?.id ?? 0)).toEqual(
        expect.arrayContaining(names.slice(2)),
      );
      const inbox = await mailStore.findMailbox(anna?.id ?? 0, 'INBOX');
      const entries = await mailStore.listEntries(inbox?.id ?? 0);
      expect(entries?.map(({ flags }) => [...flags].sort())).toEqual([['\\Flagged', '\\Seen'], []]);
      const keeper = new PasswordKeeper({ clock: systemClock, randomBytes });
      const stored = anna?.credentials?.scrypt ?? null;
      expect(await keeper.verify(PASSWORD, stored)).toBe(true);
      expect(await keeper.verify('wrong', stored)).toBe(false);
    });
  });

  it('names a message whose file is gone, and brings the others', async () => {
    const path = writeBackup();
    rmSync(join(folder, 'Data/example.com/anna/A1/{A1B3}.eml'));
    expect(await moveInBackup(path)).toMatchObject({
      value: { failed: 1 },
    });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: {
        progress: { messages: 2, failed: 1 },
        problems: [{ where: '{A1B3}.eml', reason: 'its file is not in the backup' }],
      },
    });
  });

  it.each([
    ['x.7z', 'notUnpacked'],
    ['nothing', 'unreadable'],
  ])('%s is refused before anything is made', async (name, problem) => {
    expect(await moveInBackup(join(folder, name))).toMatchObject({ error: { kind: 'backup', problem } });
  });

  it('without its messages is refused', async () => {
    writeFileSync(join(folder, 'hMailServerBackup.xml'), BACKUP);
    expect(await moveInBackup(folder)).toMatchObject({ error: { problem: 'noMailFolder' } });
  });
});

describe('a list of servers', () => {
  it('names the account whose server does not answer, and goes on', async () => {
    const csv = 'address,password,server,port,tls\na@example.com,x,127.0.0.1,9,none';
    const origin = { from: 'servers', csv, server: null, mustVerify: true } as const;
    expect(await moveInOffline({ ...options, origin })).toMatchObject({ value: { accounts: 1, failed: 1 } });
    expect(outcomes.get('a@example.com')).toMatchObject({ error: { remedy: 'connection' } });
  });

  it('with an address that is an alias here is refused whole', async () => {
    await moveInBackup(writeBackup());
    const csv = 'address,password,server\ninfo@example.com,x,old.example\nx@example.net,x,old.example';
    const origin = { from: 'servers', csv, server: null, mustVerify: true } as const;
    expect(await moveInOffline({ ...options, origin })).toMatchObject({
      error: {
        mistakes: [
          { line: 2, problem: 'notAnAccount' },
          { line: 3, problem: 'notAnAccount' },
        ],
      },
    });
  });
});
