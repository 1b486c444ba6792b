/** Signing in over memory stores, with a clock that the test moves: everything real but where it is kept. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import type { FullDirectory } from '../../src-main/directory/create-directory.ts';
import type { PasswordKeeper } from '../../src-main/directory/credentials.ts';
import {
  DEFAULT_SIGN_IN_SETTINGS,
  type SignInSettings,
} from '../../src-main/directory/sign-in/create-sign-in-desk.ts';
import {
  MemoryAppPasswordRows,
  MemorySignInStore,
} from '../../src-main/directory/sign-in/memory-sign-in-stores.ts';
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import { openSignIns, type SignIns } from '../../src-main/host/sign-ins.ts';

export interface SignInWorldOptions {
  readonly directory: FullDirectory;
  readonly passwords: PasswordKeeper;
  readonly clock: Clock;
  readonly settings?: () => Partial<SignInSettings>;
  readonly isExempt?: (address: string) => boolean;
}

export function openSignInWorld(options: SignInWorldOptions): Promise<SignIns> {
  const signIn = () => ({ ...DEFAULT_SIGN_IN_SETTINGS, ...options.settings?.() });
  return openSignIns({
    ...options,
    isExempt: options.isExempt ?? ((address) => address === '127.0.0.1'),
    stores: { appPasswords: new MemoryAppPasswordRows(), signIns: new MemorySignInStore() },
    settings: () => ({ ...defaultSettings('mail.example.com'), signIn: signIn() }),
    randomBytes,
    logger: silentLogger,
  });
}
