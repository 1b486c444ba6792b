import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderInUseError, lockFolder } from './folder-lock.ts';

it('keeps a second owner away until the first lets go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-lock-'));
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUseError);
  unlock();
  lockFolder(folder)();
  rmSync(folder, { recursive: true });
});
