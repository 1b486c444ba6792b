/**
 * `npm run bench:find`: any of 1,000,000 messages by any of its keys: how long the host takes, as the console asks it.
 *
 * `npm run bench:find -- 100000` takes fewer. Encrypted first, then in the clear.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import { findMessages } from '../../src-main/observe/find-messages.ts';
import type { MessageFilter } from '../../src-main/observe/port.ts';
import { openStorage, type Storage } from '../../src-main/storage/open-storage.ts';
import { seededKeys, seedTimelines } from '../support/timeline-seed.ts';

const MESSAGES = Number(process.argv[2] ?? 1_000_000);
const LOOKS = 100;
const PAGE = 100;

type Keys = ReturnType<typeof seededKeys>;

/** How people look for a message, and whether the first page must have it. */
const WAYS: readonly (readonly [title: string, filter: (keys: Keys) => Omit<MessageFilter, 'limit'>])[] = [
  ['queue id', ({ traceId }) => ({ text: traceId })],
  ['Message-ID', ({ messageId }) => ({ text: messageId })],
  ['sender and recipient', ({ sender, recipient }) => ({ text: `${sender} ${recipient}` })],
  ['sender', ({ sender }) => ({ text: sender })],
  ['local part', ({ recipient }) => ({ text: recipient.split('@')[0] ?? '' })],
  ['domain', ({ recipient }) => ({ text: recipient.split('@')[1] ?? '' })],
  ['part of a word', ({ recipient }) => ({ text: recipient.slice(3, 11) })],
  ['last word of the subject', ({ subject }) => ({ text: subject.split(' ').at(-1) ?? '' })],
  ['subject', ({ subject }) => ({ text: subject })],
  ['two ideographs and a domain', ({ sender }) => ({ text: `预算 ${sender}` })],
  ["client's name", ({ clientName }) => ({ text: clientName })],
  ["client's address", ({ clientAddress }) => ({ text: clientAddress })],
  ['host it went to', ({ remoteMta }) => ({ text: remoteMta })],
  ["that host's id for it", ({ remoteId }) => ({ text: remoteId })],
  ['three letters', ({ messageId }) => ({ text: messageId.slice(2, 5) })],
  ['one word that all have', () => ({ text: 'example' })],
  ['a word that none has', ({ remoteId }) => ({ text: `nowhere${remoteId}` })],
  ['three letters that none has', () => ({ text: 'qjx' })],
  ['pasted bounce', ({ messageId, recipient }) => ({ text: bounce(messageId, recipient) })],
  ['failed, by sender', ({ sender }) => ({ text: sender, state: 'failed' })],
  ['failed, of one domain', ({ recipient }) => ({ text: recipient.split('@')[1] ?? '', state: 'failed' })],
  ['failed, a common word', () => ({ text: 'example', state: 'failed' })],
  ['waiting, a common word', () => ({ text: 'example', state: 'waiting' })],
  ['failed', () => ({ state: 'failed' })],
  ['page after that message', ({ traceId }) => ({ before: traceId })],
];

function bounce(messageId: string, recipient: string): string {
  return `This is the mail system.\n\nFinal-Recipient: rfc822; ${recipient}\nAction: failed\n\nMessage-ID: ${messageId}\n`;
}

for (const isEncrypted of [true, false]) await measure(isEncrypted);

async function measure(isEncrypted: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-find-'));
  try {
    await (await open(folder, isEncrypted)).close();
    await timed('seeded', () => seedTimelines(folder, MESSAGES));
    const seeded = await octetsOf(folder);
    const storage = await open(folder, isEncrypted);
    await timed('index made', () => storage.timelines.fill());
    console.log(
      `${isEncrypted ? 'encrypted' : 'clear'}: ${MESSAGES} messages, ${seeded} octets each before the index`,
    );
    await printTable(storage);
    await storage.close();
    console.log(`${(await octetsOf(folder)) - seeded} octets of index a message`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function open(folder: string, encryptsNew: boolean): Promise<Storage> {
  const makeId = createIdMaker(Date.now, randomBytes);
  const defaults = defaultSettings('server1.com');
  return openStorage({ folder, makeId, defaultSettings: defaults, encryptsNew, onError: console.error });
}

async function octetsOf(folder: string): Promise<number> {
  return Math.round((await stat(join(folder, 'postroom.db'))).size / MESSAGES);
}

async function timed(title: string, run: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await run();
  console.log(`${title} in ${((performance.now() - from) / 1000).toFixed(1)} s`);
}

async function printTable(storage: Storage): Promise<void> {
  console.log(
    `${'by'.padEnd(32)}${'p50 ms'.padStart(9)}${'p99 ms'.padStart(9)}${'most ms'.padStart(9)}${'found'.padStart(8)}`,
  );
  for (const [title, filterOf] of WAYS) {
    const times: number[] = [];
    let found = 0;
    for (let look = 0; look < LOOKS; look++) {
      // Of every fourth it is known where it went; prime steps come by all of them.
      const keys = seededKeys(((look * 104_729) % (MESSAGES / 4)) * 4);
      const from = performance.now();
      const { items } = await findMessages(storage.timelines, { ...filterOf(keys), limit: PAGE });
      times.push(performance.now() - from);
      if (items.some(({ traceId }) => traceId === keys.traceId)) found++;
    }
    times.sort((a, b) => a - b);
    const cells = [0.5, 0.99, 1].map((part) =>
      (times[Math.ceil(part * LOOKS) - 1] ?? 0).toFixed(1).padStart(9),
    );
    console.log(`${title.padEnd(32)}${cells.join('')}${String(found).padStart(8)}`);
  }
}
