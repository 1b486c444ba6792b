/** Programs that fetch mail over POP3 and are not ours: fetchmail, getmail and mpop, each with TLS and a sign-in of its own. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTarget, runClient, SAMPLES } from '../support/reading-target.ts';
import type { OpenTarget } from '../support/reading-target.ts';

let open: OpenTarget;

beforeEach(async () => {
  open = await openTarget();
  const { host, ports, tom, certificateFile } = open.target;
  const file = join(open.folder, 'upload.eml');
  for (const sample of SAMPLES) {
    await writeFile(file, sample);
    const sign = ['-s', '-S', '--cacert', certificateFile, '-u', `${tom.user}:${tom.password}`];
    await runClient('curl', [...sign, '-T', file, `imaps://${host}:${ports.imaps}/INBOX`]);
  }
});

afterEach(() => open.stop());

/** A file that only we may read: these programs refuse passwords in any other. */
async function writeSecret(name: string, lines: readonly string[]): Promise<string> {
  const path = join(open.folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o600);
  return path;
}

async function makeMaildir(name: string): Promise<string> {
  const path = join(open.folder, name);
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(path, part), { recursive: true });
  return path;
}

async function countMessages(): Promise<number> {
  const { host, ports, tom, certificateFile } = open.target;
  const sign = ['-s', '-S', '--cacert', certificateFile, '-u', `${tom.user}:${tom.password}`];
  const list = await runClient('curl', [...sign, `pop3s://${host}:${ports.pop3s}/`]);
  return list.split('\r\n').filter((line) => line !== '').length;
}

/** What the samples say, without what a client writes above it and however it ends lines. */
function bodyOf(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n\n').slice(1).join('\n\n').trimEnd();
}

test('fetchmail keeps what it has and knows it again by UIDL; then it fetches and deletes', async () => {
  const { host, ports, tom, certificateFile } = open.target;
  const rest = `user "${tom.user}" password "${tom.password}" ssl sslcertck sslcertfile "${certificateFile}"`;
  const rc = await writeSecret('fetchmailrc', [
    `poll ${host} protocol pop3 service ${ports.pop3s} uidl ${rest}`,
  ]);
  const batch = join(open.folder, 'batch.smtp');
  const common = ['-f', rc, '-i', join(open.folder, 'ids'), '--pidfile', join(open.folder, 'pid')];
  await runClient('fetchmail', [...common, '--keep', '--bsmtp', batch]);
  expect((await readFile(batch, 'utf8')).match(/^MAIL FROM/gm)).toHaveLength(SAMPLES.length);
  await expect(runClient('fetchmail', [...common, '--keep', '--bsmtp', batch])).rejects.toThrow(
    /seen|No mail/u,
  );
  await runClient('fetchmail', [...common, '--nokeep', '--fetchall', '--bsmtp', batch]);
  expect(await countMessages()).toBe(0);
});

test('getmail brings everything into a Maildir once', async () => {
  const { host, ports, tom, certificateFile } = open.target;
  const maildir = await makeMaildir('getmail');
  const rc = await writeSecret('getmailrc', [
    '[retriever]',
    'type = SimplePOP3SSLRetriever',
    `server = ${host}`,
    `port = ${ports.pop3s}`,
    `username = ${tom.user}`,
    `password = ${tom.password}`,
    `ca_certs = ${certificateFile}`,
    '[destination]',
    // getmail writes no Maildir as root, which is who tests in containers are.
    'type = MDA_external',
    'path = /bin/sh',
    `arguments = ("-c", "cat > $(mktemp ${maildir}/new/XXXXXXXX)")`,
    'allow_root_commands = true',
    '[options]',
    'read_all = false',
    'delete = false',
  ]);
  for (let run = 0; run < 2; run++) await runClient('getmail', ['-q', `-g${open.folder}`, `-r${rc}`]);
  const files = await readdir(join(maildir, 'new'));
  const bodies = await Promise.all(files.map((file) => readFile(join(maildir, 'new', file), 'utf8')));
  expect(bodies.map(bodyOf).sort()).toEqual(SAMPLES.map(bodyOf).sort());
});

test.each(['scram-sha-256', 'plain', 'user'])(
  'mpop signs in with %s, fetches by pipelining and deletes',
  async (auth) => {
    const { host, ports, tom, certificateFile } = open.target;
    const maildir = await makeMaildir('mpop');
    const rc = await writeSecret('mpoprc', [
      'account postroom',
      `host ${host}`,
      `port ${ports.pop3}`,
      'tls on',
      'tls_starttls on',
      `tls_trust_file ${certificateFile}`,
      `user ${tom.user}`,
      `password ${tom.password}`,
      `auth ${auth}`,
      'pipelining on',
      'keep off',
      'received_header off',
      `uidls_file ${join(open.folder, 'uidls')}`,
      `delivery maildir ${maildir}`,
    ]);
    await runClient('mpop', ['-q', '-C', rc, 'postroom']);
    const files = await readdir(join(maildir, 'new'));
    const bodies = await Promise.all(files.map((file) => readFile(join(maildir, 'new', file), 'utf8')));
    expect(bodies.map(bodyOf).sort()).toEqual(SAMPLES.map(bodyOf).sort());
    expect(await countMessages()).toBe(0);
  },
);
