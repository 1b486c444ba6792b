import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addTestAccount, openTestStorage } from '../../test/contract/mail-stores.ts';
import { createMessageIndexer } from '../format/message-indexer.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import type { MailEvent } from '../mail/events.ts';
import { Connection } from './connection.ts';
import type { Storage } from './open-storage.ts';

let folder: string;
let storage: Storage;
let anna: number;

/** A message that came through the queue into Anna's INBOX, as `id`. */
async function deliver(id: string): Promise<void> {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const writer = receiver.begin();
  await writer.write(Buffer.from(`Subject: ${id}\r\n\r\nhello\r\n`));
  const content = await writer.finish();
  const recipients = ['anna@example.com'];
  const base = { traceId: id, at: 1 };
  const entry = await storage.queue.enqueue({
    ...{ id, content, reversePath: 'tom@server2.com', recipients, receivedAt: 1 },
    ...{ origin: 'reception', smtpUtf8: false },
    events: [
      {
        ...base,
        ...{ type: 'received', via: 'reception', reversePath: 'tom@server2.com', recipients, sizeBytes: 9 },
      },
    ],
  });
  const outcome = {
    kind: 'delivered',
    recipient: 'anna@example.com',
    status: '2.1.5',
    diagnostic: '',
    at: 2,
  } as const;
  const place = { account: 'anna@example.com', mailbox: 'INBOX' };
  await storage.queue.recordAttempt({
    ...{ entryId: entry.id, at: 2, outcomes: [{ ordinal: 0, outcome }] },
    deposits: [{ accountId: anna, mailbox: 'INBOX', prefix: '', flags: [] }],
    events: [{ ...base, at: 2, type: 'attempted', attempt: 1, outcome, ...place }],
  });
}

async function mailbox(name: string, account = anna): Promise<number> {
  const found = await storage.mailStore.findMailbox(account, name);
  if (found !== null) return found.id;
  const created = await storage.mailStore.createMailbox(account, name);
  return created.ok ? created.value.id : 0;
}

async function eventsOf(id: string): Promise<readonly MailEvent[]> {
  return (await storage.timelines.readTimeline(id))?.events ?? [];
}

const ALL = [{ first: 1, last: 0xffff_ffff }];

describe.each([true, false])('encrypted: %s', (isEncrypted) => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-deeds-'));
    storage = await openTestStorage(folder, isEncrypted);
    await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
    anna = await addTestAccount(storage, 'anna');
  });

  afterEach(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  test('a timeline tells where a message was moved and copied to, what was learned, and that it was deleted', async () => {
    for (const id of ['one', 'two']) await deliver(id);
    const inbox = await mailbox('INBOX');
    const [work, junk] = [await mailbox('Work'), await mailbox('Junk')];
    await storage.mailStore.copyMessages(inbox, [{ first: 1, last: 1 }], work);
    await storage.mailStore.moveMessages(inbox, ALL, junk);
    await storage.mailStore.removeMessages(junk, [1]);
    const account = 'anna@example.com';
    expect((await eventsOf('one')).slice(2)).toMatchObject([
      { type: 'copied', account, mailbox: 'INBOX', to: 'Work', lesson: 'notJunk' },
      { type: 'moved', account, mailbox: 'INBOX', to: 'Junk', lesson: 'junk' },
      { type: 'expunged', account, mailbox: 'Junk' },
    ]);
    expect((await eventsOf('two')).slice(2).map(({ type }) => type)).toEqual(['moved']);
  });

  test('what goes to another account is followed there', async () => {
    await deliver('one');
    const tom = await addTestAccount(storage, 'tom');
    const theirs = await mailbox('INBOX', tom);
    await storage.mailStore.moveMessages(await mailbox('INBOX'), ALL, theirs);
    await storage.mailStore.moveMessages(theirs, ALL, await mailbox('Work', tom));
    expect((await eventsOf('one')).slice(2)).toMatchObject([
      { type: 'moved', account: 'anna@example.com', to: 'INBOX', toAccount: 'tom@example.com' },
      { type: 'moved', account: 'tom@example.com', mailbox: 'INBOX', to: 'Work' },
    ]);
    const names = (await eventsOf('one')).map(({ type }) => type);
    expect(names).toEqual(['received', 'attempted', 'moved', 'moved']);
  });

  test('an order is one row, whatever it is about, and goes with the timelines; encryption that is switched keeps it', async () => {
    for (let each = 0; each < 30; each++) await deliver(`message-${each}`);
    const work = await mailbox('Work');
    await storage.mailStore.moveMessages(await mailbox('INBOX'), ALL, work);
    const count = (): number | undefined => {
      const connection = new Connection(join(folder, 'postroom.db'), { readonly: true });
      const rows = connection.get<{ n: number }>('SELECT count(*) AS n FROM mailbox_deed')?.n;
      connection.close();
      return rows;
    };
    expect(count()).toBe(1);
    await storage.sealing.switch(!isEncrypted);
    await storage.sealing.settled();
    expect((await eventsOf('message-7')).at(-1)).toMatchObject({ type: 'moved', to: 'Work' });
    while ((await storage.timelines.prune(Date.now() + 1_000, 100)) > 0);
    expect(count()).toBe(0);
  });

  test('a mailbox that is deleted takes its messages along; an account its deeds', async () => {
    await deliver('one');
    await storage.mailStore.moveMessages(await mailbox('INBOX'), ALL, await mailbox('Work'));
    await storage.mailStore.deleteMailbox(anna, 'Work');
    expect((await eventsOf('one')).slice(2)).toMatchObject([
      { type: 'moved' },
      { type: 'expunged', mailbox: 'Work' },
    ]);
    await storage.directory.removeAccount(anna);
    expect((await eventsOf('one')).map(({ type }) => type)).toEqual(['received', 'attempted']);
  });
});
