/**
 * Programs that keep a copy of a mailbox and bring both sides together, with the service as a process of its own:
 * mbsync with 5,000 messages on two devices, and offlineimap.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../../support/service-process.ts';
import { mbsyncConfig } from '../support/mbsync.ts';
import { runClient } from '../support/reading-target.ts';

const MESSAGES = 5_000;
const TOM = { user: 'tom@server1.com', pass: 'tom-password' };

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeEach(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
});

afterEach(async () => {
  await service.end();
  await folder.remove();
});

/** One device: a Maildir and what its program remembers. */
interface Device {
  readonly mail: string;
  sync(): Promise<void>;
}

async function makeDevice(name: string): Promise<Device> {
  const mail = folder.path(name);
  const config = folder.path(`${name}.mbsyncrc`);
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(mail, 'INBOX', part), { recursive: true });
  const account = { user: TOM.user, password: TOM.pass };
  const port = service.port('imap');
  await writeFile(config, mbsyncConfig({ host: '127.0.0.1', port, account, mail }));
  return { mail, sync: async () => void (await runClient('mbsync', ['-q', '-c', config, '-a'])) };
}

function messageText(name: string): string {
  return `From: anna@server1.com\nTo: tom@server1.com\nSubject: ${name}\nMessage-ID: <${name}@server1.com>\n\ntext of ${name}\n`;
}

/** The file names of a mailbox, in order. */
async function listFiles(device: Device, mailbox: string): Promise<readonly string[]> {
  return (await readdir(join(device.mail, mailbox, 'cur'))).sort();
}

/** Sets a file's flags as a mail program on that device does. */
async function setFlags(device: Device, file: string, letters: string): Promise<void> {
  const cur = join(device.mail, 'INBOX', 'cur');
  await rename(join(cur, file), join(cur, file.replace(/:2,.*$/u, `:2,${letters}`)));
}

/** How many messages of a mailbox carry which letters. */
async function tally(device: Device, mailbox: string): Promise<Readonly<Record<string, number>>> {
  const names = [
    ...(await readdir(join(device.mail, mailbox, 'new'))),
    ...(await listFiles(device, mailbox)),
  ];
  const letters = names.map((name) => /:2,(.*)$/u.exec(name)?.[1] ?? '');
  return Object.fromEntries(
    [...new Set(letters)].sort().map((set) => [set, letters.filter((found) => found === set).length]),
  );
}

async function connect(): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: service.port('imap'),
    secure: false,
    doSTARTTLS: false,
    auth: TOM,
    logger: false,
  });
  await client.connect();
  return client;
}

test(`mbsync keeps ${MESSAGES.toLocaleString('en')} messages in step on two devices that both change them`, async () => {
  const office = await makeDevice('office');
  const home = await makeDevice('home');
  for (let i = 0; i < MESSAGES; i++) {
    await writeFile(join(office.mail, 'INBOX', 'cur', `${i}.office:2,S`), messageText(`m${i}`));
  }
  await office.sync();
  await home.sync();
  expect(await tally(home, 'INBOX')).toEqual({ S: MESSAGES });

  const atOffice = await listFiles(office, 'INBOX');
  for (const file of atOffice.slice(0, 100)) await setFlags(office, file, 'FS');
  for (const file of atOffice.slice(100, 200)) await setFlags(office, file, 'ST');
  for (let i = 0; i < 50; i++) {
    await writeFile(join(office.mail, 'INBOX', 'new', `new${i}.office`), messageText(`office${i}`));
  }
  const client = await connect();
  await client.mailboxOpen('INBOX');
  const last = `${MESSAGES - 199}:${MESSAGES}`;
  await client.messageFlagsAdd(last, ['\\Answered'], { uid: true });
  await client.messageMove(`${MESSAGES - 49}:${MESSAGES}`, 'Archive', { uid: true });
  const atHome = await listFiles(home, 'INBOX');
  for (const file of atHome.slice(2_000, 2_300)) await setFlags(home, file, '');
  for (let i = 0; i < 50; i++) {
    await writeFile(join(home.mail, 'Drafts', 'cur', `draft${i}.home:2,DS`), messageText(`draft${i}`));
  }
  for (let round = 0; round < 2; round++) for (const device of [office, home]) await device.sync();

  const expected = { '': 50 + 300, FS: 100, RS: 150, S: MESSAGES - 100 - 100 - 300 - 200 };
  for (const device of [office, home]) {
    expect(await tally(device, 'INBOX')).toEqual(expected);
    expect(await tally(device, 'Archive')).toEqual({ RS: 50 });
    expect(await tally(device, 'Drafts')).toEqual({ DS: 50 });
  }
  await client.noop();
  expect(client.mailbox).toMatchObject({ exists: MESSAGES - 100 - 50 + 50 });
  expect(await client.search({ unseen: true } as object)).toHaveLength(expected['']);
  expect(await client.search({ flagged: true })).toHaveLength(expected.FS);
  await client.logout();
});

test('offlineimap brings a mailbox into a Maildir, takes back what changed there, and brings what changed here', async () => {
  const client = await connect();
  for (let i = 0; i < 20; i++) await client.append('INBOX', messageText(`m${i}`).replaceAll('\n', '\r\n'));
  await client.mailboxCreate('Projekte/Köln');
  await client.append('Projekte/Köln', messageText('plan').replaceAll('\n', '\r\n'), ['\\Flagged']);
  const config = folder.path('offlineimaprc');
  const mail = folder.path('offline');
  await mkdir(mail);
  const general = ['[general]', 'accounts = office', `metadata = ${folder.path('metadata')}`, 'ui = quiet'];
  const account = ['[Account office]', 'localrepository = near', 'remoterepository = far'];
  const near = ['[Repository near]', 'type = Maildir', `localfolders = ${mail}`, 'sep = /'];
  const far = [
    '[Repository far]',
    'type = IMAP',
    'remotehost = 127.0.0.1',
    `remoteport = ${service.port('imap')}`,
  ];
  const signIn = [`remoteuser = ${TOM.user}`, `remotepass = ${TOM.pass}`, 'ssl = no', 'starttls = no'];
  await writeFile(
    config,
    [...general, ...account, ...near, ...far, ...signIn, 'auth_mechanisms = PLAIN', ''].join('\n'),
  );
  const sync = () => runClient('offlineimap', ['-o', '-c', config]);
  await sync();
  const device = { mail, sync: async () => void (await sync()) };
  expect(await tally(device, 'INBOX')).toEqual({ '': 20 });
  const [read = '', gone = ''] = await readdir(join(mail, 'INBOX', 'new'));
  await rename(
    join(mail, 'INBOX', 'new', read),
    join(mail, 'INBOX', 'cur', `${read.replace(/:2,.*$/u, '')}:2,S`),
  );
  await rm(join(mail, 'INBOX', 'new', gone));
  await writeFile(join(mail, 'INBOX', 'new', '1.local:2,'), messageText('written-here'));
  await client.mailboxOpen('INBOX');
  await client.messageFlagsAdd('20', ['\\Flagged'], { uid: true });
  await sync();
  await client.noop();
  expect(await client.search({ seen: true })).toHaveLength(1);
  expect(await client.search({ header: { subject: 'written-here' } })).toHaveLength(1);
  expect(client.mailbox).toMatchObject({ exists: 20 });
  expect(await tally(device, 'INBOX')).toEqual({ '': 18, F: 1, S: 1 });
  await client.logout();
});
