/** Mail clients that are not ours, on IMAP: curl, Python's imaplib, mbsync, imapflow. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mbsyncConfig, officeOf } from '../support/mbsync.ts';
import { SAMPLES, openTarget, runClient } from '../support/reading-target.ts';
import type { OpenTarget } from '../support/reading-target.ts';

let open: OpenTarget;

beforeAll(async () => {
  open = await openTarget();
  for (const sample of SAMPLES) await append('INBOX', sample);
});

afterAll(() => open.stop());

function curl(path: string, ...args: string[]): Promise<string> {
  const { host, ports, tom, certificateFile } = open.target;
  const common = ['-s', '-S', '--cacert', certificateFile, '-u', `${tom.user}:${tom.password}`];
  return runClient('curl', [...common, `imaps://${host}:${ports.imaps}/${path}`, ...args]);
}

async function append(mailbox: string, text: string): Promise<void> {
  const file = join(open.folder, 'upload.eml');
  await writeFile(file, text);
  await curl(mailbox, '-T', file);
}

describe('curl', () => {
  test('reads every sample octet for octet', async () => {
    for (const [index, sample] of SAMPLES.entries()) {
      expect(await curl(`INBOX;UID=${index + 1}`)).toBe(sample);
    }
  });

  test('lists, searches and signs in after STARTTLS', async () => {
    const { host, ports, tom, certificateFile } = open.target;
    expect(await curl('')).toContain('* LIST (\\HasNoChildren \\Sent) "/" Sent');
    expect(await curl('INBOX?SUBJECT%20large')).toBe('* SEARCH 4\r\n');
    const url = `imap://${host}:${ports.imap}/INBOX;UID=1;SECTION=TEXT`;
    const common = [
      '-s',
      '-S',
      '--ssl-reqd',
      '--cacert',
      certificateFile,
      '-u',
      `${tom.user}:${tom.password}`,
    ];
    expect(await runClient('curl', [...common, '--login-options', 'AUTH=PLAIN', url])).toBe('Hello\r\n');
    expect(await runClient('curl', [...common, '--login-options', 'AUTH=LOGIN', url])).toBe('Hello\r\n');
  });
});

test("Python's imaplib goes through its whole vocabulary", async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const script = join(import.meta.dirname, 'imaplib_session.py');
  const args = [
    script,
    host,
    String(ports.imaps),
    String(ports.imap),
    anna.user,
    anna.password,
    certificateFile,
  ];
  expect(await runClient('python3', args)).toContain('imaplib is content');
});

test("Python's imaplib says what it does not know itself: METADATA, NOTIFY, UIDONLY and others", async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const script = join(import.meta.dirname, 'imaplib_extensions.py');
  const args = [script, host, String(ports.imaps), anna.user, anna.password, certificateFile];
  expect(await runClient('python3', args)).toContain('imaplib is content with the extensions');
});

describe('mbsync', () => {
  test('takes every mailbox into a Maildir, brings back what changed there, and then has nothing to do', async () => {
    const mail = join(open.folder, 'maildir');
    await mkdir(mail);
    const config = join(open.folder, 'mbsyncrc');
    await writeFile(config, mbsyncConfig({ ...officeOf(open), mail }));
    await runClient('mbsync', ['-c', config, '-a']);
    const texts = await readMaildir(join(mail, 'INBOX'));
    expect(texts).toHaveLength(SAMPLES.length);
    const asSent = SAMPLES.map((sample) => sample.replaceAll('\r\n', '\n'));
    for (const text of texts) expect(asSent).toContain(text.replace(/^X-TUID: .*\n/m, ''));
    await writeFile(join(mail, 'Drafts', 'new', '1.local'), 'Subject: made here\n\nbody\n');
    await runClient('mbsync', ['-c', config, '-a']);
    expect(await curl('Drafts;UID=1')).toContain('Subject: made here');
    await runClient('mbsync', ['-c', config, '-a']);
    expect(await readMaildir(join(mail, 'INBOX'))).toHaveLength(SAMPLES.length);
  });
});

async function readMaildir(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for (const state of ['new', 'cur']) {
    for (const file of await readdir(join(folder, state)))
      texts.push(await readFile(join(folder, state, file), 'utf8'));
  }
  return texts;
}

test('imapflow enables IMAP4rev2, reads structures, and hears of new mail while it idles', async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const client = new ImapFlow({
    host,
    port: ports.imaps,
    secure: true,
    auth: { user: anna.user, pass: anna.password },
    tls: { ca: await readFile(certificateFile) },
    logger: false,
  });
  await client.connect();
  expect(client.enabled).toContain('IMAP4REV2');
  await client.mailboxCreate('Projekte/Köln');
  expect((await client.list()).map((mailbox) => mailbox.path)).toContain('Projekte/Köln');
  const lock = await client.getMailboxLock('Projekte/Köln');
  const heard = new Promise<{ count: number }>((resolve) => client.once('exists', resolve));
  const idling = client.idle();
  const other = new ImapFlow({ ...client.options, logger: false });
  await other.connect();
  await other.append('Projekte/Köln', SAMPLES[2] ?? '', ['\\Seen']);
  expect((await heard).count).toBe(1);
  await other.logout();
  const message = await client.fetchOne('1', {
    envelope: true,
    bodyStructure: true,
    flags: true,
    source: true,
  });
  await idling;
  if (message === false || message === undefined) throw new Error('no message');
  expect(message.envelope?.subject).toBe('Grüße');
  expect(message.bodyStructure?.type).toBe('text/plain');
  expect(message.source?.toString()).toBe(SAMPLES[2]);
  lock.release();
  await client.mailboxRename('Projekte/Köln', 'Projekte/Bonn');
  await client.mailboxDelete('Projekte/Bonn');
  await client.logout();
});

test('imapflow resynchronizes over a deflated connection: what vanished and what changed, and nothing else', async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const ca = await readFile(certificateFile);
  const connect = async (): Promise<ImapFlow> => {
    const auth = { user: anna.user, pass: anna.password };
    const client = new ImapFlow({
      host,
      port: ports.imaps,
      secure: true,
      auth,
      tls: { ca },
      logger: false,
      qresync: true,
    });
    await client.connect();
    return client;
  };
  const first = await connect();
  expect(first.enabled).toContain('QRESYNC');
  expect(first.capabilities.has('COMPRESS=DEFLATE')).toBe(true);
  await first.mailboxCreate('Resync');
  for (let i = 0; i < 4; i++) await first.append('Resync', SAMPLES[2] ?? '');
  const before = await first.mailboxOpen('Resync');
  await first.mailboxClose();
  const other = await connect();
  await other.mailboxOpen('Resync');
  await other.messageFlagsAdd('3', ['\\Flagged'], { uid: true });
  await other.messageDelete('2', { uid: true });
  await other.logout();
  const told: unknown[] = [];
  first.on('expunge', ({ uid, vanished, earlier }) => told.push({ uid, vanished, earlier }));
  first.on('flags', ({ uid, flags }) => told.push({ uid, flags: [...(flags ?? [])] }));
  const remembered = { uidValidity: before.uidValidity, changedSince: before.highestModseq };
  await first.mailboxOpen('Resync', remembered as object);
  expect(told).toEqual([
    { uid: 2, vanished: true, earlier: true },
    { uid: 3, flags: ['\\Flagged'] },
  ]);
  await first.mailboxDelete('Resync');
  await first.logout();
});
