import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolderDurably, renameDurably } from './sync-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-sync-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('makes a folder and those above it, for their owner alone; one that is there stays', () => {
  const path = join(folder, 'one/two/three');
  makeFolderDurably(path);
  makeFolderDurably(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('gives a file another name in the place of what had it', () => {
  writeFileSync(join(folder, 'new'), 'new');
  writeFileSync(join(folder, 'old'), 'old');
  renameDurably(join(folder, 'new'), join(folder, 'old'));
  expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('new');
  expect(existsSync(join(folder, 'new'))).toBe(false);
});
