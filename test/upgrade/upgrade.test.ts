/** Data folders that earlier versions wrote, opened by today's program: everything is there, and there is a way back. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../src-main/storage/connection.ts';
import { MIGRATIONS } from '../../src-main/storage/migrations/index.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { makeWorkFolder, OFFICE, runService, startOffice } from '../support/service-process.ts';
import { beginningAt } from './clock-of-then.ts';
import { readMail, UNREACHABLE, withImap, type SeenMail } from './office-mail.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

interface Fixture {
  readonly leaves: boolean;
  readonly mail: SeenMail;
}

const fixtures = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;

beforeEach(async () => {
  folder = await makeWorkFolder({ ...OFFICE, ...UNREACHABLE });
});

afterEach(() => folder.remove());

function unpack(name: string): Fixture {
  mkdirSync(folder.data, { mode: 0o700 });
  execFileSync('tar', ['-C', folder.data, '-xzf', join(FIXTURES, `${name}.tar.gz`)]);
  return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as Fixture;
}

/** When the first message came, milliseconds since 1970. */
function startOf(mail: SeenMail): number {
  const messages = Object.values(mail).flatMap((mailboxes) => mailboxes.flatMap((each) => each.messages));
  return Math.min(...messages.map(({ internalDate }) => Date.parse(internalDate)));
}

function database(): string {
  return join(folder.data, 'postroom.db');
}

function withDatabase<T>(use: (connection: Connection) => T): T {
  const connection = new Connection(database(), { readonly: false });
  try {
    return use(connection);
  } finally {
    connection.close();
  }
}

const versionOf = () => withDatabase((connection) => Number(connection.pragma('user_version')));
const digest = () => createHash('sha256').update(readFileSync(database())).digest('hex');

/** The newest one has nothing to go back from until a migration follows. */
const olderFixtures = fixtures.filter((name) => Number(name.replace('schema-', '')) < NEWEST);

describe.each(fixtures)('a data folder as %s', (name) => {
  test('opens with every message, flag, UID and mailbox it had, takes new mail, and the doctor finds nothing', async () => {
    const { mail, leaves } = unpack(name);
    const service = await startOffice(folder, { env: beginningAt(startOf(mail)) });
    expect(await readMail(service)).toEqual(mail);
    expect(await waiting(service.ready.console)).toEqual(leaves ? ['peer@elsewhere.example'] : []);
    await withImap(service, 'anna', async (imap) => {
      const appended = await imap.append('INBOX', 'Subject: after the upgrade\r\n\r\nHello.\r\n');
      const before = mail['anna']?.find(({ path }) => path === 'INBOX');
      expect(appended).toMatchObject({ uid: before?.uidNext });
      await imap.mailboxOpen('INBOX');
      expect(await imap.search({ body: '字典' })).toEqual([expect.any(Number)]);
    });
    expect(await service.end()).toBe(0);
    expect(await runService(['doctor', '--data', folder.data])).toMatchObject({ code: 0 });
  });
});

describe.each(olderFixtures)('a data folder as %s, upgraded', (name) => {
  test('goes back to the program that wrote it', async () => {
    const env = beginningAt(startOf(unpack(name).mail));
    const then = versionOf();
    const service = await startOffice(folder, { env });
    await withImap(service, 'anna', (imap) => imap.append('INBOX', 'Subject: newer\r\n\r\nHello.\r\n'));
    await service.end();
    const { code, output } = await runService(['rollback', '--data', folder.data]);
    expect({ code, version: versionOf() }).toEqual({ code: 0, version: then });
    const aside = /(\S*before-rollback-\S+)$/mu.exec(output)?.[1] ?? '';
    expect(output).toContain('1 messages that came since');
    // What was set aside is a data folder as well.
    const kept = await startOffice({ ...folder, data: aside }, { env });
    const subjects = await withImap(kept, 'anna', async (imap) => {
      await imap.mailboxOpen('INBOX');
      return imap.search({ subject: 'newer' });
    });
    await kept.end();
    expect(subjects).toHaveLength(1);
  });
});

async function waiting(console: string): Promise<readonly string[]> {
  const { calls, close } = await signInToConsole(console, OFFICE.admin);
  const { items } = await calls.queue.list({});
  close();
  return items.map(({ recipient }) => recipient.address);
}

test('a migration that fails leaves the data as it was, and the start says which', async () => {
  unpack('schema-290');
  // As if somebody had made a table of their own: a migration in the middle cannot make its one.
  withDatabase((connection) => connection.execute('CREATE TABLE audit_entry (mine TEXT)'));
  const before = digest();
  const refused = await runService(['serve', '--data', folder.data, ...freePlaces()]);
  expect(refused.code).toBe(1);
  expect(refused.log).toMatch(/migration 350 \(audit log\) failed/u);
  expect({ version: versionOf(), digest: digest() }).toEqual({ version: 290, digest: before });
});

test('a database of a newer program is refused by name and untouched', async () => {
  unpack('schema-430');
  withDatabase((connection) => connection.execute(`PRAGMA user_version = ${NEWEST + 10}`));
  const before = digest();
  const refused = await runService(['serve', '--data', folder.data, ...freePlaces()]);
  expect(refused).toMatchObject({ code: 2, log: expect.stringContaining('written by a newer Postroom') });
  expect(digest()).toBe(before);
});

test('nothing to go back to is said, and a running Postroom keeps its folder', async () => {
  unpack('schema-430');
  withDatabase((connection) => connection.execute(`PRAGMA user_version = ${NEWEST}`));
  expect(await runService(['rollback', '--data', folder.data])).toMatchObject({
    code: 2,
    log: expect.stringContaining('there is no copy of the database from before'),
  });
});

function freePlaces(): readonly string[] {
  const ports = ['smtp', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps', 'managesieve'];
  return [
    '--bind',
    '127.0.0.1',
    '--ports',
    ports.map((name) => `${name}=0`).join(','),
    '--console',
    '127.0.0.1:0',
  ];
}
