/** The directory of a folder that no Postroom has open: nobody signs in or sends meanwhile, so those rules are left out. */
import type { Clock } from '../base/clock.ts';
import { createDirectory, type FullDirectory } from '../directory/create-directory.ts';
import type { PasswordKeeper } from '../directory/credentials.ts';
import type { Storage } from '../storage/open-storage.ts';

export function openDirectoryOffline(
  storage: Pick<Storage, 'directory'>,
  options: {
    readonly passwords: PasswordKeeper;
    readonly clock: Clock;
    readonly onError: (error: unknown) => void;
  },
): Promise<FullDirectory> {
  return createDirectory({
    ...{ ...options, rows: storage.directory },
    maySendAs: () => Promise.resolve(false),
    detailSeparators: () => '',
    allowsScramSha1: () => false,
  });
}
