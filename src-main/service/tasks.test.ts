import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTask, runTask } from './tasks.ts';

const KEY = { keyFile: null, passphraseFile: null };

test('each task is read with its defaults', () => {
  expect(parseTask(['export', 'a@b', '/x', '--data', '/d'])).toEqual({
    ok: true,
    value: { name: 'export', data: '/d', account: 'a@b', path: '/x', format: 'mbox', key: KEY },
  });
  expect(parseTask(['import', 'a@b', '/x', '--data', '/d', '--mbox', 'mboxcl2'])).toEqual({
    ok: true,
    value: {
      name: 'import',
      data: '/d',
      account: 'a@b',
      path: '/x',
      format: null,
      mboxVariant: 'mboxcl2',
      key: KEY,
    },
  });
  const url = 'imap://tom@server1.com@old.example:1143';
  expect(parseTask(['import', 'a@b', url, '--data', '/d', '--password-file', '/p'])).toEqual({
    ok: true,
    value: {
      name: 'pull',
      data: '/d',
      account: 'a@b',
      server: { host: 'old.example', port: 1143, tls: 'starttls', user: 'tom@server1.com' },
      passwordFile: '/p',
      mustVerify: true,
      key: KEY,
    },
  });
  expect(parseTask(['doctor', '--repair', '--data', '/d'])).toEqual({
    ok: true,
    value: { name: 'doctor', data: '/d', isRepairing: true, key: KEY },
  });
  const readmission = ['administrator', 'anna', '--without-second-factor', '--data', '/d'];
  expect(parseTask(readmission)).toEqual({
    ok: true,
    value: {
      ...{ name: 'administrator', data: '/d', administrator: 'anna' },
      ...{ passwordFile: null, withoutSecondFactor: true, key: KEY },
    },
  });
});

test.each([
  [['export', 'a@b'], 'export needs an address and a path'],
  [['import', 'a@b', '/x', 'y'], 'y: not understood'],
  [['export', 'a@b', '/x', '--format', 'pst'], '--format pst: not one of mbox, maildir, eml, zip'],
  [['import', 'a@b', '/x', '--mbox', 'mmdf'], '--mbox mmdf: not one of mboxrd, mboxo, mboxcl, mboxcl2'],
  [
    ['import', 'a@b', 'imaps://tom@old.example'],
    '--password-file is missing: a file with the password there',
  ],
  [['import', 'a@b', 'imaps://old.example'], 'imaps://old.example: not of the form imaps://user@host'],
  [
    ['import', 'a@b', 'imaps://tom:secret@old.example'],
    'a password does not belong into the address: use --password-file',
  ],
  [['doctor', 'now'], 'now: not understood'],
  [['administrator'], 'administrator needs a name'],
  [['administrator', 'anna'], 'nothing to do: --password-file, --without-second-factor, or both'],
])('%j is refused with a sentence', (args, error) => {
  expect(parseTask(args)).toEqual({ ok: false, error });
});

test('a folder that holds no Postroom data is refused, and nothing is made in it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'postroom-task-'));
  expect(await runTask({ name: 'doctor', data, isRepairing: true, key: KEY })).toEqual({
    ok: false,
    error: `${data}: there is no Postroom data in this folder`,
  });
  await rm(data, { recursive: true });
});
test('a folder that holds no Postroom data is refused, and nothing is made in it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'postroom-task-'));
  expect(await runTask({ name: 'doctor', data, isRepairing: true, key: KEY })).toEqual({
    ok: false,
    error: `${data}: there is no Postroom data in this folder`,
  });
  await rm(data, { recursive: true });
});
