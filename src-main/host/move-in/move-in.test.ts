import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../base/result.ts';
import { foreignHash } from '../../directory/foreign-hashes.ts';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { checkScript } from '../../mail/delivery/sieve/checking/check-script.ts';
import type { TransferReport } from '../../mail/transfer/port.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { withStorage } from '../offline-tasks.ts';
import { systemClock } from '../system-clock.ts';
import { parseProvision } from '../provision/schema.ts';
import { HMAILSERVER_BACKUP } from './hmailserver-backup.fixture.ts';
import { moveInFromServers, moveInHmailserver, type MoveInOptions } from './move-in.ts';
import { readHmailserver } from './read-hmailserver.ts';
import { rulesToSieve } from './rules-to-sieve.ts';
import { parseServerList } from './server-list.ts';
import { toProvision } from './to-provision.ts';

const randomBytes = createPooledRandom();
const PASSWORD = 'correct horse';
const HASH = `ab12cd${createHash('sha256').update(`ab12cd${PASSWORD}`).digest('hex')}`;
const BACKUP = HMAILSERVER_BACKUP.replace(/Password="ab12cd\w+"/u, `Password="${HASH}"`);

let folder: string;
let outcomes: Map<string, Result<TransferReport, string>>;
let options: MoveInOptions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-move-in-'));
  outcomes = new Map();
  options = {
    ...{
      dataFolder: join(folder, 'data'),
      clock: systemClock,
      randomBytes,
      signal: new AbortController().signal,
    },
    onError: (error) => expect.unreachable(String(error)),
    onProgress: () => undefined,
    onAccount: (address, outcome) => outcomes.set(address, outcome),
  };
});

afterEach(() => rmSync(folder, { recursive: true }));

function writeBackup(): string {
  writeFileSync(join(folder, 'hMailServerBackup.xml'), BACKUP);
  const files = { 'A1/{A1B2}.eml': 'first', 'A1/{A1B3}.eml': 'second', 'C3/{C3D4}.eml': 'third' };
  for (const [name, subject] of Object.entries(files)) {
    const path = join(folder, 'Data', 'example.com', 'anna', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `Subject: ${subject}\r\n\r\nHello.\r\n`);
  }
  return folder;
}

describe('an hMailServer', () => {
  const backup = readHmailserver(BACKUP);
  if (!backup.ok) throw new Error(backup.error);

  it('becomes a provision that says what has to be done by hand', () => {
    const { provision, remarks } = toProvision(backup.value, randomBytes);
    expect(parseProvision(JSON.stringify(provision))).toMatchObject({
      ok: true,
      value: {
        domains: [
          {
            name: 'example.com',
            catchAll: ['anna@example.com'],
            accounts: [
              { localPart: 'anna', name: 'Anna Müller & Söhne', quotaBytes: 500 * 2 ** 20 },
              { localPart: 'tom', forwardTo: ['tom@elsewhere.example'], keepCopy: true },
            ],
            aliases: [{ localPart: 'info', to: ['anna@example.com'] }],
            groups: [
              { localPart: 'all', members: ['anna@example.com', 'tom@example.com'], posting: 'members' },
            ],
          },
          { name: 'example.net', aliasOf: 'example.com' },
        ],
        routes: [{ recipientDomain: 'partner.example', hosts: ['mx.partner.example:2525'], tls: 'required' }],
      },
    });
    expect(remarks).toEqual([
      'anna@example.com: the rule "By program" cannot be said in Sieve; make it anew',
      'tom@example.com: was switched off there; switch it off here (Accounts)',
      'the route to partner.example signed in as office; enter its password again (Relay, Routes)',
    ]);
  });

  it('has its rules and its absence note as a Sieve script that our checker takes', () => {
    const [anna] = backup.value.domains[0]?.accounts ?? [];
    const { script } = rulesToSieve(anna ?? { rules: [], vacation: null });
    expect(script).toContain('if allof (header :contains "subject" "invoice",');
    expect(script).toContain('fileinto :create "Accounting/Invoices";');
    expect(script).toContain('vacation :subject "Away" "Back on \\"Monday\\".";');
    expect(checkScript(script ?? '')).toMatchObject({ ok: true });
  });

  it('moves in with mailboxes, flags and dates, keeps the passwords, and catches up at a second run', async () => {
    const path = writeBackup();
    const moved = await moveInHmailserver({ ...options, path, mailFolder: null });
    expect(moved).toMatchObject({ ok: true, value: { accounts: 2, failed: 0 } });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: { progress: { messages: 3, failed: 0 } },
    });
    const again = await moveInHmailserver({ ...options, path, mailFolder: null });
    expect(again).toMatchObject({ ok: true });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: { progress: { messages: 0, skipped: 3 } },
    });
    await withStorage(options, async ({ directory, mailStore }) => {
      const [anna] = await directory.listAccounts();
      const mailboxes = await mailStore.listMailboxes(anna?.id ?? 0);
      expect(mailboxes.map(({ name }) => name)).toEqual(expect.arrayContaining(['INBOX', 'INBOX/Customers']));
      const inbox = await mailStore.findMailbox(anna?.id ?? 0, 'INBOX');
      const entries = await mailStore.listEntries(inbox?.id ?? 0);
      expect(entries?.map(({ flags }) => [...flags].sort())).toEqual([['\\Flagged', '\\Seen'], []]);
      const keeper = new PasswordKeeper({ clock: systemClock, randomBytes });
      const stored = anna?.credentials?.scrypt ?? null;
      expect(await keeper.verify(PASSWORD, stored)).toBe(true);
      expect(await keeper.verify('wrong', stored)).toBe(false);
    });
  });

  it('names a message whose file is gone, and brings the others', async () => {
    const path = writeBackup();
    rmSync(join(folder, 'Data/example.com/anna/A1/{A1B3}.eml'));
    expect(await moveInHmailserver({ ...options, path, mailFolder: null })).toMatchObject({
      value: { failed: 1 },
    });
    expect(outcomes.get('anna@example.com')).toMatchObject({
      value: { progress: { messages: 2, failed: 1 }, problems: [{ where: '{A1B3}.eml' }] },
    });
  });

  it.each([
    ['<Backup/>', 'not a backup of hMailServer: no domains'],
    ['<!DOCTYPE x>', 'not a backup of hMailServer: a document type declaration is not allowed'],
    ['', 'not a backup of hMailServer: there is no element'],
  ])('%s is refused', (text, error) => {
    expect(readHmailserver(text)).toEqual({ ok: false, error });
  });
});

describe('hashes of an old server', () => {
  it.each([
    [2, createHash('md5').update(PASSWORD).digest('hex')],
    [3, HASH],
  ])('of form %d let in who knows the password', async (form, kept) => {
    const stored = foreignHash(kept, form);
    const keeper = new PasswordKeeper({ clock: systemClock, randomBytes });
    expect(await keeper.verify(PASSWORD, stored)).toBe(true);
    expect(await keeper.verify(PASSWORD.toUpperCase(), stored)).toBe(false);
    expect(keeper.isOutdated({ scrypt: stored ?? '', scramSha256: '' }, { withSha1: false })).toBe(true);
  });

  it('that nothing can be verified with are not taken', () => {
    expect(foreignHash('secret', 0)).toBeNull();
    expect(foreignHash('deadbeef', 1)).toBeNull();
    expect(foreignHash('short', 3)).toBeNull();
  });
});

describe('a list of servers', () => {
  const defaults = { server: 'old.example', mustVerify: true };

  it('is read as spreadsheets save it', () => {
    const text =
      'Address,Password,Server,Port,TLS,User\r\nanna@example.com,"a,b",,,,\r\ntom@example.com,x,mx.example,143,starttls,tom\r\n';
    expect(parseServerList(text, defaults)).toEqual({
      ok: true,
      value: [
        {
          address: 'anna@example.com',
          target: {
            ...{ host: 'old.example', port: 993, tls: 'implicit', mustVerify: true },
            credentials: { user: 'anna@example.com', password: 'a,b' },
          },
        },
        {
          address: 'tom@example.com',
          target: {
            ...{ host: 'mx.example', port: 143, tls: 'starttls', mustVerify: true },
            credentials: { user: 'tom', password: 'x' },
          },
        },
      ],
    });
  });

  it.each([
    ['name,password\nx,y', 'the first row must name the columns'],
    ['address,password\n', 'the list has no accounts'],
    [
      'address,password\nanna,x\n@,y\nb@c,',
      'line 2: "anna" is no address; line 3: "@" is no address; line 4: the password is missing',
    ],
    ['address,password,port\na@b,x,0', 'line 2: "0" is no port'],
    ['address,password,tls\na@b,x,maybe', 'line 2: tls is one of'],
  ])('with a mistake is refused whole: %s', (text, error) => {
    expect(parseServerList(text, defaults)).toEqual({ ok: false, error: expect.stringContaining(error) });
  });

  it('names the account whose server does not answer, and goes on', async () => {
    const list = parseServerList(
      'address,password,server,port,tls\na@example.com,x,127.0.0.1,9,none',
      defaults,
    );
    if (!list.ok) throw new Error(list.error);
    expect(await moveInFromServers({ ...options, list: list.value })).toMatchObject({
      value: { accounts: 1, failed: 1 },
    });
    expect(outcomes.get('a@example.com')).toMatchObject({ ok: false });
  });
});
