/**
 * Directory: who has mail here: domains, accounts, their credentials, aliases.
 *
 * Actor: ADMD (RFC 5598). Flow: submission, reception, routing and retrieval ask; the console and the provision file change.
 * Invariants: local-parts and domains compare case-insensitively, domains as A-labels; a change resolves after its commit;
 * passwords leave only as scrypt hashes and SCRAM keys, never in clear text.
 */
import type { Subscribe } from '../base/emitter.ts';
import type { Result } from '../base/result.ts';

export type AccountId = number;

export interface Domain extends DomainSettings {
  /** Lower case, as A-labels. */
  readonly name: string;
  readonly createdAt: number;
}

export interface DomainSettings {
  /** The domain whose addresses are valid here too, under this one's name; null: it has addresses of its own. */
  readonly aliasOf: string | null;
  /** Who gets mail for addresses that nobody has; empty: it is refused. */
  readonly catchAll: readonly string[];
  /** For all its accounts together; null: no limit. */
  readonly quotaBytes: number | null;
}

export const NEW_DOMAIN: DomainSettings = { aliasOf: null, catchAll: [], quotaBytes: null };

/** Where mail goes for good, when it has come here. */
export type DeliveryMethod =
  /** Our own mailboxes. */
  { readonly method: 'mailstore' } | HandOverMethod;

/** Mail is handed to something else on this machine or network. */
export type HandOverMethod =
  /** One file, mboxrd. */
  | { readonly method: 'mbox'; readonly path: string }
  | { readonly method: 'maildir'; readonly path: string }
  /** A program and its arguments; no shell. */
  | { readonly method: 'pipe'; readonly command: readonly string[] }
  /** RFC 2033 */
  | { readonly method: 'lmtp'; readonly host: string; readonly port: number };

export const MAILSTORE: DeliveryMethod = { method: 'mailstore' };

/** Copies of all mail that go elsewhere. */
export interface Forwarding {
  readonly to: readonly string[];
  /** Whether the mail stays here too. */
  readonly keepsCopy: boolean;
}

/** What an owner or administrator sets for an account besides its name and password. */
export interface AccountSettings {
  /** Its further addresses, besides the one that it is called by. */
  readonly addresses: readonly string[];
  /** null: none. */
  readonly forwarding: Forwarding | null;
  readonly delivery: DeliveryMethod;
  /** Its password lets no mail program in; each device has its own. */
  readonly requiresAppPassword: boolean;
}

export const NEW_ACCOUNT: AccountSettings = {
  addresses: [],
  forwarding: null,
  delivery: MAILSTORE,
  requiresAppPassword: false,
};

/** How an account's mail is fetched over POP3. */
export interface Pop3Settings {
  /** The mailbox that is the maildrop; INBOX where it is not there. */
  readonly mailbox: string;
  /** What becomes of a message that the client deletes: gone, or moved to the account's Trash. */
  readonly onDelete: 'remove' | 'moveToTrash';
  /** Days after its arrival that a fetched message is removed by us; null: it stays until the client deletes it. */
  readonly keepDays: number | null;
  /** Seconds between two sign-ins that a client must wait (RFC 2449 §6.5); 0: none. */
  readonly loginDelaySeconds: number;
}

export const DEFAULT_POP3_SETTINGS: Pop3Settings = {
  mailbox: 'INBOX',
  onDelete: 'remove',
  keepDays: null,
  loginDelaySeconds: 0,
};

/**
 * `shared` is a mailbox that no person owns (info@, support@): it has an address and mail like an account, no password, and
 * is read by those who were given rights on it.
 */
export type AccountKind = 'person' | 'shared';

export interface Account extends AccountSettings {
  readonly id: AccountId;
  readonly localPart: string;
  readonly domain: string;
  /** `localPart@domain`; also the sign-in name. */
  readonly address: string;
  /** The person's name, or what the shared mailbox is for. */
  readonly name: string;
  readonly kind: AccountKind;
  readonly isEnabled: boolean;
  readonly createdAt: number;
  /** null: no limit. */
  readonly quotaBytes: number | null;
  /** null: no limit. */
  readonly quotaMessages: number | null;
  /** The last share of it, in percent, that the account was warned of; 0: none. */
  readonly quotaWarned: number;
  readonly lastSignInAt: number | null;
  readonly pop3: Pop3Settings;
}

/** Who may send to a group. */
export type GroupPosting =
  | 'anyone'
  /** Its members, by the address in MAIL FROM. */
  | 'members'
  /** Addresses in domains of ours. */
  | 'domain';

/** What makes a group of an alias: its targets are members. */
export interface GroupRules {
  /** What people call it. */
  readonly name: string;
  readonly posting: GroupPosting;
  /** Who decides on mail of others; empty: nobody does. They may always send. */
  readonly moderators: readonly string[];
}

/** What an alias is besides its targets. */
export interface AliasSettings {
  readonly isEnabled: boolean;
  /** Milliseconds since 1970 UTC; null: never. */
  readonly expiresAt: number | null;
  /** Mail is handed over, and there are no targets; null: it goes to the targets. */
  readonly delivery: HandOverMethod | null;
  /** null: an alias, no group. */
  readonly group: GroupRules | null;
}

export const NEW_ALIAS: AliasSettings = { isEnabled: true, expiresAt: null, delivery: null, group: null };

/** An address that stands for others; a target may be anywhere. */
export interface Alias extends AliasSettings {
  readonly localPart: string;
  readonly domain: string;
  readonly address: string;
  readonly targets: readonly string[];
}

/** Mail for an alias that is handed over. */
export interface HandOver {
  /** The alias. */
  readonly address: string;
  readonly delivery: HandOverMethod;
}

/** What turned an address into others first. */
export type ExpandedBy = 'alias' | 'group' | 'catchAll';

/** What an address means to us. */
export type RecipientResolution =
  | {
      readonly kind: 'local';
      /** Accounts that get a copy, each once, however many aliases lead there. */
      readonly accounts: readonly Account[];
      /** Addresses elsewhere that an alias leads to. */
      readonly foreign: readonly string[];
      /** What aliases hand over to programs and files. */
      readonly handOvers: readonly HandOver[];
      /** The alias addresses that were passed through, outermost first. */
      readonly via: readonly string[];
      /** null: the account has the address itself. */
      readonly by: ExpandedBy | null;
      /** The group whose moderators decide first; null: nobody needs to. */
      readonly moderatedGroup: string | null;
    }
  /** The domain is not ours. */
  | { readonly kind: 'foreign' }
  /** Our domain, but nobody by that name. */
  | { readonly kind: 'unknown' }
  /** The account or alias exists and is switched off. */
  | { readonly kind: 'disabled' }
  /** A group to which this sender may not send. */
  | { readonly kind: 'closed'; readonly group: string; readonly posting: GroupPosting };

export type DirectoryError =
  | 'domainExists'
  | 'noSuchDomain'
  | 'domainInUse'
  | 'addressTaken'
  | 'noSuchAccount'
  | 'noSuchAlias'
  | 'aliasLoop'
  | 'invalidDelivery'
  | 'invalidAddress'
  | 'invalidDomain'
  | 'weakPassword';

export interface DomainQuota {
  readonly domain: string;
  readonly quotaBytes: number;
  readonly accounts: readonly AccountId[];
}

/** What the stages ask. */
export interface Directory {
  isLocalDomain(domain: string): Promise<boolean>;
  /**
   * `address` is `local-part@domain` without brackets, or `postmaster` alone (RFC 5321 §4.1.1.3). `reversePath`: who sends to it,
   * which closed groups ask; absent: nobody in particular.
   */
  resolve(address: string, reversePath?: string): Promise<RecipientResolution>;
  /** What the accounts of the account's domain may keep together; null: as much as they like. */
  domainQuota(account: AccountId): Promise<DomainQuota | null>;
  /**
   * Whether the account may name this address as its own, in MAIL FROM and in From: its address, an alias that leads to it, or
   * that of a shared mailbox on whose INBOX it has the right to post (RFC 4314 `p`).
   */
  mayUseAddress(accountId: AccountId, address: string): Promise<boolean>;
  /** The strictest of all accounts' POP3 settings, which POP3 announces before it knows who comes (RFC 2449 §6.5, §6.7). */
  strictestPop3(): { readonly keepDays: number | null; readonly loginDelaySeconds: number };
  getAccount(id: AccountId): Promise<Account | null>;
  /** Who decides on mail for the group, as they were given; empty: nobody, or there is no such group. */
  moderatorsOf(group: string): Promise<readonly string[]>;
  /** Whether the address is a moderator's of the group, or leads to the account of one. */
  isModerator(group: string, address: string): Promise<boolean>;
  /** The address of the group as it is written; null: there is none. */
  findGroup(address: string): Promise<string | null>;
  /** Something of the directory changed; ask again. */
  readonly onChange: Subscribe<void>;
}

/** A group, and the accounts of ours that it comes down to now. */
export interface GroupMembership {
  readonly address: string;
  readonly members: readonly AccountId[];
}

/** What the console and the provision file change. */
export interface DirectoryAdmin {
  listDomains(): Promise<readonly Domain[]>;
  addDomain(name: string): Promise<Result<Domain, DirectoryError>>;
  changeDomain(name: string, change: Partial<DomainSettings>): Promise<Result<Domain, DirectoryError>>;
  /** Refused while accounts or aliases are in it, or it is what another is the alias of. */
  removeDomain(name: string): Promise<Result<void, DirectoryError>>;

  listAccounts(): Promise<readonly Account[]>;
  addAccount(account: {
    localPart: string;
    domain: string;
    name: string;
    password: string;
    quotaBytes?: number;
    quotaMessages?: number;
  }): Promise<Result<Account, DirectoryError>>;
  /** Adds a mailbox that nobody signs in to; everything else is as for an account. */
  addSharedMailbox(mailbox: {
    localPart: string;
    domain: string;
    name: string;
    quotaBytes?: number;
    quotaMessages?: number;
  }): Promise<Result<Account, DirectoryError>>;
  changeAccount(
    id: AccountId,
    change: {
      name?: string;
      isEnabled?: boolean;
      quotaBytes?: number | null;
      quotaMessages?: number | null;
      quotaWarned?: number;
      pop3?: Pop3Settings;
    } & Partial<AccountSettings>,
  ): Promise<Result<Account, DirectoryError>>;
  /** A shared mailbox has none: `noSuchAccount`. */
  setPassword(id: AccountId, password: string): Promise<Result<void, DirectoryError>>;
  /** Removes the account with its mailboxes and all its mail. */
  removeAccount(id: AccountId): Promise<Result<void, DirectoryError>>;

  listAliases(): Promise<readonly Alias[]>;
  /** Of a group that is switched off: nobody. */
  listGroupMembers(): Promise<readonly GroupMembership[]>;
  /** Adds the alias or group, or replaces its targets and what else is given. */
  putAlias(
    alias: { localPart: string; domain: string; targets: readonly string[] } & Partial<AliasSettings>,
  ): Promise<Result<Alias, DirectoryError>>;
  removeAlias(address: string): Promise<Result<void, DirectoryError>>;

  /** Something of the directory changed; ask again. */
  readonly onChange: Subscribe<void>;
}

/** People who may sign in to the console; not mail accounts. */
export interface AdministratorStore {
  count(): Promise<number>;
  /** Adds the administrator or gives them a new password. */
  put(administrator: { name: string; password: string }): Promise<void>;
  verify(name: string, password: string): Promise<boolean>;
}
