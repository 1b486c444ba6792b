/** Mail programs that are not ours, on mailboxes of others: Python's imaplib, curl, mutt, mbsync, imapflow. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mbsyncConfig, officeOf } from '../support/mbsync.ts';
import { openTarget, runClient } from '../support/reading-target.ts';
import type { Credentials, OpenTarget } from '../support/reading-target.ts';

const TEXT = 'From: Jack <jack@server2.com>\r\nSubject: for both\r\n\r\nfor both of you\r\n';

let open: OpenTarget;

/** Anna shares a mailbox with Tom. */
beforeAll(async () => {
  open = await openTarget();
  const { anna } = open.target;
  await curl(anna, '', '-X', 'CREATE Team');
  const file = join(open.folder, 'upload.eml');
  await writeFile(file, TEXT);
  for (let count = 0; count < 3; count++) await curl(anna, 'Team', '-T', file);
  await curl(anna, '', '-X', 'SETACL Team tom@server1.com lrswite');
});

afterAll(() => open.stop());

function curl({ user, password }: Credentials, path: string, ...args: string[]): Promise<string> {
  const { host, ports, certificateFile } = open.target;
  const common = ['-s', '-S', '--cacert', certificateFile, '-u', `${user}:${password}`];
  return runClient('curl', [...common, `imaps://${host}:${ports.imaps}/${path}`, ...args]);
}

test("Python's imaplib gives rights, asks for them, and reads by them", async () => {
  const { host, ports, tom, anna, certificateFile } = open.target;
  const people = [anna.user, anna.password, tom.user, tom.password];
  const script = join(import.meta.dirname, 'imaplib_sharing.py');
  const args = [script, host, String(ports.imaps), ...people, certificateFile];
  expect(await runClient('python3', args)).toContain('imaplib is content');
});

test('mutt opens another’s mailbox, pipes a message out and flags one for both; what it read is its own', async () => {
  const { host, ports, tom, anna, certificateFile } = open.target;
  const piped = join(open.folder, 'piped.eml');
  const pipe = join(open.folder, 'pipe.sh');
  const config = join(open.folder, 'muttrc');
  await writeFile(pipe, `#!/bin/sh\ncat > ${piped}\n`, { mode: 0o755 });
  const settings = {
    imap_user: tom.user,
    imap_pass: tom.password,
    folder: `imaps://${host}:${ports.imaps}/`,
    spoolfile: '+Other Users/anna/Team',
    certificate_file: certificateFile,
    ssl_ca_certificates_file: certificateFile,
    delete: 'yes',
    quit: 'yes',
    wait_key: 'no',
    pipe_decode: 'no',
    sort: 'mailbox-order',
  };
  const lines = Object.entries(settings).map(([name, value]) => `set ${name}="${value}"`);
  await writeFile(config, `${lines.join('\n')}\n`);
  const keys = `<first-entry><pipe-message>${pipe}<enter><display-message><exit><last-entry><flag-message><sync-mailbox><quit>`;
  const script = join(import.meta.dirname, 'press_keys.py');
  const mutt = ['mutt', '-n', '-F', config, '-e', `push "${keys}"`];
  await runClient('env', [`HOME=${open.folder}`, 'python3', script, '[]', ...mutt]);
  expect((await readFile(piped, 'utf8')).replaceAll('\r\n', '\n')).toContain('for both of you');
  expect(await curl(tom, 'Other%20Users/anna/Team', '-X', 'SEARCH SEEN')).toBe('* SEARCH 1\r\n');
  expect(await curl(anna, 'Team', '-X', 'SEARCH FLAGGED')).toBe('* SEARCH 3\r\n');
  // curl appends with \Seen: that is Anna's.
  expect(await curl(anna, 'Team', '-X', 'SEARCH SEEN')).toBe('* SEARCH 1 2 3\r\n');
});

test('mbsync takes another’s mailbox into a Maildir and brings back what was filed there', async () => {
  const mail = join(open.folder, 'maildir');
  await mkdir(mail);
  const config = join(open.folder, 'mbsyncrc');
  await writeFile(
    config,
    mbsyncConfig({ ...officeOf(open), mail, channel: ['Patterns "Other Users/*"', 'Create Near'] }),
  );
  await runClient('mbsync', ['-c', config, '-a']);
  const place = join(mail, 'Other Users', 'anna', 'Team');
  expect(await countFiles(place)).toBe(3);
  await writeFile(join(place, 'new', '1.local'), 'Subject: filed by Tom\n\nbody\n');
  await runClient('mbsync', ['-c', config, '-a']);
  expect(await curl(open.target.anna, 'Team', '-X', 'SEARCH SUBJECT filed')).toBe('* SEARCH 4\r\n');
  await runClient('mbsync', ['-c', config, '-a']);
  expect(await countFiles(place)).toBe(4);
});

async function countFiles(folder: string): Promise<number> {
  const lists = await Promise.all(['new', 'cur'].map((state) => readdir(join(folder, state))));
  return lists.flat().length;
}

test('imapflow finds the namespaces, and hears at once of what another does in a mailbox of both', async () => {
  const { host, ports, tom, anna, certificateFile } = open.target;
  const client = new ImapFlow({
    host,
    port: ports.imaps,
    secure: true,
    auth: { user: tom.user, pass: tom.password },
    tls: { ca: await readFile(certificateFile) },
    logger: false,
  });
  await client.connect();
  expect((await client.list()).map(({ path }) => path)).toContain('Other Users/anna/Team');
  const mailbox = await client.mailboxOpen('Other Users/anna/Team');
  expect(mailbox.permanentFlags?.has('\\Seen')).toBe(true);
  const before = mailbox.exists;
  const heard = new Promise<number>((resolve) => {
    client.on('exists', ({ count }: { count: number }) => resolve(count));
  });
  void client.idle();
  await curl(anna, 'Team', '-T', join(open.folder, 'upload.eml'));
  expect(await heard).toBe(before + 1);
  await client.logout();
});
