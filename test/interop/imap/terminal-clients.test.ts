/** Mail programs that people sit in front of, at a terminal: mutt, neomutt and alpine over IMAP with TLS. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTarget, runClient } from '../support/reading-target.ts';
import type { OpenTarget } from '../support/reading-target.ts';

let open: OpenTarget;

beforeEach(async () => {
  open = await openTarget();
  for (const subject of ['first', 'second', 'third', 'fourth']) {
    const file = join(open.folder, 'upload.eml');
    await writeFile(
      file,
      `From: Anna <anna@server1.com>\r\nSubject: ${subject}\r\n\r\ntext of ${subject}\r\n`,
    );
    await curl('Junk', '-T', file);
  }
});

afterEach(() => open.stop());

function curl(path: string, ...args: string[]): Promise<string> {
  const { host, ports, tom, certificateFile } = open.target;
  const common = ['-s', '-S', '--cacert', certificateFile, '-u', `${tom.user}:${tom.password}`];
  return runClient('curl', [...common, `imaps://${host}:${ports.imaps}/${path}`, ...args]);
}

test.each(['mutt', 'neomutt'])(
  '%s opens a mailbox, pipes a message out, flags one and files one',
  async (program) => {
    const { host, ports, tom, certificateFile } = open.target;
    const piped = join(open.folder, 'piped.eml');
    const pipe = join(open.folder, 'pipe.sh');
    const config = join(open.folder, 'muttrc');
    await writeFile(pipe, `#!/bin/sh\ncat > ${piped}\n`, { mode: 0o755 });
    const settings = {
      imap_user: tom.user,
      imap_pass: tom.password,
      imap_qresync: 'yes',
      folder: `imaps://${host}:${ports.imaps}/`,
      spoolfile: '+Junk',
      certificate_file: certificateFile,
      ssl_ca_certificates_file: certificateFile,
      delete: 'yes',
      quit: 'yes',
      confirmappend: 'no',
      wait_key: 'no',
      pipe_decode: 'no',
      sort: 'mailbox-order',
    };
    const lines = Object.entries(settings).map(([name, value]) => `set ${name}="${value}"`);
    await writeFile(config, `${lines.join('\n')}\n`);
    const keys = `<first-entry><pipe-message>${pipe}<enter><save-message>=Archive<enter><last-entry><flag-message><sync-mailbox><quit>`;
    await pressKeys([], [program, '-n', '-F', config, '-e', `push "${keys}"`]);
    expect((await readFile(piped, 'utf8')).replaceAll('\r\n', '\n')).toContain('text of first');
    expect(await curl('Archive?SUBJECT%20first')).toBe('* SEARCH 1\r\n');
    expect(await curl('Junk', '-X', 'SEARCH FLAGGED')).toBe('* SEARCH 3\r\n');
  },
);

test('alpine reads two messages, flags one, deletes one, files one, and finds one by its text', async () => {
  const { host, ports, tom } = open.target;
  const remote = `{${host}:${ports.imaps}/imap/ssl/novalidate-cert/user=${tom.user}}`;
  const config = join(open.folder, 'pinerc');
  const features = [
    'quit-without-confirm',
    'expunge-without-confirm',
    'enable-flag-cmd',
    'enable-aggregate-command-set',
  ];
  await writeFile(
    config,
    [
      'user-domain=server1.com',
      `inbox-path=${remote}Junk`,
      `folder-collections=Office ${remote}[]`,
      `feature-list=${features.join(',')}`,
      'last-version-used=6.26',
      '',
    ].join('\n'),
  );
  const steps = [
    ['PASSWORD', `${tom.password}\r`],
    ['Preserve password', 'n'],
    // Not its "opened with 4 messages": alpine leaves that line out when it is busy.
    ['4 Messages', 'i'],
    ['fourth', '\r'],
    ['text of fourth', 'p'],
    ['text of third', '<'],
    ['MESSAGE INDEX', '*'],
    ['Important ?', '*'],
    ['', 'p'],
    ['', 'd'],
    ['', 'p'],
    ['', 'p'],
    ['', 's'],
    ['SAVE', '\u0015Archive\r'],
    ['', ';t'],
    ['', 'a'],
    ['', 'text of fourth\r'],
    ['Select matched 1 message', 'q'],
  ] as const;
  expect(await pressKeys(steps, ['alpine', '-p', config])).toContain('Kept 2 messages and removed 2');
  expect(await curl('Junk', '-X', 'FETCH 1:* (FLAGS)')).toBe(
    '* 1 FETCH (FLAGS (\\Seen \\Flagged))\r\n* 2 FETCH (FLAGS (\\Seen))\r\n',
  );
  expect(await curl('Archive?SUBJECT%20first')).toBe('* SEARCH 1\r\n');
});

/** Waits for each text and presses keys then; what the program drew. */
function pressKeys(
  steps: readonly (readonly [awaited: string, keys: string])[],
  command: readonly string[],
): Promise<string> {
  const script = join(import.meta.dirname, 'press_keys.py');
  return runClient('env', [`HOME=${open.folder}`, 'python3', script, JSON.stringify(steps), ...command]);
}
