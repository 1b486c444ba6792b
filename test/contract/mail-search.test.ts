/** The search on SQLite, with its index, finds what reading every message finds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { foldText, type MessageQuery } from '../../src-main/mail/mailstore/search/port.ts';
import { createScanSearch } from '../../src-main/mail/mailstore/search/scan-search.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { createDice } from '../support/dice.ts';
import { addTestAccount, openTestStorage } from './mail-stores.ts';

/** More than a block holds, so that one is stored and one grows in memory. */
const MESSAGES = 1_100;
const WORDS = ['budget', 'Köln', '预算', 'invoice', 'Straße', 'ПРИВЕТ', 'a', 'zebra', '日本語', 'x-ray'];

let folder: string;
let storage: Storage;
let mailboxId: number;

async function append(texts: readonly string[]): Promise<void> {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const messages = [];
  for (const text of texts) {
    const writer = receiver.begin();
    await writer.write(Buffer.from(text));
    messages.push({ content: await writer.finish(), flags: [], internalDate: 1_000 });
  }
  await storage.mailStore.appendMessages(mailboxId, messages);
}

function makeText(number: number): string {
  const dice = createDice(number);
  const words = Array.from({ length: 5 }, () => dice.pick(WORDS)).join(' ');
  const last = number % 50 === 0 ? ' 末尾' : '';
  return `From: anna${number % 7}@example.org\r\nSubject: ${number} ${dice.pick(WORDS)}\r\n\r\n${words}${last}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-search-'));
  storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'anna');
  mailboxId = (await storage.mailStore.findMailbox(account, 'INBOX'))?.id ?? 0;
  await append(Array.from({ length: MESSAGES }, (_, number) => makeText(number)));
});

afterAll(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

const text = (value: string): MessageQuery => ({ kind: 'text', text: foldText(value) });
const body = (value: string): MessageQuery => ({ kind: 'body', text: foldText(value) });
const QUERIES: readonly (readonly [string, MessageQuery])[] = [
  ['a two-character Chinese word', body('预算')],
  ['a Chinese word at the very end', body('末尾')],
  ['one character', body('日')],
  ['a word in other letters', body('привет')],
  ['part of a word', text('udge')],
  ['a word with an umlaut', body('köln')],
  ['what is in no message', text('nowhere at all')],
  ['not', { kind: 'not', query: body('budget') }],
  ['or', { kind: 'or', queries: [body('zebra x-ray'), text('1099')] }],
  ['an author', { kind: 'envelope', field: 'from', text: foldText('anna3@') }],
  ['a header field', { kind: 'header', field: 'subject', text: foldText('7 预') }],
  ['a header field that is there', { kind: 'header', field: 'subject', text: '' }],
  ['a header field that is not there', { kind: 'header', field: 'x-nothing', text: '' }],
];

async function compare(): Promise<void> {
  const scan = createScanSearch(storage.mailStore);
  for (const [title, query] of QUERIES) {
    const request = { mailboxId, query, now: 0 };
    expect(await storage.mailSearch.find(request), title).toEqual(await scan.find(request));
  }
}

describe('a search with its index', () => {
  it('finds what reading finds before anything is indexed', compare);

  it('finds the same when everything is indexed', async () => {
    await storage.mailSearch.fill();
    await compare();
  });

  it('sorts and threads as reading does, also the second time', async () => {
    const scan = createScanSearch(storage.mailStore);
    const request = { mailboxId, query: body('budget'), now: 0 };
    const criteria = [
      { field: 'from', isReverse: true },
      { field: 'subject', isReverse: false },
    ] as const;
    for (const search of [storage.mailSearch, storage.mailSearch]) {
      expect(await search.sort(request, criteria)).toEqual(await scan.sort(request, criteria));
      for (const algorithm of ['references', 'orderedSubject'] as const)
        expect(await search.thread(request, algorithm)).toEqual(await scan.thread(request, algorithm));
    }
  });

  it('finds messages that came after', async () => {
    await append(['Subject: late\r\n\r\n预算 and budget, late\r\n']);
    await compare();
    const found = await storage.mailSearch.find({ mailboxId, query: body('budget, late'), now: 0 });
    expect(found).toEqual([MESSAGES + 1]);
  });

  it('finds the same after a restart, and indexes what the end of the process has lost', async () => {
    await storage.close();
    storage = await openTestStorage(folder);
    await compare();
    await storage.mailSearch.fill();
    await compare();
  });

  it('finds large messages, whose content is a file', async () => {
    await append([`Subject: large\r\n\r\n${'filling '.repeat(40_000)} lastword\r\n`]);
    await compare();
    const found = await storage.mailSearch.find({ mailboxId, query: body('lastword'), now: 0 });
    expect(found).toEqual([MESSAGES + 2]);
  });
});
