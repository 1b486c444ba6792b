/**
 * Signing in, built: guard, log, app passwords and the desk that the doors ask.
 *
 * Flow: createMailHost() → here → mail path (the doors), console (blocks, log, app passwords).
 */
import type { Clock } from '../base/clock.ts';
import { Emitter, type Subscribe } from '../base/emitter.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { FullDirectory } from '../directory/create-directory.ts';
import type { PasswordKeeper } from '../directory/credentials.ts';
import type { AccountId } from '../directory/port.ts';
import { AppPasswords } from '../directory/sign-in/app-passwords.ts';
import { createSignInDesk } from '../directory/sign-in/create-sign-in-desk.ts';
import type {
  AppPasswordDesk,
  AppPasswordRows,
  SignInBlock,
  SignInDesk,
  SignInEntry,
  SignInGuardDesk,
  SignInNote,
  SignInQuery,
  SignInStore,
} from '../directory/sign-in/port.ts';
import { SignInGuard } from '../directory/sign-in/sign-in-guard.ts';
import { SignInLog } from '../directory/sign-in/sign-in-log.ts';
import { SignInDoors } from '../directory/sign-in/sign-in-doors.ts';
import { createTokenVerifier } from '../directory/sign-in/token-verifier.ts';
import type { HostSettings } from './port.ts';

export interface SignInsOptions {
  readonly directory: FullDirectory;
  readonly passwords: PasswordKeeper;
  readonly stores: { readonly appPasswords: AppPasswordRows; readonly signIns: SignInStore };
  readonly settings: () => HostSettings;
  /** Whom counting does not bind. */
  readonly isExempt: (address: string) => boolean;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

/** What the console sees of it. */
export interface SignInBook {
  readonly blocks: SignInGuardDesk;
  list(query: SignInQuery): Promise<readonly SignInEntry[]>;
  /** Something new was written, or closed, or opened. */
  readonly onChange: Subscribe<void>;
  readonly appPasswords: AppPasswordDesk;
}

export interface SignIns {
  readonly desk: SignInDesk;
  readonly book: SignInBook;
  /** Whether whoever connects from there is not even greeted. */
  isShutOut(address: string): boolean;
  /** Notes who came through a door that is not the desk's. */
  note(note: SignInNote): void;
  /** What another door has closed is shown and opened with the rest. */
  addDoor(door: SignInGuardDesk): void;
  /** Resolves when all that was noted is on disk. */
  close(): Promise<void>;
}

export async function openSignIns(options: SignInsOptions): Promise<SignIns> {
  const { clock, randomBytes, logger, directory, passwords, stores } = options;
  const onError = (error: unknown) => logger.error('signing in', { error });
  const settings = () => options.settings().signIn;
  const revoked = new Emitter<AccountId>(onError);
  directory.onPasswordChange((account) => revoked.emit(account));
  const log = await SignInLog.open({ store: stores.signIns, clock, onError });
  const guard = new SignInGuard({
    ...{ clock, isExempt: options.isExempt, onError },
    onBlock: (block: SignInBlock) => logger.warn('closed after wrong passwords', { ...block }),
  });
  const appPasswords = await AppPasswords.open({
    ...{ rows: stores.appPasswords, clock, randomBytes },
    credentialsOf: (account) => directory.credentialsOf(account),
    allowsSha1: () => settings().allowScramSha1,
    onRevoke: (account) => revoked.emit(account),
  });
  const tokens = createTokenVerifier({ issuer: () => settings().tokenIssuer, clock, onError });
  const desk = createSignInDesk({
    ...{ directory, passwords, appPasswords, guard, log, settings, tokens, clock, randomBytes, onError },
    onRevoke: revoked.subscribe,
  });
  const blocks = new SignInDoors(guard);
  return {
    desk,
    book: createBook({ log, blocks, appPasswords }),
    note: (note) => log.note(note),
    addDoor: (door) => blocks.add(door),
    isShutOut: (address) => guard.isShutOut(address),
    close: () => log.flush(),
  };
}

function createBook(parts: {
  log: SignInLog;
  blocks: SignInGuardDesk;
  appPasswords: AppPasswords;
}): SignInBook {
  const { log, blocks, appPasswords } = parts;
  return {
    blocks,
    appPasswords,
    list: (query) => log.list(query),
    onChange: (listener) => {
      const cancels = [log.onChange(listener), blocks.onChange(listener)];
      return () => {
        for (const cancel of cancels) cancel();
      };
    },
  };
}
