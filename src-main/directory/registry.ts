/**
 * Registry: the directory's rows in memory, by key; small, and asked at every RCPT.
 *
 * Invariants: immutable; a change of the rows makes a new one.
 */
import { addressKey, canonicalDomain, domainOfKey, keyOfAddress, keyWithoutDetail } from './address-key.ts';
import { Expanding, type Expansion } from './expansion.ts';
import type { AccountId, Domain } from './port.ts';
import type { AccountRow, AliasRow, DirectoryRows } from './store-port.ts';

export interface RegistryRows {
  readonly domains: readonly Domain[];
  readonly accounts: readonly AccountRow[];
  readonly aliases: readonly AliasRow[];
}

/** Who asks for an expansion, and when. */
export interface ExpansionQuery {
  /** Milliseconds since 1970 UTC: aliases expire. */
  readonly now: number;
  /** Each character parts a name from its detail. */
  readonly separators: string;
  /** Who sends; absent: nobody in particular, and no group is closed. */
  readonly reversePath?: string;
}

export class Registry {
  readonly domains: readonly Domain[];
  readonly aliases: readonly AliasRow[];
  readonly #accountsById: ReadonlyMap<AccountId, AccountRow>;
  readonly #accountsByKey: ReadonlyMap<string, AccountRow>;
  readonly #aliasesByKey: ReadonlyMap<string, AliasRow>;
  readonly #domainsByName: ReadonlyMap<string, Domain>;

  constructor(rows: RegistryRows) {
    this.domains = rows.domains;
    this.aliases = rows.aliases;
    this.#domainsByName = new Map(rows.domains.map((domain) => [domain.name, domain]));
    this.#accountsById = new Map(rows.accounts.map((account) => [account.id, account]));
    this.#accountsByKey = new Map(
      rows.accounts.flatMap((account) => keysOfAccount(account).map((key) => [key, account] as const)),
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

  /** `name` in canonical form. */
  domain(name: string): Domain | undefined {
    return this.#domainsByName.get(name);
  }

  hasDomain(domain: string): boolean {
    const canonical = canonicalDomain(domain);
    return canonical !== null && this.#domainsByName.has(canonical);
  }

  account(id: AccountId): AccountRow | undefined {
    return this.#accountsById.get(id);
  }

  accountWithKey(key: string): AccountRow | undefined {
    return this.#accountsByKey.get(key);
  }

  aliasWithKey(key: string): AliasRow | undefined {
    return this.#aliasesByKey.get(key);
  }

  /** The key of an address, under the name of the domain that has it; null where it is no address. */
  keyOf(address: string): string | null {
    const key = keyOfAddress(address);
    if (key === null) return null;
    const { aliasOf } = this.#domainsByName.get(domainOfKey(key)) ?? { aliasOf: null };
    return aliasOf === null ? key : `${key.slice(0, key.lastIndexOf('@'))}@${aliasOf}`;
  }

  accountByAddress(address: string): AccountRow | undefined {
    const key = this.keyOf(address);
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
  isNamed(address: string, separators: string): boolean {
    const key = this.keyOf(address);
    return key !== null && (this.isTaken(key) || this.isTaken(keyWithoutDetail(key, separators) ?? key));
  }

  aliasByAddress(address: string): AliasRow | undefined {
    const key = this.keyOf(address);
    return key === null ? undefined : this.aliasWithKey(key);
  }

  isTaken(key: string): boolean {
    return this.#accountsByKey.has(key) || this.#aliasesByKey.has(key);
  }

  /** Follows aliases to accounts, each once; loops end where they close. */
  expand(address: string, query: ExpansionQuery): Expansion {
    return new Expanding(this, query).expand(address);
  }

  /** Who reads mail for a role that nobody has (RFC 5321 §4.5.1): the first account of the domain, else of all. */
  roleReader(domain: string): AccountRow | undefined {
    return this.#firstAccount((account) => account.domain === domain) ?? this.#firstAccount(() => true);
  }

  #firstAccount(isWanted: (account: AccountRow) => boolean): AccountRow | undefined {
    return this.accounts
      .filter((account) => account.isEnabled && account.kind === 'person' && isWanted(account))
      .sort((a, b) => a.id - b.id)[0];
  }
}

function keysOfAccount(account: AccountRow): readonly string[] {
  const further = account.addresses.flatMap((address) => keyOfAddress(address) ?? []);
  return [addressKey(account.localPart, account.domain), ...further];
}
