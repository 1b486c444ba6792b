/** The servers that the model is held against: IMAP over each mailstore there is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { MailStore } from '../../src-main/mail/mailstore/port.ts';
import { addTestAccount, openTestStorage } from '../contract/mail-stores.ts';
import type { DialogueClient } from '../support/dialogue-client.ts';
import { ReadingOffice, TOM } from '../support/reading-office.ts';

export interface ModelOffice {
  readonly store: MailStore;
  /** A client that has signed in as tom. */
  openImap(): Promise<DialogueClient>;
  /** A message comes into tom's INBOX. */
  arrive(flag: string): Promise<void>;
  close(): Promise<void>;
}

const MESSAGE = 'Subject: new\r\n\r\ntext\r\n';

export const MODEL_OFFICES: Readonly<Record<'memory' | 'SQLite', () => Promise<ModelOffice>>> = {
  memory: openMemory,
  SQLite: openSqlite,
};

function openMemory(): Promise<ModelOffice> {
  const office = new ReadingOffice();
  return Promise.resolve({
    store: office.store,
    openImap: () => office.openImap(null),
    arrive: async (flag) => {
      await office.arrive(MESSAGE, { flags: [flag] });
    },
    close: () => Promise.resolve(),
  });
}

async function openSqlite(): Promise<ModelOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-model-'));
  const { mailStore, mailSearch, ...storage } = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount({ mailStore, mailSearch, ...storage }, 'tom');
  if (account !== TOM) throw new Error('the first account is not tom');
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const office = new ReadingOffice({ other: { mailStore, search: mailSearch, receiver } });
  return {
    store: mailStore,
    openImap: () => office.openImap(null),
    arrive: async (flag) => {
      const writer = receiver.begin();
      await writer.write(Buffer.from(MESSAGE));
      const inbox = await mailStore.findMailbox(TOM, 'INBOX');
      const message = { content: await writer.finish(), flags: [flag], internalDate: 0 };
      await mailStore.appendMessages(inbox?.id ?? 0, [message]);
    },
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}
