/**
 * Signing in: who comes through which door, with what, and whether more may be tried from there.
 *
 * Actor: ADMD (RFC 5598). Flow: a session's AUTH, LOGIN or PASS → SASL mechanism → the door's backend → guard, credentials →
 * verdict, which the log remembers. Invariants: a name that nobody has is answered like a wrong password, as late and in the
 * same words; wrong secrets are counted where they come from before they are looked at.
 */
import type { Subscribe } from '../../base/emitter.ts';
import type { Result } from '../../base/result.ts';
import type { TlsChannel } from '../../protocol/connection/tls-channel.ts';
import type { SaslBackend } from '../../protocol/sasl/exchange.ts';
import type { Account, AccountId } from '../port.ts';
import type { StoredCredentials } from '../store-port.ts';

export type MailDoor = 'submission' | 'imap' | 'pop3' | 'managesieve';
export type SignInDoor = MailDoor | 'console';

/** Who is at the door; read whenever it matters, since STARTTLS and XCLIENT change it. */
export interface SignInClient {
  readonly remoteAddress: string;
  readonly channel?: TlsChannel | undefined;
}

export interface SignInDesk {
  /** What the mechanisms of one connection ask. */
  at(door: MailDoor, client: SignInClient): SaslBackend<Account>;
  /** Something that let people in to the account does not any more: its sessions end. */
  readonly onRevoke: Subscribe<AccountId>;
}

/** What an app password is good for: submission; IMAP and POP3; rules (ManageSieve). */
export type AppPasswordScope = 'send' | 'read' | 'rules';

export const SCOPE_OF: Readonly<Record<MailDoor, AppPasswordScope>> = {
  submission: 'send',
  imap: 'read',
  pop3: 'read',
  managesieve: 'rules',
};

/** One device's own password: made by us, shown once, taken back without a new password for everything else. */
export interface AppPassword {
  readonly id: number;
  readonly accountId: AccountId;
  /** The device, as people call it. */
  readonly name: string;
  readonly scopes: readonly AppPasswordScope[];
  readonly createdAt: number;
  /** Milliseconds since 1970 UTC; null: never. */
  readonly expiresAt: number | null;
  readonly lastUse: { readonly at: number; readonly address: string; readonly door: MailDoor } | null;
}

export interface AppPasswordRow extends AppPassword {
  /** `sha256$salt$hash`, the last two base64: 75 random bits need no slow hash. */
  readonly hash: string;
  readonly scramSha256: string;
  readonly scramSha1: string | null;
}

export type NewAppPasswordRow = Omit<AppPasswordRow, 'id' | 'lastUse'>;

export interface AppPasswordRows {
  listAll(): Promise<readonly AppPasswordRow[]>;
  add(row: NewAppPasswordRow): Promise<number>;
  remove(id: number): Promise<void>;
}

export type AppPasswordError = 'noSuchAccount' | 'tooManyAppPasswords' | 'noSuchAppPassword';

/** What the console and the provision file do with them. */
export interface AppPasswordDesk {
  list(account: AccountId): Promise<readonly AppPassword[]>;
  /** The secret leaves this once. */
  add(wanted: {
    accountId: AccountId;
    name: string;
    scopes: readonly AppPasswordScope[];
    expiresAt: number | null;
  }): Promise<Result<{ appPassword: AppPassword; secret: string }, AppPasswordError>>;
  remove(id: number): Promise<Result<void, AppPasswordError>>;
  readonly onChange: Subscribe<void>;
}

/** What of an account a sign-in looks at. */
export interface AccountSecrets {
  readonly account: Account;
  readonly credentials: StoredCredentials;
}

/** What signing in asks of the directory. */
export interface SecretsSource {
  /** By the account's address, or its local-part alone; null: nobody signs in by this name. */
  secretsOf(signInName: string): AccountSecrets | null;
  /** The same password, hashed anew. */
  replaceCredentials(id: AccountId, credentials: StoredCredentials): Promise<void>;
  noteSignIn(id: AccountId): void;
}

/** How somebody said who they are. */
export type SignInMethod =
  'password' | 'appPassword' | 'scram' | 'token' | 'certificate' | 'code' | 'securityKey';

export type SignInOutcome = 'ok' | 'refused' | 'disabled' | 'notAllowed' | 'blocked' | 'unavailable';

/** As name and address: all that were too many to be noted one by one. */
export const MANY = '*';

/** Sign-ins that are alike: same name, place, door, method and outcome. */
export interface SignInEntry {
  /** null: nobody by that name, or an administrator. */
  readonly accountId: AccountId | null;
  /** As it was given, in lower case, cut to a bounded length. */
  readonly name: string;
  readonly address: string;
  readonly door: SignInDoor;
  readonly method: SignInMethod;
  readonly outcome: SignInOutcome;
  readonly appPasswordId: number | null;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export type SignInNote = Omit<SignInEntry, 'count' | 'firstAt' | 'lastAt'>;

export interface SignInQuery {
  readonly accountId?: AccountId;
  /** Only what did not succeed. */
  readonly onlyRefused?: boolean;
  readonly limit: number;
}

export interface SignInStore {
  /** Adds to what is there; one commit. */
  add(entries: readonly SignInEntry[]): Promise<void>;
  list(query: SignInQuery): Promise<readonly SignInEntry[]>;
  /** Where accounts have signed in successfully since then. */
  listKnownPlaces(
    since: number,
  ): Promise<readonly { accountId: AccountId; address: string; lastAt: number }[]>;
  /** Forgets what ended before, and the oldest beyond the limit. */
  prune(limits: { before: number; keep: number }): Promise<void>;
}

/** What is closed for a while because of wrong secrets. */
export interface SignInBlock {
  readonly id: string;
  /** `place`: an account at an address that it has signed in from. */
  readonly kind: 'address' | 'network' | 'account' | 'place';
  /** The address, the network in CIDR form, the name, or name and address. */
  readonly subject: string;
  readonly since: number;
  readonly until: number;
  /** Wrong secrets that led to it. */
  readonly failures: number;
  /** Attempts since it was closed, none of them looked at. */
  readonly turnedAway: number;
  /** The last name that was tried there. */
  readonly lastName: string;
  readonly lastAddress: string;
  readonly lastDoor: SignInDoor;
}

export interface SignInGuardDesk {
  listBlocks(): readonly SignInBlock[];
  /** false: there is no such block any more. */
  unblock(id: string): boolean;
  readonly onChange: Subscribe<void>;
}
