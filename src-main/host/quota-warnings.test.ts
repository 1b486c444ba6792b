import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NoticeLanguage } from '../base/notice-language.ts';
import { ManualClock } from '../base/clock.ts';
import { formatEncodedWords } from '../format/encoded-word.ts';
import { createMessageIndexer } from '../format/message-indexer.ts';
import { MemorySpool } from '../mail/content/memory-spool.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import type { MailboxChanged } from '../mail/mailstore/port.ts';
import { Emitter } from '../base/emitter.ts';
import { OfficeDirectory } from '../../test/support/mail-office.ts';
import { startQuotaWarnings } from './quota-warnings.ts';

const TOM = 1;

let clock: ManualClock;
let directory: OfficeDirectory;
let spool: MemorySpool;
let sent: string[];
let used: { sizeBytes: number; messageCount: number };
let changes: Emitter<MailboxChanged>;
let stop: () => void;
let language: NoticeLanguage;

beforeEach(() => {
  clock = new ManualClock(0);
  language = 'en';
  directory = new OfficeDirectory();
  directory.setQuota('tom@server1.com', 1_000, 100);
  spool = new MemorySpool();
  sent = [];
  used = { sizeBytes: 0, messageCount: 0 };
  changes = new Emitter<MailboxChanged>();
  stop = startQuotaWarnings({
    directory: {
      onChange: directory.onChange,
      listAccounts: () => Promise.resolve([...directory.accounts.values()]),
      getAccount: (id) => directory.getAccount(id),
      changeAccount: (_id, { quotaWarned = 0 }) => {
        directory.setWarned('tom@server1.com', quotaWarned);
        return directory.getAccount(TOM).then((account) => {
          if (account === null) throw new Error('tom is gone');
          return { ok: true, value: account };
        });
      },
    },
    mailStore: {
      onChange: changes.subscribe,
      listMailboxes: () => Promise.resolve([used as never]),
    },
    queue: {
      enqueue: (entry) => {
        sent.push(Buffer.from(spool.bytesOf(entry.content)).toString());
        return Promise.resolve({} as never);
      },
    },
    receiver: createMessageReceiver({ spool, createIndexer: createMessageIndexer }),
    clock,
    makeId: () => 'id',
    hostname: () => 'mail.server1.com',
    language: () => language,
    onError: (error) => {
      throw error;
    },
  });
});

afterEach(() => stop());

async function keep(sizeBytes: number, messageCount = 0): Promise<void> {
  used = { sizeBytes, messageCount };
  changes.emit({ accountId: TOM, mailboxId: 1, kind: 'messages' });
  clock.advance(5_000);
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('80 and 95 % are told once each, whichever comes first, octets or messages', async () => {
  await keep(799);
  expect(sent).toEqual([]);
  await keep(800);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain('The mailboxes of tom@server1.com are 80 % full.');
  expect(sent[0]).toContain('Auto-Submitted: auto-generated\r\n');
  await keep(900);
  await keep(100, 94);
  expect(sent).toHaveLength(1);
  await keep(100, 95);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toContain('95 % full');
  await keep(999, 100);
  expect(sent).toHaveLength(2);
});

test('who has tidied up is told anew, and a message more or less is no tidying up', async () => {
  await keep(800);
  await keep(780);
  await keep(810);
  expect(sent).toHaveLength(1);
  await keep(700);
  await keep(800);
  expect(sent).toHaveLength(2);
});

test('a limit that is made smaller counts at once', async () => {
  await keep(500);
  directory.setQuota('tom@server1.com', 600);
  await settle();
  clock.advance(5_000);
  await settle();
  expect(sent).toHaveLength(1);
});

test('an account without a limit is told nothing', async () => {
  directory.setQuota('tom@server1.com', null);
  await keep(1_000_000, 1_000_000);
  expect(sent).toEqual([]);
});

test('a warning is in the office’s language, and says which (RFC 3282 §2)', async () => {
  language = 'zh-CN';
  await keep(800);
  expect(sent[0]).toContain(`Subject: ${formatEncodedWords('邮箱已使用 80%')}\r\n`);
  expect(sent[0]).toContain('Content-Language: zh-CN\r\n');
  expect(sent[0]).toContain('tom@server1.com 的邮箱已使用 80%。\r\n');
});
