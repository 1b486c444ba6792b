/**
 * Backup office: a small data folder with a week of backups, made by the product's own engine at a place beside it.
 *
 * Its clock stands a week back at first and is moved on night by night; then it goes as the wall clock does, and the console can back up,
 * look inside and bring back as on a real server. All of it lies in one temporary folder, which goes with close().
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src-main/base/clock.ts';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { createDirectory } from '../../src-main/directory/create-directory.ts';
import { PasswordKeeper } from '../../src-main/directory/credentials.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { BackupDesk } from '../../src-main/host/backups/backup-desk.ts';
import { startBackupSchedule } from '../../src-main/host/backups/backup-schedule.ts';
import { BrowseDesk } from '../../src-main/host/backups/browse-desk.ts';
import type { BackupConsole } from '../../src-main/host/backups/console-port.ts';
import { runJob } from '../../src-main/host/backups/run-job.ts';
import type { RunBackupJob } from '../../src-main/host/backups/run-in-thread.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from '../contract/mail-stores.ts';
import { PEOPLE } from './office-people.ts';

/** none: nobody has said where they go. failing: the place is away, as a disk that is not plugged in. */
export const BACKUP_MOODS = ['kept', 'failing', 'none'] as const;
export type BackupMood = (typeof BACKUP_MOODS)[number];

const DAY_MS = 24 * 60 * 60_000;
const NIGHTS = 6;
const BACKUP_HOUR = 3;
const MESSAGES_A_DAY = 12;
const ATTACHMENT_OCTETS = 30_000;
const SUBJECTS = [
  'Offer for 40 pallets',
  '发货通知',
  'Minutes of Monday',
  'Rechnung 2025-118',
  '茶样确认',
  'Keys for the warehouse',
];

export interface BackupOffice {
  readonly backups: BackupConsole;
  close(): Promise<void>;
}

export async function openBackupOffice(wallClock: Clock, isFailing: boolean): Promise<BackupOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'office-nas-'));
  const dataFolder = join(folder, 'data');
  const storage = await openTestStorage(dataFolder);
  const clock = new NightClock(wallClock);
  const runHere: RunBackupJob = (job, run) => runJob(job, { ...run, clock });
  const own = { dataFolder, runJob: runHere, clock, logger: silentLogger };
  const desk = await BackupDesk.open({ ...own, storage, version: '0.1.0', keyPlace: null, restart: null });
  const place = join(folder, 'postroom');
  const office = new OfficeMail(storage);
  await office.addPeople();
  await desk.setPlace({ kind: 'folder', path: place }, null);
  for (let night = NIGHTS; night > 0; night--) {
    clock.goTo(nightBefore(wallClock.now(), night - 1));
    await office.receiveMail(clock.now());
    await backUp(desk);
  }
  clock.goTo(wallClock.now());
  await desk.change({ isKeyKept: true });
  if (isFailing) {
    await rename(place, `${place}-unplugged`);
    await backUp(desk);
  }
  await desk.look();
  const browse = await openBrowse(storage, { ...own, desk });
  const timer = startBackupSchedule(desk, clock);
  return {
    backups: { desk, browse, nextAt: timer.nextAt, countHeld: () => 0 },
    close: async () => {
      timer.stop();
      await desk.stop();
      await browse.close();
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Goes on by itself from wherever it was put. */
class NightClock implements Clock {
  readonly after: Clock['after'];
  readonly #wallClock: Clock;
  #shiftMs = 0;

  constructor(wallClock: Clock) {
    this.#wallClock = wallClock;
    this.after = (delayMs, callback) => wallClock.after(delayMs, callback);
  }

  goTo(at: number): void {
    this.#shiftMs = at - this.#wallClock.now();
  }

  now = (): number => this.#wallClock.now() + this.#shiftMs;
}

/** The last such night has passed, whatever the hour is. */
function nightBefore(now: number, days: number): number {
  const today = new Date(now).setHours(BACKUP_HOUR, 0, 0, 0);
  return (today < now ? today : today - DAY_MS) - days * DAY_MS;
}

async function backUp(desk: BackupDesk): Promise<void> {
  desk.backUp('scheduled');
  while (desk.slot.view !== null)
    await new Promise<void>((resolve) => {
      const stop = desk.onChange(() => {
        stop();
        resolve();
      });
    });
}

async function openBrowse(
  storage: Storage,
  own: { desk: BackupDesk; runJob: RunBackupJob; dataFolder: string; clock: Clock },
): Promise<BrowseDesk> {
  const { clock } = own;
  const passwords = new PasswordKeeper({ clock, randomBytes });
  const directory = await createDirectory({
    ...{ rows: storage.directory, passwords, clock, onError: () => undefined },
    maySendAs: () => Promise.resolve(false),
  });
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const makeId = createIdMaker(() => clock.now(), randomBytes);
  const { mailStore, scripts } = storage;
  return new BrowseDesk({ ...own, mailStore, scripts, directory, receiver, makeId, logger: silentLogger });
}

class OfficeMail {
  readonly #storage: Storage;
  readonly #inboxes: number[] = [];

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async addPeople(): Promise<void> {
    const { directory, mailStore } = this.#storage;
    for (const name of new Set(PEOPLE.map(([, , domain]) => domain)))
      await directory.addDomain({ name, createdAt: 0 });
    for (const [localPart, name, domain] of PEOPLE) {
      const account = await directory.addAccount({
        ...{ localPart, domain, name, addressKey: `${localPart}@${domain}`, kind: 'person', createdAt: 0 },
        ...{ quotaBytes: null, quotaMessages: null, credentials: { scrypt: '', scramSha256: '' } },
      });
      const inbox = await mailStore.findMailbox(account, 'INBOX');
      if (inbox !== null) this.#inboxes.push(inbox.id);
    }
  }

  async receiveMail(at: number): Promise<void> {
    const { spool, mailStore } = this.#storage;
    const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
    for (let number = 0; number < MESSAGES_A_DAY; number++) {
      const writer = receiver.begin();
      await writer.write(Buffer.from(messageText(number, at)));
      const content = await writer.finish();
      const inbox = this.#inboxes[number % this.#inboxes.length] ?? 0;
      await mailStore.appendMessages(inbox, [{ content, flags: [], internalDate: at }]);
    }
  }
}

function messageText(number: number, at: number): string {
  const subject = SUBJECTS[number % SUBJECTS.length] ?? '';
  return [
    'From: Marta Keller <marta.keller@spedition-keller.example>',
    `Subject: ${subject}`,
    `Message-ID: <${at}.${number}@spedition-keller.example>`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    '',
    randomBytes(ATTACHMENT_OCTETS).toString('base64'),
    '',
  ].join('\r\n');
}
