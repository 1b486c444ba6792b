/** The directory over rows in memory. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src-main/base/clock.ts';
import {
  createDirectory,
  type DirectoryOptions,
  type FullDirectory,
} from '../../src-main/directory/create-directory.ts';
import { PasswordKeeper } from '../../src-main/directory/credentials.ts';
import { MemoryDirectoryRows } from '../../src-main/directory/memory-directory-rows.ts';

export function openTestDirectory(
  clock: Clock,
  given: Partial<DirectoryOptions> = {},
): Promise<FullDirectory> {
  return createDirectory({
    rows: new MemoryDirectoryRows(),
    passwords: new PasswordKeeper({ clock, randomBytes }),
    clock,
    maySendAs: () => Promise.resolve(false),
    onError: (error) => {
      throw error;
    },
    ...given,
  });
}
