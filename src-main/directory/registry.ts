/**
 * Registry: the directory's rows in memory, by key; small, and asked at every RCPT.
 *
 * Invariants: immutable; a change of the rows makes a new one.
 */
import { addressKey, canonicalDomain, keyOfAddress, keyWithoutDetail } from './address-key.ts';
import type { AccountId, Domain } from './port.ts';
import type { AccountRow, AliasRow, DirectoryRows } from './store-port.ts';

export interface Expansion {
  readonly accounts: readonly AccountRow[];
  /** Target addresses that are not in a domain of ours. */
  readonly foreign: readonly string[];
  readonly via: readonly string[];
}

/** What following an address has come upon. */
interface Found {
  readonly accounts: Map<AccountId, AccountRow>;
  readonly foreign: Set<string>;
  readonly via: string[];
}

/** Addresses that every domain must have a reader for (RFC 5321 §4.5.1, RFC 2142 §4). */
const ROLE_LOCAL_PARTS: ReadonlySet<string> = new Set(['postmaster', 'abuse']);

export class Registry {
  readonly domains: readonly Domain[];
  readonly aliases: readonly AliasRow[];
  readonly #accountsById: ReadonlyMap<AccountId, AccountRow>;
  readonly #accountsByKey: ReadonlyMap<string, AccountRow>;
  readonly #aliasesByKey: ReadonlyMap<string, AliasRow>;
  readonly #domainNames: ReadonlySet<string>;

  constructor(rows: {
    domains: readonly Domain[];
    accounts: readonly AccountRow[];
    aliases: readonly AliasRow[];
  }) {
    this.domains = rows.domains;
    this.aliases = rows.aliases;
    this.#domainNames = new Set(rows.domains.map((domain) => domain.name));
    this.#accountsById = new Map(rows.accounts.map((account) => [account.id, account]));
    this.#accountsByKey = new Map(
      rows.accounts.map((account) => [addressKey(account.localPart, account.domain), account]),
    );
    this.#aliasesByKey = new Map(rows.aliases.map((alias) => [alias.addressKey, alias]));
  }

  static async load(rows: DirectoryRows): Promise<Registry> {
    const [domains, accounts, aliases] = await Promise.all([
      rows.listDomains(),
      rows.listAccounts(),
      rows.listAliases(),
    ]);
    return new Registry({ domains, accounts, aliases });
  }

  get accounts(): readonly AccountRow[] {
    return [...this.#accountsById.values()];
  }

  hasDomain(domain: string): boolean {
    const canonical = canonicalDomain(domain);
    return canonical !== null && this.#domainNames.has(canonical);
  }

  account(id: AccountId): AccountRow | undefined {
    return this.#accountsById.get(id);
  }

  accountByAddress(address: string): AccountRow | undefined {
    const key = keyOfAddress(address);
    return key === null ? undefined : this.#accountsByKey.get(key);
  }

  /**
   * Who signs in by this name. A name without a domain is what mail programs guess first: the oldest account that has it,
   * so that a domain that is added later takes nobody's name away.
   */
  accountBySignInName(name: string): AccountRow | undefined {
    if (name.includes('@')) return this.accountByAddress(name);
    const wanted = name.normalize('NFC').toLowerCase();
    return this.accounts
      .filter(
        ({ kind, localPart }) => kind === 'person' && localPart.normalize('NFC').toLowerCase() === wanted,
      )
      .reduce<AccountRow | undefined>(
        (oldest, one) => (oldest && oldest.id < one.id ? oldest : one),
        undefined,
      );
  }

  /** Whether an account or alias of ours has the address, with a detail or without. */
  isNamed(address: string): boolean {
    const key = keyOfAddress(address);
    return key !== null && (this.isTaken(key) || this.isTaken(keyWithoutDetail(key) ?? key));
  }

  isTaken(key: string): boolean {
    return this.#accountsByKey.has(key) || this.#aliasesByKey.has(key);
  }

  /** Follows aliases to accounts, each once; loops end where they close. */
  expand(address: string): Expansion {
    const found = {
      accounts: new Map<AccountId, AccountRow>(),
      foreign: new Set<string>(),
      via: [] as string[],
    };
    this.#follow(address, new Set(), found);
    return { accounts: [...found.accounts.values()], foreign: [...found.foreign], via: found.via };
  }

  #follow(address: string, seen: Set<string>, found: Found): void {
    const key = keyOfAddress(address);
    if (key === null || seen.has(key)) return;
    seen.add(key);
    const account = this.#accountsByKey.get(key);
    if (account !== undefined) {
      found.accounts.set(account.id, account);
      return;
    }
    const alias = this.#aliasesByKey.get(key);
    if (alias !== undefined) {
      found.via.push(alias.address);
      for (const target of alias.targets) this.#follow(target, seen, found);
      return;
    }
    const domain = key.slice(key.lastIndexOf('@') + 1);
    if (!this.#domainNames.has(domain)) found.foreign.add(address);
    else this.#followWithin(key, seen, found);
  }

  /** Nobody has exactly this address: somebody may have it without its detail, or it is a role. */
  #followWithin(key: string, seen: Set<string>, found: Found): void {
    const base = keyWithoutDetail(key);
    if (base === null) this.#followRole(key, found);
    else this.#follow(base, seen, found);
  }

  /** Nobody is named postmaster or abuse: the domain's first account reads that mail. */
  #followRole(key: string, found: { accounts: Map<AccountId, AccountRow> }): void {
    const [localPart = '', domain = ''] = key.split('@');
    if (!ROLE_LOCAL_PARTS.has(localPart)) return;
    const reader =
      this.#firstAccount((account) => account.domain === domain) ?? this.#firstAccount(() => true);
    if (reader !== undefined) found.accounts.set(reader.id, reader);
  }

  #firstAccount(isWanted: (account: AccountRow) => boolean): AccountRow | undefined {
    return this.accounts
      .filter((account) => account.isEnabled && account.kind === 'person' && isWanted(account))
      .sort((a, b) => a.id - b.id)[0];
  }
}
