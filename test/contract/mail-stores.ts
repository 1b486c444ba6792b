/** The implementations of the MailStore port, each ready to be held against the same suite. */
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../src-main/base/clock.ts';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { ContentSpool, StagedContent } from '../../src-main/mail/content/port.ts';
import { MemoryMailStore } from '../../src-main/mail/mailstore/memory-mail-store.ts';
import type { AccountId, MailStore } from '../../src-main/mail/mailstore/port.ts';
import { openStorage, type Storage } from '../../src-main/storage/open-storage.ts';

export interface MailStoreUnderTest {
  readonly store: MailStore;
  /** An account without quota, and one with a quota of 2,000 octets. */
  readonly account: AccountId;
  readonly smallAccount: AccountId;
  /** Stages a message as a session would. */
  stage(text: string): Promise<StagedContent>;
  /** Lets a message arrive through the queue's commit. */
  deposit(account: AccountId, mailbox: string, message: { prefix: string; text: string }): Promise<void>;
  /** Removes an account as the directory would. */
  removeAccount(account: AccountId): Promise<void>;
  close(): Promise<void>;
}

export const SMALL_QUOTA_BYTES = 2_000;
export const SMALL_QUOTA_MESSAGES = 3;

export const IMPLEMENTATIONS: readonly { name: string; open: () => Promise<MailStoreUnderTest> }[] = [
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: () => openSqlite(false) },
  { name: 'SQLite, encrypted', open: () => openSqlite(true) },
];

const makeId = createIdMaker(Date.now, randomBytes);

function createStage(spool: ContentSpool): MailStoreUnderTest['stage'] {
  const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
  return async (text) => {
    const writer = receiver.begin();
    await writer.write(Buffer.from(text));
    return writer.finish();
  };
}

async function openMemory(): Promise<MailStoreUnderTest> {
  const spool = new MemorySpool();
  const store = new MemoryMailStore({
    clock: new ManualClock(),
    makeId,
    readContent: (content) => spool.bytesOf(content),
    quotaBytesOf: (account) => (account === 2 ? SMALL_QUOTA_BYTES : null),
    quotaMessagesOf: (account) => (account === 2 ? SMALL_QUOTA_MESSAGES : null),
  });
  await store.createAccountMailboxes(1);
  await store.createAccountMailboxes(2);
  const stage = createStage(spool);
  return {
    store,
    account: 1,
    smallAccount: 2,
    stage,
    deposit: async (account, mailbox, { prefix, text }) => {
      const content = await stage(text);
      await store.deposit(account, mailbox, {
        prefix,
        content,
        flags: [],
        internalDate: 5_000,
        traceId: makeId(),
      });
    },
    removeAccount: (gone) => Promise.resolve(store.removeAccount(gone)),
    close: () => Promise.resolve(),
  };
}

/** Encrypted, as new installations are. */
export async function openTestStorage(folder: string, encryptsNew = true): Promise<Storage> {
  return openStorage({
    folder,
    encryptsNew,
    makeId,
    defaultSettings: defaultSettings('mail.example.com'),
    onError: (error) => {
      throw error;
    },
  });
}

/** Adds an account as the directory would. */
export function addTestAccount(
  storage: Storage,
  localPart: string,
  {
    quotaBytes = null,
    quotaMessages = null,
  }: { quotaBytes?: number | null; quotaMessages?: number | null } = {},
) {
  return storage.directory.addAccount({
    localPart,
    domain: 'example.com',
    addressKey: `${localPart}@example.com`,
    name: '',
    kind: 'person',
    createdAt: 0,
    quotaBytes,
    quotaMessages,
    credentials: { scrypt: '', scramSha256: '' },
  });
}

async function openSqlite(isEncrypted: boolean): Promise<MailStoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-contract-'));
  const storage = await openTestStorage(folder, isEncrypted);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  const account = await addTestAccount(storage, 'anna');
  const smallAccount = await addTestAccount(storage, 'bob', {
    quotaBytes: SMALL_QUOTA_BYTES,
    quotaMessages: SMALL_QUOTA_MESSAGES,
  });
  const stage = createStage(storage.spool);
  return {
    store: storage.mailStore,
    account,
    smallAccount,
    stage,
    deposit: (to, mailbox, { prefix, text }) =>
      depositThroughQueue(storage, stage(text), { to, mailbox, prefix }),
    removeAccount: (gone) => storage.directory.removeAccount(gone),
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function depositThroughQueue(
  storage: Storage,
  staged: Promise<StagedContent>,
  deposit: { to: AccountId; mailbox: string; prefix: string },
): Promise<void> {
  const id = makeId();
  await storage.queue.enqueue({
    id,
    content: await staged,
    reversePath: 'tom@example.com',
    receivedAt: 4_000,
    origin: 'reception',
    smtpUtf8: false,
    recipients: ['anna@example.com'],
    events: [],
  });
  await storage.queue.recordAttempt({
    entryId: id,
    at: 5_000,
    outcomes: [
      {
        ordinal: 0,
        outcome: {
          kind: 'delivered',
          recipient: 'anna@example.com',
          status: '2.1.5',
          diagnostic: '',
          at: 5_000,
        },
      },
    ],
    deposits: [{ accountId: deposit.to, mailbox: deposit.mailbox, prefix: deposit.prefix, flags: [] }],
    events: [],
  });
}
