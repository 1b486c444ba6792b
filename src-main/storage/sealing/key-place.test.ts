import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyFile, KeyProblem } from './key-place.ts';
import { passphraseProtection, plainProtection } from './key-protections.ts';

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-key-'));
  path = join(folder, 'postroom.key');
});
afterEach(() => rm(folder, { recursive: true }));

test('a key file is for its owner alone, and holds two keys while one gives way', async () => {
  const place = new KeyFile(path, plainProtection);
  expect(await place.read()).toBeNull();
  await place.write(KEYS);
  expect(await place.read()).toEqual(KEYS);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that a passphrase protects opens with it alone', async () => {
  await new KeyFile(path, passphraseProtection('Sommerregen')).write(KEYS);
  expect(await new KeyFile(path, passphraseProtection('Sommerregen')).read()).toEqual(KEYS);
  await expect(new KeyFile(path, passphraseProtection('Winterregen')).read()).rejects.toThrow(
    'the passphrase is wrong',
  );
  await expect(new KeyFile(path, plainProtection).read()).rejects.toThrow(/give it with --passphrase-file/u);
  for (const key of KEYS) expect((await readFile(path)).includes(key.toString('base64'))).toBe(false);
});

test('a plain file is protected from the first start with a passphrase on', async () => {
  await new KeyFile(path, plainProtection).write(KEYS);
  expect(await new KeyFile(path, passphraseProtection('Sommerregen')).read()).toEqual(KEYS);
  await expect(new KeyFile(path, plainProtection).read()).rejects.toThrow(KeyProblem);
});

test.each(['', 'nonsense', 'postroom-key AAAA\n'])('%j is no key file', async (text) => {
  await writeFile(path, text);
  await expect(new KeyFile(path, plainProtection).read()).rejects.toThrow(KeyProblem);
});
