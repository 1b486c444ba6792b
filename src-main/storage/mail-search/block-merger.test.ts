import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../../test/contract/mail-stores.ts';
import { createMessageIndexer, indexMessage } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { foldText } from '../../mail/mailstore/search/port.ts';
import { Connection } from '../connection.ts';
import { examine } from '../doctor/examine.ts';
import type { DoctorCheck } from '../doctor/findings.ts';
import { keyFileIn, type Storage } from '../open-storage.ts';
import { openRootKey } from '../sealing/root-key.ts';
import { BLOCK_CONTENTS } from './gram-block.ts';

const MESSAGES = 3 * BLOCK_CONTENTS + 10;

let folder: string;
let storage: Storage;
let inbox: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-merge-'));
  storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'anna');
  inbox = (await storage.mailStore.findMailbox(account, 'INBOX'))?.id ?? 0;
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const messages = [];
  for (let number = 1; number <= MESSAGES; number++) {
    const writer = receiver.begin();
    await writer.write(Buffer.from(`Subject: s${number}\r\n\r\nword${number % 7} 数字${number % 5}\r\n`));
    messages.push({ content: await writer.finish(), flags: [], internalDate: 0 });
  }
  await storage.mailStore.appendMessages(inbox, messages);
  await storage.mailSearch.fill();
});

afterAll(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

function find(text: string): Promise<readonly number[]> {
  const query = { kind: 'body', text: foldText(text) } as const;
  return storage.mailSearch.find({ mailboxId: inbox, query, now: 0 });
}

function blocks(): unknown[] {
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: true });
  try {
    return connection.rows(
      'SELECT number, length(content_ids) / 8, (SELECT count(*) FROM search_slice WHERE id / 512 = number) FROM search_block ORDER BY number',
    );
  } finally {
    connection.close();
  }
}

async function reopenAndFill(): Promise<void> {
  await storage.close();
  storage = await openTestStorage(folder);
  await storage.mailSearch.fill();
}

/** What the doctor finds, with the folder closed meanwhile. */
async function examineAfter(sql: string, isRepairing: boolean): Promise<readonly DoctorCheck[]> {
  await storage.close();
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: false });
  connection.execute(sql);
  connection.close();
  const { octets: rootKey } = await openRootKey(join(folder, 'postroom.db'), keyFileIn(folder));
  const findings = examine({ folder, isRepairing, now: 0, makeIndex: indexMessage, rootKey });
  storage = await openTestStorage(folder);
  return findings.map(({ check }) => check);
}

test('what is left of blocks that mail has left becomes one, and is found in it; a block of nothing goes', async () => {
  expect(blocks()).toEqual([
    [0, 1024, 512],
    [1, 1024, 512],
    [2, 1024, 512],
  ]);
  const kept = (uid: number): boolean =>
    uid > 3 * BLOCK_CONTENTS || (uid <= 2 * BLOCK_CONTENTS && uid % 3 === 0);
  const uids = Array.from({ length: MESSAGES }, (_, at) => at + 1);
  await storage.mailStore.removeMessages(
    inbox,
    uids.filter((uid) => !kept(uid)),
  );
  await reopenAndFill();
  expect(blocks()).toEqual([[3, 682, 512]]);
  expect(await find('数字4')).toEqual(uids.filter((uid) => kept(uid) && uid % 5 === 4));
  expect(await find('word3 数字2')).toEqual(
    uids.filter((uid) => kept(uid) && uid % 7 === 3 && uid % 5 === 2),
  );
});

test('the doctor finds lost bits, strange blocks and stray slices, and what it repairs is whole', async () => {
  expect(await examineAfter('SELECT 1', false)).toEqual([]);
  const lost = 'UPDATE search_slice SET bits = zeroblob(4096) WHERE id % 512 < 300';
  expect(await examineAfter(lost, true)).toEqual(['search']);
  expect(await examineAfter('SELECT 1', false)).toEqual([]);
  expect((await find('word3 数字2')).length).toBeGreaterThan(10);
  const strange =
    "INSERT INTO search_block VALUES (9, x'00'); INSERT INTO search_slice VALUES (99999, x'00')";
  expect(await examineAfter(strange, true)).toEqual(['search', 'search']);
  expect(await examineAfter('SELECT 1', false)).toEqual([]);
});

test('the doctor finds summaries that are wrong and those of nothing; they are made again', async () => {
  const wrong = `UPDATE content_summary SET envelope = 'x' WHERE content_id = 3;
    INSERT INTO content_facts (content_id) VALUES (99999)`;
  expect(await examineAfter(wrong, true)).toEqual(['search', 'search']);
  expect(await examineAfter('SELECT 1', false)).toEqual([]);
  await storage.mailSearch.fill();
  const summaries = await storage.mailStore.readSummaries(inbox, [3], ['envelope']);
  expect(summaries.get(3)?.[0]).toContain('"s3"');
});
