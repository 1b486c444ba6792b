/** Directory rows in memory, for tests of the directory and of what stands on it. */
import {
  DEFAULT_POP3_SETTINGS,
  NEW_ACCOUNT,
  NEW_DOMAIN,
  type AccountId,
  type Domain,
  type DomainSettings,
} from './port.ts';
import type { AccountRow, AliasRow, DirectoryRows, NewAccountRow } from './store-port.ts';

export class MemoryDirectoryRows implements DirectoryRows {
  readonly #domains = new Map<string, Domain>();
  readonly #accounts = new Map<AccountId, AccountRow>();
  readonly #aliases = new Map<string, AliasRow>();
  #lastId = 0;

  listDomains(): Promise<readonly Domain[]> {
    return Promise.resolve([...this.#domains.values()]);
  }

  listAccounts(): Promise<readonly AccountRow[]> {
    return Promise.resolve([...this.#accounts.values()]);
  }

  listAliases(): Promise<readonly AliasRow[]> {
    return Promise.resolve([...this.#aliases.values()]);
  }

  addDomain(domain: Pick<Domain, 'name' | 'createdAt'>): Promise<void> {
    this.#domains.set(domain.name, { ...NEW_DOMAIN, ...domain });
    return Promise.resolve();
  }

  changeDomain(name: string, change: Partial<DomainSettings>): Promise<void> {
    const domain = this.#domains.get(name);
    if (domain !== undefined) this.#domains.set(name, { ...domain, ...change });
    return Promise.resolve();
  }

  removeDomain(name: string): Promise<void> {
    this.#domains.delete(name);
    return Promise.resolve();
  }

  addAccount({ addressKey: _key, ...account }: NewAccountRow): Promise<AccountId> {
    const id = ++this.#lastId;
    const address = `${account.localPart}@${account.domain}`;
    this.#accounts.set(id, {
      ...NEW_ACCOUNT,
      ...account,
      id,
      address,
      isEnabled: true,
      lastSignInAt: null,
      quotaWarned: 0,
      pop3: DEFAULT_POP3_SETTINGS,
    });
    return Promise.resolve(id);
  }

  changeAccount(id: AccountId, change: Parameters<DirectoryRows['changeAccount']>[1]): Promise<void> {
    const account = this.#accounts.get(id);
    if (account !== undefined) this.#accounts.set(id, { ...account, ...change });
    return Promise.resolve();
  }

  removeAccount(id: AccountId): Promise<void> {
    this.#accounts.delete(id);
    return Promise.resolve();
  }

  putAlias(alias: AliasRow): Promise<void> {
    this.#aliases.set(alias.addressKey, alias);
    return Promise.resolve();
  }

  removeAlias(addressKey: string): Promise<void> {
    this.#aliases.delete(addressKey);
    return Promise.resolve();
  }
}
