/** Mail that is handed over: read and taken by programs that others wrote. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runClient } from '../../support/clients.ts';
import { DOVECOT_LMTP, DovecotLmtp } from '../../support/dovecot-lmtp.ts';
import { mayRunServer } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';
import { SmtpClient } from '../../support/smtp-client.ts';

/** Debian's nobody: Dovecot reads no mail as root. */
const NOBODY = '65534';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let lmtp: DovecotLmtp | undefined;

beforeEach(async () => {
  folder = await makeWorkFolder();
  lmtp = mayRunServer(DOVECOT_LMTP) ? await DovecotLmtp.start(['jack'], []) : undefined;
  const person = (localPart: string, delivery: object) => ({ localPart, password: 'secret', delivery });
  const [domain] = OFFICE.domains;
  const accounts = [
    person('anna', { method: 'mbox', path: folder.path('anna.mbox') }),
    person('tom', { method: 'maildir', path: folder.path('Maildir') }),
    person('paul', { method: 'pipe', command: ['/bin/sh', '-c', 'exec cat > "$0"', folder.path('piped')] }),
    person('jack', { method: 'lmtp', host: '127.0.0.1', port: lmtp?.port ?? 1 }),
  ];
  const provision = { ...OFFICE, domains: [{ ...domain, accounts, aliases: [] }] };
  await writeFile(folder.provisionFile, JSON.stringify(provision));
  service = await startOffice(folder);
});

afterEach(async () => {
  await service.end();
  await lmtp?.stop();
  await folder.remove();
});

function connect(): Promise<SmtpClient> {
  return SmtpClient.connect({ port: service.port('smtp') });
}

const message = (subject: string, body: string, fields = '') => ({
  from: 'jill@server2.com',
  content: `Subject: ${subject}\r\n${fields}\r\n${body}`,
});

async function send(localPart: string, subject: string): Promise<void> {
  const client = await connect();
  await client.submit({ ...message(subject, 'Good morning.\r\n'), to: [`${localPart}@server1.com`] });
  await client.quit();
}

/** Asks until the answer is there. */
async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const MESSAGES_OF_EACH = 5_000;
const SESSIONS = 4;

async function sendMany(): Promise<void> {
  const client = await connect();
  for (let number = 0; number < MESSAGES_OF_EACH / SESSIONS; number++) {
    const body = `From here on ${number}\r\n>From there\r\n`.repeat(1 + (number % 30));
    const digest = createHash('sha256').update(body.replaceAll('\r\n', '\n')).digest('hex');
    const name = `${Math.random()}`;
    const mail = message(name, body, `X-Sum: ${digest}\r\n`);
    await client.submit({ ...mail, to: ['anna@server1.com'] });
  }
  await client.quit();
}

/** mutt opens the mailbox and saves everything that it sees into another one. */
async function readWithMutt(path: string, copy: string): Promise<void> {
  const config = folder.path('muttrc');
  const settings = [
    'mbox_type=mbox',
    'confirmappend=no',
    'confirmcreate=no',
    'quit=yes',
    'copy=no',
    'read_inc=0',
  ];
  await writeFile(config, settings.map((setting) => `set ${setting}\n`).join(''));
  const keys = `<tag-pattern>~A<enter><tag-prefix><copy-message>${copy}<enter><quit>`;
  const command = ['mutt', '-n', '-R', '-F', config, '-f', path, '-e', `push "${keys}"`];
  const ran = await runClient('python3', [script('../imap/press_keys.py'), '[]', ...command]);
  expect(ran, ran.output).toMatchObject({ code: 0 });
}

async function check(path: string): Promise<{ whole: number; different: number; torn: string | null }> {
  const ran = await runClient('python3', [script('check_mbox.py'), path]);
  return JSON.parse(ran.output) as { whole: number; different: number; torn: string | null };
}

test('10,000 messages of two programs in one mbox, read by mutt meanwhile: none is torn, none is missing', async () => {
  const path = folder.path('anna.mbox');
  await writeFile(path, '');
  const other = runClient('python3', [script('second_writer.py'), path, String(MESSAGES_OF_EACH)]);
  const ours = Promise.all(Array.from({ length: SESSIONS }, () => sendMany()));
  const seen: number[] = [];
  for (let round = 1; round <= 3; round++) {
    const copy = folder.path(`copy-${round}.mbox`);
    await readWithMutt(path, copy);
    const copied = (await readFile(copy, 'utf8')).split(/^From /mu).length - 1;
    seen.push(copied);
  }
  await ours;
  expect((await other).code).toBe(0);
  const all = await until(async () => {
    const found = (await readFile(path, 'utf8')).match(/^From \S+@\S+ /gmu)?.length ?? 0;
    return found === 2 * MESSAGES_OF_EACH ? found : null;
  });
  expect(all).toBe(10_000);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  const last = folder.path('last.mbox');
  await readWithMutt(path, last);
  expect(await check(path)).toEqual({ whole: 10_000, different: 10_000, torn: null });
  expect((await check(last)).whole).toBe(10_000);
});

test('a Maildir is read by Dovecot', async () => {
  await send('tom', 'first');
  await send('tom', 'second');
  const config = folder.path('dovecot.conf');
  const settings = {
    base_dir: folder.path('run'),
    log_path: folder.path('log'),
    mail_location: `maildir:${folder.path('Maildir')}`,
    mail_uid: NOBODY,
    mail_gid: NOBODY,
    first_valid_uid: '1',
    ssl: 'no',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(config, lines.join(''));
  const maildir = folder.path('Maildir');
  await until(async () => ((await readdir(join(maildir, 'new')).catch(() => [])).length === 2 ? true : null));
  await runClient('chown', ['-R', `${NOBODY}:${NOBODY}`, maildir]);
  await runClient('chmod', ['755', folder.path('')]);
  const { output: fetched } = await runClient('doveadm', ['-c', config, 'fetch', 'hdr body', 'all'], {
    env: { HOME: folder.path('home'), USER: 'nobody' },
  });
  expect(fetched).toContain('Return-Path: <jill@server2.com>');
  expect(fetched).toContain('Delivered-To: tom@server1.com');
  expect(fetched.match(/Good morning\./gu)).toHaveLength(2);
});

test('a program gets the message', async () => {
  await send('paul', 'to a program');
  const piped = await until(() =>
    readFile(folder.path('piped'), 'utf8').then(
      (text) => text || null,
      () => null,
    ),
  );
  expect(piped).toMatch(/^Return-Path: <jill@server2\.com>\nDelivered-To: paul@server1\.com\n/u);
  expect(piped).toContain('\nSubject: to a program\n\nGood morning.\n');
});

test.runIf(mayRunServer(DOVECOT_LMTP))('another server takes it over LMTP', async () => {
  await send('jack', 'over LMTP');
  const [mail = ''] = await until(async () => {
    const found = await lmtp?.mailOf('jack');
    return found !== undefined && found.length > 0 ? found : null;
  });
  expect(mail).toContain('Subject: over LMTP\n');
  expect(mail).toContain('Delivered-To: jack@server1.com\n');
});
