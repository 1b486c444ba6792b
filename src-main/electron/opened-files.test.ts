import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mailFilesIn, takeFiles } from './opened-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-opened-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the files of a command line are those of mail, as absolute paths', () => {
  const args = ['--hidden', 'old/Inbox.MBOX', '/srv/letter.eml', 'notes.txt', '--x.mbox', '.'];
  expect(mailFilesIn(args, '/home/anna')).toEqual(['/home/anna/old/Inbox.MBOX', '/srv/letter.eml']);
});

test('they are copied for the owner alone, and overwrite nothing', async () => {
  const source = join(folder, 'tom.mbox');
  await writeFile(source, 'first');
  expect(await takeFiles(folder, [source])).toEqual(['tom.mbox']);
  await writeFile(source, 'second');
  expect(await takeFiles(folder, [source, join(folder, 'gone.mbox')])).toEqual(['tom (2).mbox']);
  expect(await readFile(join(folder, 'transfer/tom.mbox'), 'utf8')).toBe('first');
  expect((await stat(join(folder, 'transfer/tom (2).mbox'))).mode & 0o777).toBe(0o600);
});
