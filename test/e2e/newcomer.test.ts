/**
 * A newcomer who follows only the guide: moves a Maildir of 10,000 messages in, makes a backup, destroys the data folder, restores
 * it, and reads the same mail. Every command of the guide that can be typed here is.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findDataEntry } from '../../src-main/host/data-layout.ts';
import { makeNewcomer, type Newcomer } from '../support/newcomer.ts';

const MESSAGES = 10_000;
/** Every fifth lies in a folder beneath. */
const IN_ARCHIVE = MESSAGES / 5;
/** Of each mailbox every so many messages are read whole. */
const READ_EVERY = 20;

let newcomer: Newcomer;

beforeAll(async () => {
  newcomer = await makeNewcomer();
});

afterAll(() => newcomer.goHome());

const digest = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

function messageText(number: number): string {
  return [
    `Message-ID: <${String(number)}@old.example>`,
    `Date: Mon, 2 Mar 2026 08:${String(number % 60).padStart(2, '0')}:00 +0000`,
    'From: Tom <tom@partner.example>',
    'To: Anna <anna@example.com>',
    `Subject: Letter ${String(number)}`,
    '',
    `This is letter ${String(number)}. ${'It is not long. '.repeat(number % 50)}`,
    '',
  ].join('\r\n');
}

async function makeMaildir(folder: string): Promise<ReadonlyMap<string, string>> {
  for (const path of ['', '.Archive'])
    for (const part of ['cur', 'new', 'tmp']) await mkdir(join(folder, path, part), { recursive: true });
  const digests = new Map<string, string>();
  for (let number = 0; number < MESSAGES; number++) {
    const text = messageText(number);
    const name = `${String(1_700_000_000 + number)}.M${String(number)}.old:2,${number % 3 === 0 ? '' : 'S'}`;
    await writeFile(join(folder, number % 5 === 0 ? '.Archive' : '', 'cur', name), text);
    digests.set(`<${String(number)}@old.example>`, digest(text));
  }
  return digests;
}

/** Messages of a mailbox, and of some of them what they hold, by Message-ID. */
async function readMailbox(client: ImapFlow, mailbox: string) {
  const lock = await client.getMailboxLock(mailbox);
  const read = new Map<string, string>();
  let count = 0;
  let seen = 0;
  try {
    const wanted: number[] = [];
    for await (const { seq, flags } of client.fetch('1:*', { flags: true })) {
      count++;
      if (flags?.has('\\Seen') === true) seen++;
      if (seq % READ_EVERY === 1) wanted.push(seq);
    }
    for await (const { source, envelope } of client.fetch(wanted.join(','), { source: true, envelope: true }))
      if (source !== undefined) read.set(envelope?.messageId ?? '', digest(source));
  } finally {
    lock.release();
  }
  return { count, seen, read };
}

/** Anna signs in with the password that the guide's file gives her. */
async function insistOnMail(digests: ReadonlyMap<string, string>): Promise<void> {
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port: newcomer.ready.listeners['imaps'] ?? 0, secure: true, logger: false },
    auth: { user: 'anna@example.com', pass: 'another long one' },
    tls: { rejectUnauthorized: false },
  });
  await client.connect();
  const inbox = await readMailbox(client, 'INBOX');
  const archive = await readMailbox(client, 'Archive');
  await client.logout();
  expect([inbox.count, archive.count]).toEqual([MESSAGES - IN_ARCHIVE, IN_ARCHIVE]);
  expect(inbox.seen + archive.seen).toBe(MESSAGES - Math.ceil(MESSAGES / 3));
  const read = [...inbox.read, ...archive.read];
  expect(read).toHaveLength(MESSAGES / READ_EVERY);
  for (const [id, found] of read) expect([id, found]).toEqual([id, digests.get(id)]);
}

it('follows the guide from nothing to the same mail after the data folder is gone', async () => {
  const { home } = newcomer;
  const digests = await makeMaildir(join(home, 'Maildir'));
  await newcomer.follow('first-hour', 'start');
  await writeFile(join(home, 'office.json'), newcomer.fileFrom('first-hour', 'provision'));
  await newcomer.follow('first-hour', 'provision');

  await newcomer.follow('moving-in', 'maildir');
  expect(newcomer.output).toContain(
    `${String(MESSAGES)} messages, 0 were there already, 0 could not be read`,
  );
  await insistOnMail(digests);

  await newcomer.follow('backups', 'first');
  expect(newcomer.output).toContain('everything is in order');
  await newcomer.follow('backups', 'key');
  await newcomer.follow('backups', 'dead');
  expect(newcomer.output).toContain(`${String(MESSAGES)} messages of`);
  await insistOnMail(digests);
  await newcomer.stop();

  await writeFile(join(home, 'new.txt'), 'a new one that is long\n');
  await newcomer.follow('what-to-do-when', 'password');
  await newcomer.follow('what-to-do-when', 'doctor');
  await newcomer.follow('leaving', 'mail');
  expect(await readdir(join(home, 'export/anna/cur'))).toHaveLength(MESSAGES - IN_ARCHIVE);
  await newcomer.follow('leaving', 'set-up');
  expect(newcomer.untyped).toEqual([]);

  const left = await readdir(join(home, '.local/share/postroom'), { withFileTypes: true });
  const unnamed = left.filter((entry) => findDataEntry(entry.name, entry.isDirectory()) === null);
  expect(unnamed.map(({ name }) => name)).toEqual([]);
});
