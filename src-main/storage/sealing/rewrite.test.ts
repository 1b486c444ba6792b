import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../../test/contract/mail-stores.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { foldText } from '../../mail/mailstore/search/port.ts';
import { Connection } from '../connection.ts';
import type { Storage } from '../open-storage.ts';

const LARGE = `${'Quitte '.repeat(30_000)}\r\n`;

let folder: string;
let storage: Storage;
let anna: number;
let inbox: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-sealing-'));
  storage = await openTestStorage(folder, false);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  anna = await addTestAccount(storage, 'anna');
  inbox = await inboxOf(anna);
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

async function inboxOf(account: number): Promise<number> {
  return (await storage.mailStore.findMailbox(account, 'INBOX'))?.id ?? 0;
}

async function append(...bodies: readonly string[]): Promise<void> {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  for (const body of bodies) {
    const writer = receiver.begin();
    await writer.write(Buffer.from(`Subject: Zwetschge\r\n\r\n${body}`));
    const content = await writer.finish();
    await storage.mailStore.appendMessages(inbox, [{ content, flags: [], internalDate: 1 }]);
  }
}

async function read(mailbox = inbox): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { uid, sizeBytes } of await storage.mailStore.listEntries(mailbox)) {
    const message = await storage.mailStore.openMessage(mailbox, uid);
    const octets = (await message?.readRange(0, sizeBytes)) ?? new Uint8Array(0);
    texts.push(`${uid} ${message?.index.subject ?? ''} ${Buffer.from(octets).toString()}`);
  }
  return texts;
}

async function isFound(text: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
  }
  return false;
}

function rows<Row>(sql: string): Row[] {
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: true });
  try {
    return connection.all<Row>(sql);
  } finally {
    connection.close();
  }
}

async function turn(isOn: boolean): Promise<void> {
  await storage.sealing.switch(isOn);
  await storage.sealing.settled();
}

async function reopen(): Promise<void> {
  await storage.close();
  storage = await openTestStorage(folder);
}

test('on and off again: each message reads the same, on the disk it is there or not', async () => {
  await append('Quitte\r\n', LARGE);
  await storage.mailSearch.fill();
  await writeFile(join(folder, 'postroom.db.before-migration-10'), 'Zwetschge');
  const before = await read();
  await turn(true);
  expect(storage.sealing.status()).toMatchObject({ state: 'on', keyKind: 'file' });
  await append('Hagebutte\r\n', LARGE);
  await storage.mailSearch.fill();
  expect((await read()).slice(0, 2)).toEqual(before);
  await reopen();
  for (const word of ['Zwetschge', 'zwetschge', 'Quitte', 'Hagebutte'])
    expect(await isFound(word)).toBe(false);
  const sealed = await read();
  expect(sealed.length).toBe(4);
  const query = { kind: 'body', text: foldText('hagebutte') } as const;
  expect(await storage.mailSearch.find({ mailboxId: inbox, query, now: 0 })).toEqual([3]);
  await turn(false);
  expect(storage.sealing.status().state).toBe('off');
  expect(await read()).toEqual(sealed);
  expect(await isFound('Hagebutte')).toBe(true);
  expect(rows('SELECT 1 FROM content WHERE data_key IS NOT NULL')).toEqual([]);
});

test('what is paused goes on where it was after a restart', async () => {
  await append('Quitte\r\n', 'Hagebutte\r\n');
  const before = await read();
  await storage.sealing.switch(true);
  await storage.sealing.pause(true);
  await storage.sealing.settled();
  await reopen();
  expect(storage.sealing.status()).toMatchObject({ state: 'sealing', isPaused: true });
  expect(await read()).toEqual(before);
  await storage.sealing.pause(false);
  await storage.sealing.settled();
  expect(storage.sealing.status()).toMatchObject({ state: 'on', isPaused: false });
  expect(await read()).toEqual(before);
});

test('a content is sealed for the account that alone holds it, and for the office once others do; a key goes with its account', async () => {
  await turn(true);
  await append('Quitte\r\n', 'Hagebutte\r\n');
  const tom = await addTestAccount(storage, 'tom');
  await storage.mailStore.copyMessages(inbox, [{ first: 2, last: 2 }], await inboxOf(tom));
  const keys = rows<{ account_id: number }>('SELECT account_id FROM sealing_key ORDER BY account_id');
  expect(keys.map(({ account_id }) => account_id)).toEqual([0, anna, tom]);
  await storage.directory.removeAccount(anna);
  expect(rows('SELECT account_id FROM sealing_key ORDER BY account_id')).toEqual([
    { account_id: 0 },
    { account_id: tom },
  ]);
  expect(await read(await inboxOf(tom))).toEqual([expect.stringContaining('Hagebutte')]);
});

test('whom an account knows is found under its name in every state, and listed in the clear', async () => {
  const { reputation, senderLists, greylist } = storage.screening;
  await reputation.noteCorrespondents(anna, ['kunigunde@partner.example'], 1);
  await senderLists.put(anna, 'kunigunde@partner.example', 'allow');
  await greylist.put('key of kunigunde', { firstAt: 1, seenAt: 1, passes: 0 });
  for (const isOn of [true, false]) {
    await turn(isOn);
    expect(await isFound('kunigunde')).toBe(!isOn);
    expect(await reputation.isCorrespondent(anna, 'kunigunde@partner.example')).toBe(true);
    expect(await reputation.isCorrespondent(anna, 'otto@partner.example')).toBe(false);
    expect(await senderLists.find(anna, ['kunigunde@partner.example'])).toEqual([
      { pattern: 'kunigunde@partner.example', list: 'allow' },
    ]);
    expect((await senderLists.read(anna)).allow).toEqual(['kunigunde@partner.example']);
    expect(await greylist.find('key of kunigunde')).toMatchObject({ passes: 0 });
  }
});

test('UIDVALIDITY counts on', async () => {
  const before = await storage.mailStore.createMailbox(anna, 'one');
  await turn(true);
  const after = await storage.mailStore.createMailbox(anna, 'two');
  const validity = (created: typeof before): number => (created.ok ? created.value.uidValidity : 0);
  expect(validity(after)).toBeGreaterThan(validity(before));
});

test('after a change of the key the old one opens nothing, the new one everything', async () => {
  await turn(true);
  await append('Quitte\r\n');
  const before = await read();
  const path = join(folder, 'postroom.key');
  const old = await readFile(path);
  await storage.sealing.rotate();
  const next = await readFile(path);
  await storage.close();
  await writeFile(path, old);
  await expect(openTestStorage(folder)).rejects.toThrow(/is not the one of this data folder/u);
  await rm(path);
  await expect(openTestStorage(folder)).rejects.toThrow(/is not there: put the key file back/u);
  await writeFile(path, next);
  storage = await openTestStorage(folder);
  expect(await read()).toEqual(before);
});

test('a change of the key that was cut off before the database had it leaves the old key', async () => {
  const path = join(folder, 'postroom.key');
  const [old] = (await readFile(path, 'utf8')).trim().split(' ').slice(1);
  const both = Buffer.concat([Buffer.alloc(32, 9), Buffer.from(old ?? '', 'base64')]).toString('base64');
  await storage.close();
  await writeFile(path, `postroom-key ${both}\n`);
  storage = await openTestStorage(folder);
  expect(await readFile(path, 'utf8')).toBe(`postroom-key ${old ?? ''}\n`);
});
