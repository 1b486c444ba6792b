import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../test/contract/mail-stores.ts';
import { createMessageIndexer } from '../format/message-indexer.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import type { Storage } from './open-storage.ts';

let folder: string;
let storage: Storage;
let inbox: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-upkeep-'));
  storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'anna');
  inbox = (await storage.mailStore.findMailbox(account, 'INBOX'))?.id ?? 0;
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  for (let count = 0; count < 10; count++) {
    const writer = receiver.begin();
    await writer.write(Buffer.from('Subject: x\r\n\r\n'));
    const content = await writer.finish();
    await storage.mailStore.appendMessages(inbox, [{ content, flags: [], internalDate: 0 }]);
  }
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

async function remove(...uids: number[]): Promise<number> {
  for (const uid of uids) await storage.mailStore.removeMessages(inbox, [uid]);
  return (await storage.mailStore.changesSince(inbox, 0)).highestModSeq;
}

test('RFC 7162 §5: who comes back from before what is kept is told every UID that is not there', async () => {
  const early = await remove(2);
  const late = await remove(5, 6);
  await remove(8);
  await storage.upkeep.trimExpunged(1);
  const vanished = async (since: number) => (await storage.mailStore.changesSince(inbox, since)).vanished;
  expect(await vanished(late)).toEqual([8]);
  expect(await vanished(early)).toEqual([2, 5, 6, 8]);
  await remove(10);
  expect(await vanished(early)).toEqual([2, 5, 6, 8, 10]);
  expect(await vanished(late)).toEqual([8, 10]);
});

test('a log that is not too long is left alone', async () => {
  const start = await remove(2);
  await remove(5, 6);
  await storage.upkeep.trimExpunged(3);
  expect((await storage.mailStore.changesSince(inbox, start)).vanished).toEqual([5, 6]);
});

test('columns that were held since before what is kept are right all the same', async () => {
  const before = await storage.mailStore.readColumns(inbox);
  expect(before?.uids.length).toBe(10);
  await remove(2, 5, 6);
  await storage.upkeep.trimExpunged(0);
  const after = await storage.mailStore.readColumns(inbox);
  expect([...(after?.uids ?? [])]).toEqual([1, 3, 4, 7, 8, 9, 10]);
});
