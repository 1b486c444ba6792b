/**
 * Encryption at rest through the whole service: switched on under mail, killed in the middle, gone on with; then every octet of the
 * data folder is searched for what was written, and a foreign IMAP client finds each message under its UID as before.
 */
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { Connection } from '../../src-main/storage/connection.ts';
import { openTestStorage } from '../contract/mail-stores.ts';
import { runPython } from '../support/clients.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  runService,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const MESSAGES = 10_000;
const KILLS = 3;
/** What nobody may find: a subject, bodies (one in a file), somebody of the address book, words of rules, passwords. */
const SECRETS = [
  'Zwetschgenkuchen',
  'Quittengelee',
  'Preiselbeersaft',
  'kunigunde@partner.example',
  'Hagebuttentee',
  'Sanddornlikoer-password',
  'tom-password',
  '季度报表机密',
];

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess | null = null;

beforeEach(async () => {
  folder = await makeWorkFolder();
});

afterEach(async () => {
  await service?.end();
  await folder.remove();
});

async function start(isEncrypted: boolean | null): Promise<ServiceProcess> {
  const routes = [
    {
      recipientDomain: 'partner.example',
      hosts: ['127.0.0.1:1'],
      user: 'u',
      password: 'Sanddornlikoer-password',
    },
  ];
  const provision = {
    ...OFFICE,
    routes,
    ...(isEncrypted !== null && { encryption: { enabled: isEncrypted } }),
  };
  await writeFile(folder.provisionFile, JSON.stringify(provision));
  const ports = ['--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS, '--console', '127.0.0.1:0'];
  service = await startService(['--data', folder.data, '--provision', folder.provisionFile, ...ports]);
  return service;
}

async function stop(): Promise<void> {
  await service?.end();
  service = null;
}

/** Mail that goes the whole way: a trace, transcripts, a correspondent, a copy. */
async function sendLetters(): Promise<void> {
  const account = { user: 'tom@server1.com', password: 'tom-password' };
  const client = await SmtpClient.connect({ port: service?.port('submission') ?? 0, account });
  for (const to of [
    ['anna@server1.com'],
    ['anna@server1.com', 'tom@server1.com'],
    ['otto@partner.example'],
  ]) {
    const content = `From: tom@server1.com\r\nTo: ${to.join(', ')}\r\nSubject: Zwetschgenkuchen\r\n\r\nQuittengelee\r\n`;
    await client.submit({ from: 'tom@server1.com', to, content });
  }
  await wait(1_000);
}

async function seed(): Promise<void> {
  const storage = await openTestStorage(folder.data);
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  const stage = async (text: string) => {
    const writer = receiver.begin();
    await writer.write(Buffer.from(text));
    return writer.finish();
  };
  const tom = (await storage.directory.listAccounts()).find(({ localPart }) => localPart === 'tom')?.id ?? 0;
  const inbox = (await storage.mailStore.findMailbox(tom, 'INBOX'))?.id ?? 0;
  const messages = [];
  for (let number = 0; number < MESSAGES; number++) {
    const body =
      number % 1_000 === 7
        ? 'Preiselbeersaft\r\n'.repeat(12_000)
        : `季度报表机密 Preiselbeersaft ${number}\r\n`;
    const head = `From: kunigunde@partner.example\r\nSubject: Zwetschgenkuchen ${number}\r\nMessage-ID: <${number}@a>\r\n`;
    const content = await stage(`${head}Content-Type: text/plain; charset=utf-8\r\n\r\n${body}`);
    messages.push({ content, flags: [], internalDate: number });
  }
  await storage.mailStore.appendMessages(inbox, messages);
  await storage.mailStore.removeMessages(inbox, [3, 5]);
  await storage.mailStore.metadata.set(inbox, {
    writer: tom,
    origin: '',
    values: [{ name: '/private/comment', value: Buffer.from('Hagebuttentee') }],
  });
  await storage.scripts.put(tom, { name: 'a', text: '# Hagebuttentee kunigunde@partner.example\r\nkeep;' });
  await storage.screening.reputation.noteCorrespondents(tom, ['kunigunde@partner.example'], 1);
  await storage.screening.senderLists.put(tom, 'kunigunde@partner.example', 'allow');
  await storage.mailSearch.fill();
  await storage.close();
}

const READ_ALL = `
import hashlib, imaplib, sys
c = imaplib.IMAP4('127.0.0.1', int(sys.argv[1]))
c.login('tom@server1.com', 'tom-password')
c.select('INBOX', readonly=True)
print(c.untagged_responses['UIDVALIDITY'], c.untagged_responses['UIDNEXT'], c.untagged_responses['HIGHESTMODSEQ'] if 'HIGHESTMODSEQ' in c.untagged_responses else '')
_, found = c.uid('SEARCH', 'BODY', '"saft 77"')
print(found)
digest = hashlib.sha256()
count = 0
for first in range(1, 10100, 500):
    _, items = c.uid('FETCH', '%d:%d' % (first, first + 499), '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[])')
    for item in items:
        if isinstance(item, tuple):
            count += 1
            digest.update(item[0]); digest.update(item[1])
        elif item: digest.update(item)
print(count, digest.hexdigest())
c.logout()
`;

async function readMail(): Promise<string> {
  const { output, code } = await runPython(READ_ALL, [String(service?.port('imap'))]);
  expect(code, output).toBe(0);
  return output;
}

function stateNow(): { state: string; done: number } {
  const connection = new Connection(join(folder.data, 'postroom.db'), { readonly: true });
  try {
    return (
      connection.get<{ state: string; done: number }>('SELECT state, done FROM sealing') ?? {
        state: '',
        done: 0,
      }
    );
  } finally {
    connection.close();
  }
}

async function reach(isReached: (now: { state: string; done: number }) => boolean): Promise<void> {
  while (!isReached(stateNow())) await wait(50);
}

/** Every octet of every file, the key's left out. */
async function findInFolder(path: string, secrets: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'postroom.key') continue;
    const octets = await readFile(join(entry.parentPath, entry.name));
    for (const secret of secrets) {
      const spellings = [
        Buffer.from(secret),
        Buffer.from(secret.toLowerCase()),
        Buffer.from(secret, 'utf16le'),
      ];
      if (spellings.some((each) => octets.includes(each))) found.push(`${secret} in ${entry.name}`);
    }
  }
  return found;
}

test('10,000 messages are encrypted under a running server that is killed, nothing is lost, nothing is found', async () => {
  await start(false);
  await sendLetters();
  await stop();
  await seed();
  await writeFile(join(folder.data, 'postroom.db.before-migration-10'), 'Zwetschgenkuchen');
  expect(await findInFolder(folder.data, SECRETS)).not.toEqual([]);
  await start(null);
  const before = await readMail();
  expect(before).toMatch(/^9999 /mu);
  await stop();

  for (let kill = 1; kill <= KILLS; kill++) {
    await start(true);
    const target = kill * 5_000;
    await reach(({ state, done }) => state === 'on' || done > target);
    await service?.end('SIGKILL');
    service = null;
    expect(stateNow().state).toBe('sealing');
  }
  await start(null);
  // Half of it is encrypted, half is not.
  expect(await readMail()).toBe(before);
  await sendLetters();
  await reach(({ state }) => state === 'on');
  await stop();
  expect(await findInFolder(folder.data, SECRETS)).toEqual([]);
  expect(await runService(['doctor', '--data', folder.data])).toMatchObject({
    code: 0,
    output: 'everything is in order\n',
  });

  await changeKey();
  await start(null);
  expect((await readMail()).split('\n')[1]).toBe(before.split('\n')[1]);
  await sendLetters();
  await stop();
  expect(await findInFolder(folder.data, SECRETS)).toEqual([]);
}, 600_000);

/** Afterwards the old key opens nothing, and without a key nothing is touched. */
async function changeKey(): Promise<void> {
  const key = join(folder.data, 'postroom.key');
  const old = await mkdtemp(join(tmpdir(), 'postroom-old-key-'));
  await cp(key, join(old, 'key'));
  const storage = await openTestStorage(folder.data);
  await storage.sealing.rotate();
  await storage.close();
  const refused = await runService(['doctor', '--data', folder.data, '--key-file', join(old, 'key')]);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.log).toMatch(/is not the one of this data folder/u);
  await rename(key, join(old, 'new'));
  const missing = await runService(['doctor', '--data', folder.data]);
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.log).toMatch(/is not there: put the key file back/u);
  await rename(join(old, 'new'), key);
  await rm(old, { recursive: true });
}

test('a passphrase protects the key from the start that it is given at; without it the service refuses', async () => {
  await start(null);
  await stop();
  const right = folder.path('passphrase');
  const wrong = folder.path('wrong');
  await writeFile(right, 'Sommerregen\n');
  await writeFile(wrong, 'Winterregen\n');
  const doctor = (...more: string[]) => runService(['doctor', '--data', folder.data, ...more]);
  expect(await doctor('--passphrase-file', right)).toMatchObject({ code: 0 });
  const files = await readdir(folder.data);
  const serve = ['serve', '--data', folder.data, '--ports', ALL_FREE_PORTS, '--console', '127.0.0.1:0'];
  for (const [more, words] of [
    [[], /protected by a passphrase: give it with --passphrase-file/u],
    [['--passphrase-file', wrong], /the passphrase is wrong/u],
    [['--passphrase-file', folder.path('none')], /cannot read the passphrase file/u],
  ] as const) {
    const refused = await runService([...serve, '--bind', '127.0.0.1', ...more]);
    expect(refused.code).toBe(2);
    expect(refused.log).toMatch(words);
    expect(refused.log.trim().split('\n').length).toBe(1);
  }
  expect(await readdir(folder.data)).toEqual(files);
  expect(await doctor('--passphrase-file', right)).toMatchObject({ code: 0 });
});
