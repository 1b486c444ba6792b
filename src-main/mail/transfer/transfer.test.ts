import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANNA, ReadingOffice, TOM } from '../../../test/support/reading-office.ts';
import { exportMail } from './export-mail.ts';
import { openImportSource, type ImportPlace } from './from/open-import-source.ts';
import { importMail } from './import-mail.ts';
import type { FileFormat, TransferReport } from './port.ts';

const FORMATS: readonly FileFormat[] = ['mbox', 'maildir', 'eml', 'zip'];
const AT = Date.UTC(2025, 11, 24, 18, 30);

let folder: string;
let office: ReadingOffice;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-transfer-'));
  office = new ReadingOffice();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const first =
    'From: anna@server1.com\nMessage-ID: <1@x>\nSubject: first\n\nHello\nFrom here\n>From there\n.\n';
  await office.arrive(first, { internalDate: AT, flags: ['\\Seen', '\\Flagged', '$Forwarded'] });
  await office.arrive('From: x@y\nSubject: second\n\nno line end', { internalDate: AT + 60_000 });
  await office.arrive('From: x@y\nSubject: second\n\nno line end', { internalDate: AT + 60_000 });
  await office.store.createMailbox(TOM, 'Archive/50% of 2025.12');
  await office.store.createMailbox(TOM, '客户/Ärzte: A.B');
  const elsewhere = { internalDate: AT + 120_000, flags: ['\\Answered', 'work'] };
  await office.arrive('Message-ID: <3@x>\nSubject: third\n\n' + 'x'.repeat(300_000) + '\n', {
    ...elsewhere,
    mailbox: 'Archive/50% of 2025.12',
  });
  await office.arrive('Message-ID: <4@x>\nStatus: RO\nSubject: 四\n\nGrüße\n', {
    ...elsewhere,
    mailbox: '客户/Ärzte: A.B',
  });
}

/** Everything an account holds, apart from UIDs. */
async function contentsOf(accountId: number) {
  const found: object[] = [];
  for (const mailbox of await office.store.listMailboxes(accountId)) {
    for (const { uid, flags, internalDate } of await office.store.listEntries(mailbox.id)) {
      const message = await office.store.openMessage(mailbox.id, uid);
      const octets = await message?.readRange(0, message.sizeBytes);
      const text = Buffer.from(octets ?? [])
        .toString()
        .trimEnd();
      found.push({ mailbox: mailbox.name, flags: [...flags].sort(), internalDate, text });
    }
  }
  return found;
}

function leave(format: FileFormat, signal = new AbortController().signal): Promise<TransferReport> {
  const { store: mailStore, clock } = office;
  return exportMail({
    path: join(folder, format),
    format,
    accountId: TOM,
    mailStore,
    clock,
    signal,
    onProgress: () => undefined,
  });
}

function place(path: string): ImportPlace {
  return { path, format: null, mboxVariant: 'auto', scratchFolder: join(folder, 'scratch') };
}

async function come(
  path: string,
  accountId = ANNA,
  signal = new AbortController().signal,
): Promise<TransferReport> {
  const source = await openImportSource(place(path));
  if (!source.ok) throw new Error(source.error);
  const { store: mailStore, clock, receiver } = office;
  const onProgress = () => undefined;
  return importMail({ source: source.value, accountId, mailStore, receiver, clock, signal, onProgress });
}

async function put(path: string, text: string): Promise<string> {
  const full = join(folder, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  return full;
}

describe.each(FORMATS)('%s', (format) => {
  test('an account that leaves and comes has its mailboxes, flags, dates and octets', async () => {
    await fill();
    const left = await leave(format);
    expect(left).toMatchObject({
      end: { kind: 'done' },
      progress: { messages: 5, totalMessages: 5, failed: 0 },
    });
    const came = await come(join(folder, format));
    expect(came).toMatchObject({ end: { kind: 'done' }, progress: { messages: 5, skipped: 0, failed: 0 } });
    expect(await contentsOf(ANNA)).toEqual(await contentsOf(TOM));
    expect(came.progress.octets).toBe(came.progress.totalOctets);
  });

  test('what is there is not brought in again', async () => {
    await fill();
    await leave(format);
    const again = await come(join(folder, format), TOM);
    expect(again.progress).toMatchObject({
      messages: format === 'mbox' ? 2 : 0,
      skipped: format === 'mbox' ? 3 : 5,
    });
  });

  test('an import that was cut off goes on where it was', async () => {
    await fill();
    await leave(format);
    const cut = new AbortController();
    cut.abort();
    expect((await come(join(folder, format), ANNA, cut.signal)).end).toEqual({ kind: 'cancelled' });
    await come(join(folder, format));
    const second = await come(join(folder, format));
    expect(second.progress).toMatchObject({ messages: 0, skipped: 5 });
    expect(await contentsOf(ANNA)).toEqual(await contentsOf(TOM));
  });
});

describe('leaving', () => {
  test('nothing that is there is written over', async () => {
    await put('mbox/mine.txt', 'mine');
    expect((await leave('mbox')).end).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not empty') as string,
    });
    expect(await readdir(join(folder, 'mbox'))).toEqual(['mine.txt']);
  });

  test('an mbox is one that others read: From lines, quoting, Status', async () => {
    await fill();
    await leave('mbox');
    const text = await readFile(join(folder, 'mbox', 'INBOX.mbox'), 'utf8');
    expect(text).toContain(
      'From anna@server1.com Wed Dec 24 18:30:00 2025\nStatus: RO\nX-Status: F\nX-Keywords: $Forwarded\n',
    );
    expect(text).toContain('\nHello\n>From here\n>>From there\n.\n\nFrom x@y');
  });

  test('a cancelled export stops', async () => {
    await fill();
    expect((await leave('eml', AbortSignal.abort())).end).toEqual({ kind: 'cancelled' });
  });
});

describe('coming from other programs', () => {
  const FROM = 'From - Wed Dec 24 18:30:00 2025\n';

  test("Thunderbird's folders: .sbd, X-Mozilla-Status, what was deleted and not compacted", async () => {
    await put(
      'Mail/Inbox',
      `${FROM}X-Mozilla-Status: 0001\nSubject: a\n\nx\n\n${FROM}X-Mozilla-Status: 0009\nSubject: b\n\nx\n`,
    );
    await put('Mail/Inbox.msf', '// <!-- <mdb:mork:z v="1.4"/> -->');
    await put('Mail/Inbox.sbd/Clients', `${FROM}Subject: c\n\nx\n`);
    expect((await come(join(folder, 'Mail'))).progress).toMatchObject({ messages: 2, failed: 0 });
    expect(await contentsOf(ANNA)).toMatchObject(
      [
        { mailbox: 'INBOX', flags: ['\\Seen'], internalDate: AT },
        { mailbox: 'Inbox/Clients', flags: [] },
      ].map((each) => ({ ...each, mailbox: each.mailbox.replace('Inbox', 'INBOX') })),
    );
  });

  test("Dovecot's Maildir++: folders, keywords, dates", async () => {
    const path = await put('Maildir/.Sent.2025/cur/1.M1.host,S=10:2,RSa', 'Subject: a\n\nx\n');
    await utimes(path, new Date(AT), new Date(AT));
    await put('Maildir/.Sent.2025/dovecot-keywords', '0 $Forwarded\n');
    await put('Maildir/new/2.M2.host', 'Subject: b\n\nx\n');
    await mkdir(join(folder, 'Maildir', 'cur'));
    await come(join(folder, 'Maildir'));
    expect(await contentsOf(ANNA)).toMatchObject([
      { mailbox: 'INBOX', flags: [] },
      { mailbox: 'Sent/2025', flags: ['$Forwarded', '\\Answered', '\\Seen'], internalDate: AT },
    ]);
  });

  test('.eml files are dated by their Date field', async () => {
    await put('mails/2025/a.eml', 'Date: Wed, 24 Dec 2025 18:30:00 +0000\nSubject: a\n\nx\n');
    await come(join(folder, 'mails'));
    expect(await contentsOf(ANNA)).toMatchObject([{ mailbox: '2025', internalDate: AT }]);
  });

  test('what cannot be read is named, and the rest comes', async () => {
    const good = await put('mails/a.eml', 'Subject: a\n\nx\n');
    const { store: mailStore, clock, receiver } = office;
    const octets = () =>
      (async function* () {
        yield await Promise.reject<Uint8Array>(new Error('EIO'));
      })();
    const bad = { mailbox: 'INBOX', flags: [], internalDate: null, where: 'bad.eml', octets };
    const source = await openImportSource(place(good));
    if (!source.ok) throw new Error(source.error);
    const both = async function* () {
      yield bad;
      yield* source.value.messages(() => Promise.resolve(true));
    };
    const report = await importMail({
      source: {
        format: 'eml',
        totalOctets: 0,
        totalMessages: null,
        octetsRead: () => 0,
        messages: both,
        close: () => Promise.resolve(),
      },
      accountId: ANNA,
      mailStore,
      receiver,
      clock,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    expect(report).toMatchObject({
      end: { kind: 'done' },
      progress: { messages: 1, failed: 1 },
      problems: [{ where: 'bad.eml', reason: 'EIO' }],
    });
  });

  test('a folder with nothing of ours in it is refused by name', async () => {
    await put('other/readme.txt', 'hello');
    expect(await openImportSource(place(join(folder, 'other')))).toMatchObject({ ok: false });
    expect(await openImportSource(place(join(folder, 'nowhere')))).toMatchObject({ ok: false });
  });
});

test('an account that may keep no more says so and keeps what fitted', async () => {
  await fill();
  await leave('mbox');
  const small = new ReadingOffice({ quotaBytesOf: () => 1_000 });
  office = small;
  const report = await come(join(folder, 'mbox'));
  expect(report.end).toEqual({ kind: 'overQuota' });
  expect(small.spool.files.size).toBe(0);
});
