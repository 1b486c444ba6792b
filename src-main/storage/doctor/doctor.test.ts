import { mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStorage } from '../../../test/contract/mail-stores.ts';
import { createMessageIndexer, indexMessage } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { Connection } from '../connection.ts';
import { lockFolder } from '../folder-lock.ts';
import { keyFileIn } from '../open-storage.ts';
import { openRootKey } from '../sealing/root-key.ts';
import { examine, examineQuickly } from './examine.ts';
import type { DoctorCheck } from './findings.ts';

const LARGE = 'x'.repeat(200_000);

let folder: string;
let tom: number;
let rootKey: Uint8Array;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-doctor-'));
  const storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'server1.com', createdAt: 1 });
  tom = await storage.directory.addAccount({
    localPart: 'tom',
    domain: 'server1.com',
    addressKey: 'tom@server1.com',
    kind: 'person',
    name: '',
    createdAt: 1,
    quotaBytes: null,
    quotaMessages: null,
    credentials: { scrypt: '', scramSha256: '' },
  });
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const inbox = await storage.mailStore.findMailbox(tom, 'INBOX');
  const trash = await storage.mailStore.findMailbox(tom, 'Trash');
  for (const body of ['one', 'two', LARGE]) {
    const writer = receiver.begin();
    await writer.write(Buffer.from(`Subject: ${body.slice(0, 3)}\r\n\r\n${body}\r\n`));
    const content = await writer.finish();
    await storage.mailStore.appendMessages(inbox?.id ?? 0, [{ content, flags: ['\\Seen'], internalDate: 1 }]);
  }
  await storage.mailStore.copyMessages(inbox?.id ?? 0, [{ first: 1, last: 1 }], trash?.id ?? 0);
  await storage.mailSearch.fill();
  await storage.close();
  rootKey = (await openRootKey(join(folder, 'postroom.db'), keyFileIn(folder))).octets;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function damage(sql: string): void {
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: false });
  connection.execute(`PRAGMA foreign_keys = OFF; ${sql}`);
  connection.close();
}

function doctor(isRepairing: boolean) {
  return examine({ folder, isRepairing, now: Date.UTC(2026, 0, 5), makeIndex: indexMessage, rootKey });
}

/** What each mailbox holds, by its UIDs; every message is read. */
async function readAll(): Promise<Record<string, readonly string[]>> {
  const storage = await openTestStorage(folder);
  const found: Record<string, string[]> = {};
  try {
    for (const { id, name } of await storage.mailStore.listMailboxes(tom)) {
      for (const { uid, sizeBytes } of await storage.mailStore.listEntries(id)) {
        const message = await storage.mailStore.openMessage(id, uid);
        const octets = (await message?.readRange(0, sizeBytes)) ?? new Uint8Array(0);
        expect(octets.length).toBe(sizeBytes);
        expect(message?.index.sizeBytes).toBe(sizeBytes);
        (found[name] ??= []).push(`${uid} ${message?.index.subject ?? ''}`);
      }
    }
  } finally {
    await storage.close();
  }
  return found;
}

const WHOLE = { INBOX: ['1 one', '2 two', '3 xxx'], Trash: ['1 one'] };

test('a folder in order has no findings, and is not touched', () => {
  expect(doctor(false)).toEqual([]);
  expect(doctor(true)).toEqual([]);
});

type Damage = readonly [title: string, sql: string, check: DoctorCheck, after: object];

const DAMAGES: readonly Damage[] = [
  ['counts', 'UPDATE mailbox SET message_count = 9, size_bytes = 1', 'mailboxes', WHOLE],
  [
    'a next UID that was given out already',
    "UPDATE mailbox SET uid_next = 2 WHERE name = 'INBOX'",
    'mailboxes',
    WHOLE,
  ],
  [
    'rights on a mailbox that is gone',
    "INSERT INTO mailbox_grant VALUES (99, 0, 0, 'lr')",
    'mailboxes',
    WHOLE,
  ],
  [
    'rights of an account that is gone',
    "INSERT INTO mailbox_grant VALUES (1, 99, 0, 'lr')",
    'mailboxes',
    WHOLE,
  ],
  [
    'annotations of a mailbox that is gone',
    "INSERT INTO metadata VALUES (99, 0, '/shared/comment', x'61')",
    'mailboxes',
    WHOLE,
  ],
  [
    'annotations of an account that is gone',
    "INSERT INTO metadata VALUES (1, 99, '/private/comment', x'61')",
    'mailboxes',
    WHOLE,
  ],
  ['what a reader saw that is gone', 'INSERT INTO reader_seen VALUES (1, 77, 1, 1, 1)', 'mailboxes', WHOLE],
  [
    'a MODSEQ below that of what a reader saw',
    "INSERT INTO reader_seen SELECT id, 1, account_id, 1, 99 FROM mailbox WHERE name = 'INBOX'",
    'mailboxes',
    WHOLE,
  ],
  ['a MODSEQ below that of a message', 'UPDATE mailbox SET highest_mod_seq = 1', 'mailboxes', WHOLE],
  ['too few references', 'UPDATE content SET reference_count = 1', 'references', WHOLE],
  ['too many references', 'UPDATE content SET reference_count = 7', 'references', WHOLE],
  [
    'an index that cannot be read',
    "UPDATE content_body SET message_index = '{' WHERE content_id = 2",
    'index',
    WHOLE,
  ],
  [
    'an index of another message',
    'UPDATE content_body SET message_index = \'{"sizeBytes":1}\'',
    'index',
    WHOLE,
  ],
  [
    'a size that is not that of the octets',
    'UPDATE message SET size_bytes = 5 WHERE uid = 2',
    'messages',
    WHOLE,
  ],
  [
    'a message without octets',
    'DELETE FROM content WHERE id = 2; DELETE FROM content_body WHERE content_id = 2',
    'content',
    { ...WHOLE, INBOX: ['1 one', '2 The text of this message is lost', '3 xxx'] },
  ],
  [
    'octets without their row in the other table',
    'DELETE FROM content_body WHERE content_id = 2',
    'content',
    { ...WHOLE, INBOX: ['1 one', '2 The text of this message is lost', '3 xxx'] },
  ],
  [
    'messages in a mailbox that is gone',
    "DELETE FROM mailbox WHERE name = 'Trash'",
    'messages',
    { INBOX: WHOLE.INBOX },
  ],
  [
    'an account without INBOX',
    "UPDATE mailbox SET name = 'Other' WHERE name = 'INBOX'",
    'messages',
    { Other: WHOLE.INBOX, Trash: WHOLE.Trash },
  ],
];

describe('is found, repaired, and not found again:', () => {
  const SUMMARIES: readonly (readonly [title: string, sql: string])[] = [
    ['a summary that is not of its message', "UPDATE content_facts SET searched = 'x' WHERE content_id = 1"],
    ['a summary that is missing among others', 'DELETE FROM content_summary WHERE content_id = 2'],
    ['a summary of a content that is gone', "INSERT INTO content_facts VALUES (99, 'x', 'x')"],
  ];
  test.each(SUMMARIES)('%s', (...[, sql]) => {
    damage(sql);
    expect(doctor(true).map((finding) => finding.check)).toEqual(['search']);
    expect(doctor(false)).toEqual([]);
  });

  test.each(DAMAGES)('%s', async (...[, sql, check, after]) => {
    damage(sql);
    const found = doctor(false);
    expect(found.map((finding) => finding.check)).toContain(check);
    expect(doctor(false)).toEqual(found);
    expect(doctor(true).map((finding) => finding.check)).toContain(check);
    expect(doctor(false)).toEqual([]);
    expect(await readAll()).toEqual(after);
  });

  test('a large content whose file is gone', async () => {
    const [file = ''] = await readdir(join(folder, 'content'));
    await unlink(join(folder, 'content', file));
    expect(doctor(false)[0]?.text).toContain(file);
    expect(doctor(true)[0]?.text).toContain(file);
    expect(doctor(false)).toEqual([]);
    expect((await readAll())['INBOX']).toEqual(['1 one', '2 two', '3 The text of this message is lost']);
  });

  test('a large content whose file was changed without changing its size', async () => {
    const path = join(folder, 'content', (await readdir(join(folder, 'content')))[0] ?? '');
    const octets = await readFile(path);
    octets[100_000] = (octets[100_000] ?? 0) ^ 1;
    await writeFile(path, octets);
    expect(doctor(true).map(({ check }) => check)).toEqual(['content', 'messages', 'mailboxes', 'files']);
    expect(doctor(false)).toEqual([]);
    expect(await readAll()).toEqual(WHOLE);
  });

  test('a large content whose file was cut short keeps what is there', async () => {
    const [file = ''] = await readdir(join(folder, 'content'));
    await truncate(join(folder, 'content', file), 150_000);
    // The chunks that are whole are kept, what is left of the others moves to lost-and-found.
    expect(doctor(true).map(({ check }) => check)).toEqual(['content', 'messages', 'mailboxes', 'files']);
    expect(doctor(false)).toEqual([]);
    expect(await readAll()).toEqual(WHOLE);
  });
});

test('a large content of whose file nothing opens is replaced by words, and the file is kept', async () => {
  const [file = ''] = await readdir(join(folder, 'content'));
  await truncate(join(folder, 'content', file), 1_000);
  expect(doctor(true).map(({ check }) => check)).toEqual(['content', 'messages', 'mailboxes', 'files']);
  expect(doctor(false)).toEqual([]);
  expect(await readdir(join(folder, 'lost-and-found'))).toEqual([file]);
  expect((await readAll())['INBOX']?.at(-1)).toContain('is lost');
});

test('what nobody holds is kept, not thrown away', async () => {
  damage('DELETE FROM message WHERE uid IN (2, 3)');
  await writeFile(join(folder, 'content', 'stray.eml'), 'Subject: stray\r\n\r\n');
  doctor(true);
  expect(doctor(false)).toEqual([]);
  const kept = await readdir(join(folder, 'lost-and-found'));
  expect(kept.sort()).toEqual(expect.arrayContaining(['content-2.eml', 'content-3.eml', 'stray.eml']));
  expect(await readFile(join(folder, 'lost-and-found', 'content-2.eml'), 'utf8')).toBe(
    'Subject: two\r\n\r\ntwo\r\n',
  );
  expect(await readFile(join(folder, 'lost-and-found', 'content-3.eml'), 'utf8')).toContain(LARGE);
});

test('a damaged database is named, and nothing is tried on it', async () => {
  const path = join(folder, 'postroom.db');
  damage('PRAGMA wal_checkpoint(TRUNCATE)');
  const octets = await readFile(path);
  octets.fill(0x55, 16_384, 65_536);
  await writeFile(path, octets);
  const findings = doctor(true);
  expect(findings[0]).toMatchObject({ check: 'database', remedy: null });
  expect(findings.every(({ check }) => check === 'database')).toBe(true);
});

test('a folder in use is left alone', () => {
  const unlock = lockFolder(folder);
  expect(() => doctor(true)).toThrow('in use');
  unlock();
});

test('the quick form sets counts right and names files that are gone', async () => {
  damage('UPDATE mailbox SET message_count = 9');
  const [file = ''] = await readdir(join(folder, 'content'));
  await unlink(join(folder, 'content', file));
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: false });
  const checks = examineQuickly(connection, join(folder, 'content')).map(({ check }) => check);
  expect([...new Set(checks)]).toEqual(['mailboxes', 'content']);
  expect(examineQuickly(connection, join(folder, 'content')).map(({ check }) => check)).toEqual(['content']);
  connection.close();
});
