/**
 * Expansion: what an address of ours comes down to: accounts, addresses elsewhere, hand-overs.
 *
 * Flow: Registry.expand() → here. Invariants: an account or address is found once, however many aliases and groups lead there;
 * loops end where they close; a group that is closed to the sender adds nothing.
 */
import { domainOfKey, keyOfAddress, keyWithoutDetail } from './address-key.ts';
import type { AccountId, ExpandedBy, GroupPosting, HandOver } from './port.ts';
import type { ExpansionQuery, Registry } from './registry.ts';
import type { AccountRow, AliasRow } from './store-port.ts';

export interface Expansion {
  readonly accounts: readonly AccountRow[];
  /** Target addresses that are not in a domain of ours. */
  readonly foreign: readonly string[];
  readonly handOvers: readonly HandOver[];
  readonly via: readonly string[];
  readonly by: ExpandedBy | null;
  /** The first group that this sender may not send to. */
  readonly closed: { readonly group: string; readonly posting: GroupPosting } | null;
  readonly moderatedGroup: string | null;
  /** An alias on the way is switched off or has expired. */
  readonly hasDisabled: boolean;
}

/** Addresses that every domain must have a reader for (RFC 5321 §4.5.1, RFC 2142 §4). */
const ROLE_LOCAL_PARTS: ReadonlySet<string> = new Set(['postmaster', 'abuse']);

export class Expanding {
  readonly #registry: Registry;
  readonly #query: ExpansionQuery;
  readonly #seen = new Set<string>();
  readonly #accounts = new Map<AccountId, AccountRow>();
  readonly #foreign = new Map<string, string>();
  readonly #handOvers: HandOver[] = [];
  readonly #via: string[] = [];
  #by: ExpandedBy | null = null;
  #closed: Expansion['closed'] = null;
  #moderatedGroup: string | null = null;
  #hasDisabled = false;

  constructor(registry: Registry, query: ExpansionQuery) {
    this.#registry = registry;
    this.#query = query;
  }

  expand(address: string): Expansion {
    this.#follow(address);
    return {
      accounts: [...this.#accounts.values()],
      foreign: [...this.#foreign.values()],
      handOvers: this.#handOvers,
      via: this.#via,
      by: this.#by,
      closed: this.#closed,
      moderatedGroup: this.#moderatedGroup,
      hasDisabled: this.#hasDisabled,
    };
  }

  #follow(address: string): void {
    const key = this.#registry.keyOf(address);
    if (key === null || this.#seen.has(key)) return;
    this.#seen.add(key);
    const account = this.#registry.accountWithKey(key);
    const alias = this.#registry.aliasWithKey(key);
    if (account !== undefined) this.#accounts.set(account.id, account);
    else if (alias !== undefined) this.#followAlias(alias);
    else if (this.#registry.domain(domainOfKey(key)) === undefined) this.#foreign.set(key, address);
    else this.#followWithin(key);
  }

  #followAlias(alias: AliasRow): void {
    if (!alias.isEnabled || (alias.expiresAt !== null && alias.expiresAt <= this.#query.now)) {
      this.#hasDisabled = true;
      return;
    }
    if (alias.group !== null && !this.#mayPost(alias)) {
      this.#closed ??= { group: alias.address, posting: alias.group.posting };
      return;
    }
    if (this.#needsModeration(alias)) this.#moderatedGroup ??= alias.address;
    this.#pass(alias.group === null ? 'alias' : 'group', alias.address);
    if (alias.delivery !== null) this.#handOvers.push({ address: alias.address, delivery: alias.delivery });
    for (const target of alias.targets) this.#follow(target);
  }

  #pass(by: ExpandedBy, address: string): void {
    this.#by ??= by;
    this.#via.push(address);
  }

  /** Nobody has exactly this address: somebody may have it without its detail, or it is a role, or all mail is caught. */
  #followWithin(key: string): void {
    const base = keyWithoutDetail(key, this.#query.separators);
    if (base !== null) return this.#follow(base);
    const [localPart = ''] = key.split('@');
    const domain = domainOfKey(key);
    const { catchAll = [] } = this.#registry.domain(domain) ?? {};
    if (ROLE_LOCAL_PARTS.has(localPart)) return this.#followRole(domain);
    if (catchAll.length === 0) return;
    this.#pass('catchAll', `@${domain}`);
    for (const target of catchAll) this.#follow(target);
  }

  #followRole(domain: string): void {
    const reader = this.#registry.roleReader(domain);
    if (reader !== undefined) this.#accounts.set(reader.id, reader);
  }

  #mayPost(alias: AliasRow): boolean {
    const { reversePath } = this.#query;
    if (alias.group === null || reversePath === undefined || this.isModerator(alias)) return true;
    switch (alias.group.posting) {
      case 'anyone':
        return true;
      case 'domain':
        return (
          reversePath !== '' && this.#registry.hasDomain(reversePath.slice(reversePath.lastIndexOf('@') + 1))
        );
      case 'members':
        return this.#isAmong(alias.targets);
    }
  }

  #needsModeration(alias: AliasRow): boolean {
    const isModerated = alias.group !== null && alias.group.moderators.length > 0;
    return isModerated && this.#query.reversePath !== undefined && !this.isModerator(alias);
  }

  /** Whether the sender is one of those who decide. */
  isModerator({ group }: AliasRow): boolean {
    return group !== null && this.#isAmong(group.moderators);
  }

  /** Whether the sender is one of these, by its address or by an account that both lead to. */
  #isAmong(addresses: readonly string[]): boolean {
    const sender = this.#query.reversePath ?? '';
    const key = keyOfAddress(sender);
    if (key === null) return false;
    const own = this.#membersOf([sender]);
    const members = this.#membersOf(addresses);
    return members.foreign.has(key) || [...own.accounts].some((id) => members.accounts.has(id));
  }

  /** Whom addresses lead to, whoever sends. */
  #membersOf(addresses: readonly string[]): { accounts: Set<AccountId>; foreign: Set<string> } {
    const { now, separators } = this.#query;
    const expansions = addresses.map((each) => this.#registry.expand(each, { now, separators }));
    return {
      accounts: new Set(expansions.flatMap(({ accounts }) => accounts.map(({ id }) => id))),
      foreign: new Set(
        expansions.flatMap(({ foreign }) => foreign.flatMap((each) => keyOfAddress(each) ?? [])),
      ),
    };
  }
}
