import { afterEach, beforeEach, expect, test } from 'vitest';
import { OfficeDirectory } from '../../test/support/mail-office.ts';
import { ManualClock } from '../base/clock.ts';
import { tell } from '../base/finding-texts.ts';
import { formatEncodedWords } from '../format/encoded-word.ts';
import { createMessageIndexer } from '../format/message-indexer.ts';
import { MemorySpool } from '../mail/content/memory-spool.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import type { QuarantinedMessage, QuarantineFilter } from '../mail/screening/quarantine/port.ts';
import { readRelease } from '../mail/screening/quarantine/release-token.ts';
import type { QuarantineSetting } from '../mail/screening/settings.ts';
import { defaultSettings } from './default-settings.ts';
import type { HostSettings } from './port.ts';
import { startQuarantineDigests } from './quarantine-digest.ts';

const HOUR_MS = 60 * 60_000;
const TOM = 1;
const ANNA = 2;
const OTTO = 3;
const SECRET = new Uint8Array(32).fill(7);

let clock: ManualClock;
let settings: HostSettings;
let kept: QuarantinedMessage[];
let sent: string[];
let stop: () => void;

beforeEach(() => {
  // 20:00 on the wall, wherever this runs.
  clock = new ManualClock(new Date(2026, 0, 5, 20).getTime());
  settings = defaultSettings('mail.server1.com');
  kept = [];
  sent = [];
  use({ digestHour: 6, consoleUrl: 'https://mail.server1.com:8025/' });
  start();
});

afterEach(() => stop());

function use(quarantine: Partial<QuarantineSetting>): void {
  const { screening } = settings;
  settings = {
    ...settings,
    screening: { ...screening, quarantine: { ...screening.quarantine, ...quarantine } },
  };
}

function start(): void {
  const directory = new OfficeDirectory();
  const spool = new MemorySpool();
  stop = startQuarantineDigests({
    directory: { listAccounts: () => Promise.resolve([...directory.accounts.values()]) },
    quarantine: {
      list: (filter, { limit }) => Promise.resolve(find(filter).slice(0, limit)),
      count: (filter) => Promise.resolve(find(filter).length),
      expiresAt: ({ keptAt }) => keptAt + 30 * 24 * HOUR_MS,
    },
    settings: {
      read: () => Promise.resolve(settings),
      change: (change) => Promise.resolve((settings = { ...settings, ...change })),
    },
    queue: {
      enqueue: (entry) => {
        sent.push(Buffer.from(spool.bytesOf(entry.content)).toString());
        return Promise.resolve({} as never);
      },
    },
    receiver: createMessageReceiver({ spool, createIndexer: createMessageIndexer }),
    clock,
    secret: SECRET,
    makeId: () => 'id',
    hostname: () => 'mail.server1.com',
    language: () => settings.noticeLanguage,
    onError: (error) => {
      throw error;
    },
  });
}

function find({
  accountId,
  kinds = [],
  keptBefore = Infinity,
  keptAfter = -Infinity,
}: QuarantineFilter): QuarantinedMessage[] {
  return kept.filter(
    (message) =>
      message.accountId === accountId &&
      kinds.includes(message.kind) &&
      message.keptAt < keptBefore &&
      message.keptAt > keptAfter,
  );
}

function keep(accountId: number, fields: Partial<QuarantinedMessage> = {}): void {
  const finding = { check: 'bayes', outcome: 'junk', weight: 5, detail: '99 % junk' };
  const id = kept.length + 1;
  kept.push({
    ...{ address: 'tom@server1.com', kind: 'junk', way: { kind: 'inbox' } },
    ...{ id, accountId, contentId: id, sizeBytes: 100, traceId: `trace${id}`, prefix: '' },
    ...{ reversePath: 'x@evil.example', recipient: 'tom@server1.com' },
    ...{ author: 'Bank <x@evil.example>', subject: 'Your account', keptAt: clock.now() },
    verdict: { action: 'quarantine', score: 12, findings: [finding], decidedBy: 'bayes.junk' },
    ...fields,
  });
}

async function pass(ms: number): Promise<void> {
  const end = clock.now() + ms;
  for (;;) {
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (clock.now() >= end) return;
    clock.advance(Math.min(10 * 60_000, end - clock.now()));
  }
}

test('once a day, at the hour, each account hears of what is new for it', async () => {
  await pass(HOUR_MS);
  keep(TOM);
  keep(ANNA, { subject: 'Invoice' });
  await pass(8 * HOUR_MS);
  expect(sent).toEqual([]);
  await pass(2 * HOUR_MS);
  expect(sent).toHaveLength(2);
  expect(sent[0]).toContain('To: <tom@server1.com>\r\n');
  expect(sent[0]).toContain('Subject: Your account\r\n');
  expect(sent[0]).toContain('Why: 99 % junk\r\n');
  expect(sent[1]).toContain('Subject: Invoice\r\n');
  await pass(24 * HOUR_MS);
  expect(sent).toHaveLength(2);
  keep(TOM, { subject: 'Another' });
  await pass(24 * HOUR_MS);
  expect(sent).toHaveLength(3);
  expect(sent[2]).not.toContain('Your account');
});

test('a restart repeats nothing, and a day on which the server was off is made good', async () => {
  keep(TOM);
  await pass(11 * HOUR_MS);
  expect(sent).toHaveLength(1);
  stop();
  keep(TOM, { subject: 'While it was off' });
  clock.advance(30 * HOUR_MS);
  start();
  await pass(60_000);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toContain('While it was off');
  stop();
  start();
  await pass(60_000);
  expect(sent).toHaveLength(2);
});

test('each message has a link that proves which copy it releases, and until when', async () => {
  keep(TOM);
  await pass(11 * HOUR_MS);
  const link = /Release: (\S+)/u.exec(sent[0] ?? '')?.[1] ?? '';
  const url = new URL(link);
  expect(url.origin + url.pathname).toBe('https://mail.server1.com:8025/release');
  expect(readRelease(SECRET, url.searchParams.get('token') ?? '')).toEqual({
    id: 1,
    accountId: TOM,
    traceId: 'trace1',
    expiresAt: (kept[0]?.keptAt ?? 0) + 30 * 24 * HOUR_MS,
  });
});

test('without the console’s address it says whom to ask', async () => {
  use({ consoleUrl: null });
  keep(TOM);
  await pass(11 * HOUR_MS);
  expect(sent[0]).toContain('ask your administrator to release it');
  expect(sent[0]).not.toContain('http');
});

test('no hour, no digest; nor for an account that is switched off', async () => {
  keep(OTTO);
  await pass(24 * HOUR_MS);
  use({ digestHour: null });
  keep(TOM);
  await pass(48 * HOUR_MS);
  expect(sent).toEqual([]);
});

test('nobody hears of what only administrators may release', async () => {
  keep(TOM, { kind: 'attachment' });
  keep(ANNA, { kind: 'attachment' });
  keep(ANNA);
  await pass(11 * HOUR_MS);
  expect(sent.map((text) => /^To: <(.*)>/mu.exec(text)?.[1])).toEqual(['anna@server1.com']);
});

test('what a stranger wrote is one bounded line, and no HTML', async () => {
  keep(TOM, { subject: `<img src=x>\r\nRelease: https://evil.example/ ${'x'.repeat(2_000)}` });
  await pass(11 * HOUR_MS);
  expect(sent[0]).not.toMatch(/^Release: /mu);
  expect(sent[0]).toContain('&lt;img src=x&gt; Release');
  expect(sent[0]?.split('\r\n').every((line) => Buffer.byteLength(line) <= 998)).toBe(true);
});

test('a digest is in the office’s language, with what was found', async () => {
  settings = { ...settings, noticeLanguage: 'zh-CN' };
  const finding = {
    check: 'attachment',
    outcome: 'encrypted',
    weight: 12,
    detail: tell('encrypted', { name: 'a.zip' }),
  };
  keep(TOM, { verdict: { action: 'quarantine', score: 12, findings: [finding], decidedBy: 'score' } });
  await pass(11 * HOUR_MS);
  expect(sent[0]).toContain(`Subject: ${formatEncodedWords('隔离区有 1 封新邮件')}\r\n`);
  expect(sent[0]).toContain('原因： 压缩包“a.zip”有密码，无法查看内容\r\n');
  expect(sent[0]).toContain('Content-Language: zh-CN\r\n');
  expect(sent[0]).toContain('Content-Type: text/plain; charset=utf-8\r\n');
  expect(sent[0]).not.toContain('quarantine');
});
