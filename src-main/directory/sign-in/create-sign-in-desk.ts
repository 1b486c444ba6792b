/**
 * The sign-in desk: compares what clients bring with what is kept, and decides who is let in.
 *
 * Flow: see port.ts. Invariants: nothing is compared where the guard has closed; the right secret of an account that is switched
 * off, or for another door, is told as that and is no guess; a right password that is hashed as of old is hashed anew.
 */
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { SaslBackend } from '../../protocol/sasl/exchange.ts';
import type { PasswordKeeper } from '../credentials.ts';
import type { Account } from '../port.ts';
import type { AppPasswords } from './app-passwords.ts';
import { DoorBackend } from './door-backend.ts';
import { HashLine } from './hash-line.ts';
import type { MailDoor, SecretsSource, SignInClient, SignInDesk } from './port.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import type { SignInLog } from './sign-in-log.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { WrongSecrets } from './wrong-secrets.ts';

export interface SignInDeskOptions {
  readonly directory: SecretsSource;
  readonly passwords: PasswordKeeper;
  readonly appPasswords: AppPasswords;
  readonly guard: SignInGuard;
  readonly log: SignInLog;
  readonly settings: () => SignInSettings;
  readonly tokens: TokenVerifier;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onRevoke: SignInDesk['onRevoke'];
  readonly onError: (error: unknown) => void;
}

export interface SignInSettings {
  /** SCRAM-SHA-1 for programs that know nothing better. */
  readonly allowScramSha1: boolean;
  /** Whose tokens let people in (OAUTHBEARER, XOAUTH2); null: nobody's. */
  readonly tokenIssuer: TokenIssuer | null;
  /** Certificates of authorities that vouch for people's own (EXTERNAL), in PEM; null: none do. */
  readonly clientAuthorities: string | null;
}

/** An OpenID provider. */
export interface TokenIssuer {
  /** Its URL, as tokens name it (`iss`). */
  readonly issuer: string;
  /** Whom its tokens must be for (`aud`). */
  readonly audience: string;
  /** Which claim names the account's address. */
  readonly addressClaim: string;
}

export const DEFAULT_SIGN_IN_SETTINGS: SignInSettings = {
  allowScramSha1: false,
  tokenIssuer: null,
  clientAuthorities: null,
};

/** What the doors of one desk share. */
export interface DeskParts extends SignInDeskOptions {
  readonly line: HashLine;
  readonly wrong: WrongSecrets;
}

export function createSignInDesk(options: SignInDeskOptions): SignInDesk {
  const parts = { ...options, line: new HashLine(), wrong: new WrongSecrets(options.passwords) };
  return {
    at: (door: MailDoor, client: SignInClient): SaslBackend<Account> => new DoorBackend(parts, door, client),
    onRevoke: options.onRevoke,
  };
}
