/**
 * What the directory asks of the store: rows of domains, accounts, aliases, administrators. No rules in there.
 *
 * Invariants: writes resolve after the commit. Keys are canonical: lower case, domain as A-labels.
 */
import type {
  Account,
  AccountId,
  AccountKind,
  AccountSettings,
  Alias,
  Domain,
  DomainSettings,
  Pop3Settings,
} from './port.ts';

/** A password as it is kept: never the clear text. */
export interface StoredCredentials {
  /** `scrypt$N$r$p$salt$hash`, the last two base64. */
  readonly scrypt: string;
  /** RFC 5803: `SCRAM-SHA-256$iterations:salt$storedKey:serverKey`. */
  readonly scramSha256: string;
  /** `SCRAM-SHA-1$…`; only where the settings allow it. */
  readonly scramSha1?: string;
}

export interface AccountRow extends Account {
  /** null for a shared mailbox: nobody signs in there. */
  readonly credentials: StoredCredentials | null;
}

export interface NewAccountRow {
  readonly localPart: string;
  readonly domain: string;
  /** Canonical `local-part@domain`, unique among accounts. */
  readonly addressKey: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly createdAt: number;
  readonly quotaBytes: number | null;
  readonly quotaMessages: number | null;
  readonly credentials: StoredCredentials | null;
}

export interface AliasRow extends Alias {
  readonly addressKey: string;
}

export interface DirectoryRows {
  listDomains(): Promise<readonly Domain[]>;
  listAccounts(): Promise<readonly AccountRow[]>;
  listAliases(): Promise<readonly AliasRow[]>;
  addDomain(domain: Pick<Domain, 'name' | 'createdAt'>): Promise<void>;
  changeDomain(name: string, change: Partial<DomainSettings>): Promise<void>;
  removeDomain(name: string): Promise<void>;
  /** Adds the account with its first mailboxes in one commit; answers its id. */
  addAccount(account: NewAccountRow): Promise<AccountId>;
  changeAccount(
    id: AccountId,
    change: {
      name?: string;
      isEnabled?: boolean;
      quotaBytes?: number | null;
      quotaMessages?: number | null;
      quotaWarned?: number;
      lastSignInAt?: number;
      pop3?: Pop3Settings;
      credentials?: StoredCredentials;
    } & Partial<AccountSettings>,
  ): Promise<void>;
  /** Removes the account, its mailboxes and its mail in one commit. */
  removeAccount(id: AccountId): Promise<void>;
  putAlias(alias: AliasRow): Promise<void>;
  removeAlias(addressKey: string): Promise<void>;
}
