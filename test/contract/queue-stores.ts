/** The queue stores that the contract suites hold against each other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { ContentSpool } from '../../src-main/mail/content/port.ts';
import type { RecipientOutcome } from '../../src-main/mail/events.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { Deposit, NewQueueEntry, QueueSteering, QueueStore } from '../../src-main/mail/queue/port.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { addTestAccount, openTestStorage } from './mail-stores.ts';

/** A queue store under test, with what it needs around it. */
export interface Under {
  readonly store: QueueStore;
  readonly steering: QueueSteering;
  readonly spool: ContentSpool;
  readonly account: number;
  /** Copies that reached the account's mailboxes. */
  copies(): Promise<number>;
  close(): Promise<void>;
}

export async function openMemory(): Promise<Under> {
  const deposits: Deposit[] = [];
  const store = new MemoryQueueStore((copy) => deposits.push(copy.deposit));
  return {
    store,
    steering: store,
    spool: new MemorySpool(),
    account: 1,
    copies: () => Promise.resolve(deposits.length),
    close: () => Promise.resolve(),
  };
}

export async function openSqlite(): Promise<Under & { storage: Storage; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-queue-'));
  const storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'anna');
  return {
    storage,
    folder,
    store: storage.queue,
    steering: storage.queueSteering,
    spool: storage.spool,
    account,
    copies: async () =>
      (await storage.mailStore.listMailboxes(account)).reduce(
        (sum, mailbox) => sum + mailbox.messageCount,
        0,
      ),
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function outcome(kind: RecipientOutcome['kind'], recipient = 'anna@example.com'): RecipientOutcome {
  return { kind, recipient, status: '2.1.5', diagnostic: 'as asked', at: 2_000 };
}

export async function newEntry(
  under: Under,
  entry: Partial<NewQueueEntry> & { text?: string },
): Promise<NewQueueEntry> {
  const receiver = createMessageReceiver({ spool: under.spool, createIndexer: createMessageIndexer });
  const writer = receiver.begin();
  await writer.write(Buffer.from(entry.text ?? 'Subject: hello\r\n\r\nGood morning.\r\n'));
  const { text: _text, ...rest } = entry;
  return {
    id: 'entry-1',
    content: await writer.finish(),
    reversePath: 'tom@example.com',
    receivedAt: 1_000,
    origin: 'submission',
    smtpUtf8: false,
    recipients: ['anna@example.com'],
    events: [],
    ...rest,
  };
}
