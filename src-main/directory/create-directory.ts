/**
 * The directory over its rows: answers from memory, changes through the store.
 *
 * Flow: see port.ts. Invariants: changes run one after another, and each sees the rows that the one before left.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter, type Subscribe } from '../base/emitter.ts';
import { err, ok, type Result } from '../base/result.ts';
import { addressKey, canonicalDomain, DETAIL_SEPARATORS, domainOfKey, keyOfAddress } from './address-key.ts';
import {
  checkAccountChange,
  checkAlias,
  checkDomainChange,
  checkNewAddress,
  isUsablePassword,
} from './checks.ts';
import type { PasswordKeeper } from './credentials.ts';
import {
  DEFAULT_POP3_SETTINGS,
  NEW_ACCOUNT,
  NEW_ALIAS,
  NEW_DOMAIN,
  type Account,
  type AccountId,
  type Alias,
  type Directory,
  type DirectoryAdmin,
  type DirectoryError,
  type Domain,
  type DomainQuota,
  type GroupMembership,
  type RecipientResolution,
} from './port.ts';
import { Expanding } from './expansion.ts';
import { Registry, type ExpansionQuery } from './registry.ts';
import type { AccountSecrets, SecretsSource } from './sign-in/port.ts';
import type { AccountRow, DirectoryRows, NewAccountRow, StoredCredentials } from './store-port.ts';

/** Between two notes of an account's last sign-in; clients sign in every few minutes. */
const SIGN_IN_NOTE_INTERVAL_MS = 60_000;

export interface DirectoryOptions {
  readonly rows: DirectoryRows;
  readonly passwords: PasswordKeeper;
  readonly clock: Clock;
  /** Whether the account may send as the shared mailbox. */
  readonly maySendAs: (account: AccountId, sharedMailbox: AccountId) => Promise<boolean>;
  /** Each character parts a name from its detail; asked at every look-up. */
  readonly detailSeparators?: () => string;
  /** Whether new passwords are kept for SCRAM-SHA-1 too; absent: not. */
  readonly allowsScramSha1?: () => boolean;
  readonly onError: (error: unknown) => void;
  /** Hears of every password after its commit, to judge it; it must not keep it. */
  readonly onPasswordChosen?: (
    chosen: Pick<Account, 'id' | 'address' | 'name'> & { readonly password: string },
  ) => Promise<void>;
}

/** The directory as the host holds it. */
export interface FullDirectory extends Directory, DirectoryAdmin, SecretsSource {
  /** The account has another password, or its password is not enough any more. */
  readonly onPasswordChange: Subscribe<AccountId>;
  /** null: nobody signs in to it. */
  credentialsOf(id: AccountId): StoredCredentials | null;
  /** Whether this is the account's password now; not a sign-in, so nothing is noted. */
  hasPassword(id: AccountId, password: string): Promise<boolean>;
}

export async function createDirectory(options: DirectoryOptions): Promise<FullDirectory> {
  return new RowDirectory(options, await Registry.load(options.rows));
}

class RowDirectory implements FullDirectory {
  readonly #options: DirectoryOptions;
  readonly #changed: Emitter<void>;
  readonly #passwordChanged: Emitter<AccountId>;
  #registry: Registry;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: DirectoryOptions, registry: Registry) {
    this.#options = options;
    this.#registry = registry;
    this.#changed = new Emitter(options.onError);
    this.#passwordChanged = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  get onPasswordChange() {
    return this.#passwordChanged.subscribe;
  }

  isLocalDomain(domain: string): Promise<boolean> {
    return Promise.resolve(this.#registry.hasDomain(domain));
  }

  resolve(address: string, reversePath?: string): Promise<RecipientResolution> {
    const query = { ...this.#query, ...(reversePath !== undefined && { reversePath }) };
    return Promise.resolve(resolveIn(this.#registry, address, query));
  }

  get #query(): ExpansionQuery {
    const { clock, detailSeparators = () => DETAIL_SEPARATORS } = this.#options;
    return { now: clock.now(), separators: detailSeparators() };
  }

  domainQuota(account: AccountId): Promise<DomainQuota | null> {
    const registry = this.#registry;
    const { name, quotaBytes = null } = registry.domain(registry.account(account)?.domain ?? '') ?? {};
    if (name === undefined || quotaBytes === null) return Promise.resolve(null);
    const accounts = registry.accounts.filter(({ domain }) => domain === name).map(({ id }) => id);
    return Promise.resolve({ domain: name, quotaBytes, accounts });
  }

  async mayUseAddress(accountId: AccountId, address: string): Promise<boolean> {
    const query = this.#query;
    if (!this.#registry.isNamed(address, query.separators)) return false;
    const expansion = this.#registry.expand(address, query);
    // A group's address is everybody's: nobody speaks for all.
    if (expansion.by === 'group') return false;
    for (const account of expansion.accounts) {
      if (!account.isEnabled) continue;
      if (account.id === accountId) return true;
      if (account.kind === 'shared' && (await this.#options.maySendAs(accountId, account.id))) return true;
    }
    return false;
  }

  secretsOf(signInName: string): AccountSecrets | null {
    const row = this.#registry.accountBySignInName(signInName);
    if (row === undefined || row.credentials === null) return null;
    return { account: withoutCredentials(row), credentials: row.credentials };
  }

  async replaceCredentials(id: AccountId, credentials: StoredCredentials): Promise<void> {
    await this.#change(async () => ok(await this.#options.rows.changeAccount(id, { credentials })));
  }

  credentialsOf(id: AccountId): StoredCredentials | null {
    return this.#registry.account(id)?.credentials ?? null;
  }

  strictestPop3() {
    const settings = this.#registry.accounts.map(({ pop3 }) => pop3);
    const days = settings.flatMap(({ keepDays }) => keepDays ?? []);
    return {
      keepDays: days.length === 0 ? null : Math.min(...days),
      loginDelaySeconds: Math.max(0, ...settings.map(({ loginDelaySeconds }) => loginDelaySeconds)),
    };
  }

  hasPassword(id: AccountId, password: string): Promise<boolean> {
    return this.#options.passwords.verify(password, this.#registry.account(id)?.credentials?.scrypt ?? null);
  }

  getAccount(id: AccountId): Promise<Account | null> {
    const account = this.#registry.account(id);
    return Promise.resolve(account === undefined ? null : withoutCredentials(account));
  }

  moderatorsOf(group: string): Promise<readonly string[]> {
    return Promise.resolve(this.#registry.aliasByAddress(group)?.group?.moderators ?? []);
  }

  isModerator(group: string, address: string): Promise<boolean> {
    const alias = this.#registry.aliasByAddress(group);
    const query = { ...this.#query, reversePath: address };
    return Promise.resolve(alias !== undefined && new Expanding(this.#registry, query).isModerator(alias));
  }

  findGroup(address: string): Promise<string | null> {
    const alias = this.#registry.aliasByAddress(address);
    return Promise.resolve(alias === undefined || alias.group === null ? null : alias.address);
  }

  listGroupMembers(): Promise<readonly GroupMembership[]> {
    const groups = this.#registry.aliases.filter(({ group }) => group !== null);
    const membersOf = (address: string) =>
      this.#registry.expand(address, this.#query).accounts.map(({ id }) => id);
    return Promise.resolve(groups.map(({ address }) => ({ address, members: membersOf(address) })));
  }

  listDomains(): Promise<readonly Domain[]> {
    return Promise.resolve(this.#registry.domains);
  }

  listAccounts(): Promise<readonly Account[]> {
    return Promise.resolve(this.#registry.accounts.map(withoutCredentials));
  }

  listAliases(): Promise<readonly Alias[]> {
    return Promise.resolve(this.#registry.aliases);
  }

  addDomain(name: string): Promise<Result<Domain, DirectoryError>> {
    return this.#change(async (registry) => {
      const canonical = canonicalDomain(name);
      if (canonical === null) return err('invalidDomain');
      if (registry.hasDomain(canonical)) return err('domainExists');
      const domain = { name: canonical, createdAt: this.#options.clock.now() };
      await this.#options.rows.addDomain(domain);
      return ok({ ...NEW_DOMAIN, ...domain });
    });
  }

  changeDomain(
    name: string,
    change: Parameters<DirectoryAdmin['changeDomain']>[1],
  ): Promise<Result<Domain, DirectoryError>> {
    return this.#change(async (registry) => {
      const checked = checkDomainChange(registry, name, change);
      if (!checked.ok) return checked;
      await this.#options.rows.changeDomain(checked.value.name, change);
      return ok({ ...checked.value, ...change });
    });
  }

  removeDomain(name: string): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      const canonical = canonicalDomain(name);
      if (canonical === null || !registry.hasDomain(canonical)) return err('noSuchDomain');
      const isInUse = [...registry.accounts, ...registry.aliases].some((row) => row.domain === canonical);
      const hasAliases = registry.domains.some(({ aliasOf }) => aliasOf === canonical);
      if (isInUse || hasAliases) return err('domainInUse');
      await this.#options.rows.removeDomain(canonical);
      return ok(undefined);
    });
  }

  addAccount(account: Parameters<DirectoryAdmin['addAccount']>[0]): Promise<Result<Account, DirectoryError>> {
    return this.#change(async (registry) => {
      const checked = checkNewAddress(registry, account);
      if (!checked.ok) return checked;
      if (!isUsablePassword(account.password)) return err('weakPassword');
      const withSha1 = this.#options.allowsScramSha1?.() ?? false;
      const credentials = await this.#options.passwords.hash(account.password, { withSha1 });
      const added = await this.#insert(account, { ...checked.value, kind: 'person', credentials });
      await this.#options.onPasswordChosen?.({ ...added, password: account.password });
      return ok(added);
    });
  }

  addSharedMailbox(
    mailbox: Parameters<DirectoryAdmin['addSharedMailbox']>[0],
  ): Promise<Result<Account, DirectoryError>> {
    return this.#change(async (registry) => {
      const checked = checkNewAddress(registry, mailbox);
      if (!checked.ok) return checked;
      return ok(await this.#insert(mailbox, { ...checked.value, kind: 'shared', credentials: null }));
    });
  }

  async #insert(
    wanted: { name: string; quotaBytes?: number; quotaMessages?: number },
    checked: Pick<NewAccountRow, 'localPart' | 'domain' | 'addressKey' | 'kind' | 'credentials'>,
  ): Promise<Account> {
    const row = {
      ...checked,
      name: wanted.name,
      createdAt: this.#options.clock.now(),
      quotaBytes: wanted.quotaBytes ?? null,
      quotaMessages: wanted.quotaMessages ?? null,
    };
    const id = await this.#options.rows.addAccount(row);
    const { addressKey: _key, ...account } = row;
    const address = `${row.localPart}@${row.domain}`;
    const beginning = { isEnabled: true, lastSignInAt: null, pop3: DEFAULT_POP3_SETTINGS, quotaWarned: 0 };
    return withoutCredentials({ ...NEW_ACCOUNT, ...account, ...beginning, id, address });
  }

  changeAccount(
    id: AccountId,
    change: Parameters<DirectoryAdmin['changeAccount']>[1],
  ): Promise<Result<Account, DirectoryError>> {
    return this.#change(async (registry) => {
      const account = registry.account(id);
      if (account === undefined) return err('noSuchAccount');
      const problem = checkAccountChange(registry, account, change);
      if (problem !== null) return err(problem);
      await this.#options.rows.changeAccount(id, change);
      if (change.requiresAppPassword === true) this.#passwordChanged.emit(id);
      return ok(withoutCredentials({ ...account, ...change }));
    });
  }

  setPassword(id: AccountId, password: string): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      const account = registry.account(id);
      if (account?.kind !== 'person') return err('noSuchAccount');
      if (!isUsablePassword(password)) return err('weakPassword');
      const credentials = await this.#options.passwords.hash(password, {
        before: account.credentials,
        withSha1: this.#options.allowsScramSha1?.() ?? false,
      });
      await this.#options.rows.changeAccount(id, { credentials });
      await this.#options.onPasswordChosen?.({ ...account, password });
      this.#passwordChanged.emit(id);
      return ok(undefined);
    });
  }

  removeAccount(id: AccountId): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      if (registry.account(id) === undefined) return err('noSuchAccount');
      await this.#options.rows.removeAccount(id);
      return ok(undefined);
    });
  }

  putAlias(alias: Parameters<DirectoryAdmin['putAlias']>[0]): Promise<Result<Alias, DirectoryError>> {
    return this.#change(async (registry) => {
      const domain = canonicalDomain(alias.domain);
      if (domain === null || !registry.hasDomain(domain)) return err('noSuchDomain');
      const key = addressKey(alias.localPart, domain);
      const { addressKey: _key, ...before } = registry.aliasWithKey(key) ?? { ...NEW_ALIAS, addressKey: key };
      const address = `${alias.localPart}@${domain}`;
      const row = { ...before, ...alias, domain, addressKey: key, address };
      const problem = checkAlias(registry, row);
      if (problem !== null) return err(problem);
      await this.#options.rows.putAlias(row);
      return ok(row);
    });
  }

  removeAlias(address: string): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      const key = keyOfAddress(address);
      if (key === null || !registry.aliases.some((alias) => alias.addressKey === key))
        return err('noSuchAlias');
      await this.#options.rows.removeAlias(key);
      return ok(undefined);
    });
  }

  /** Runs a change after those before it, then reads the rows anew and tells listeners. */
  #change<T>(
    run: (registry: Registry) => Promise<Result<T, DirectoryError>>,
  ): Promise<Result<T, DirectoryError>> {
    const change = this.#lastChange.then(async () => {
      const result = await run(this.#registry);
      if (!result.ok) return result;
      this.#registry = await Registry.load(this.#options.rows);
      this.#changed.emit();
      return result;
    });
    this.#lastChange = change.catch(() => undefined);
    return change;
  }

  noteSignIn(id: AccountId): void {
    const now = this.#options.clock.now();
    const { lastSignInAt = null } = this.#registry.account(id) ?? {};
    if (lastSignInAt !== null && now - lastSignInAt < SIGN_IN_NOTE_INTERVAL_MS) return;
    this.#change(async () => {
      await this.#options.rows.changeAccount(id, { lastSignInAt: now });
      return ok(undefined);
    }).catch(this.#options.onError);
  }
}

function resolveIn(registry: Registry, address: string, query: ExpansionQuery): RecipientResolution {
  const isBarePostmaster = address.toLowerCase() === 'postmaster';
  const [firstDomain] = [...registry.domains].sort((a, b) => a.createdAt - b.createdAt);
  // RFC 5321 §4.5.1: postmaster needs no domain
  const full = isBarePostmaster && firstDomain !== undefined ? `postmaster@${firstDomain.name}` : address;
  const key = keyOfAddress(full);
  if (key === null || !registry.hasDomain(domainOfKey(key))) return { kind: 'foreign' };
  const expansion = registry.expand(full, query);
  const { accounts, foreign, handOvers, via, by, moderatedGroup, closed } = expansion;
  const enabled = accounts.filter((account) => account.isEnabled);
  if (enabled.length > 0 || foreign.length > 0 || handOvers.length > 0) {
    const found = { accounts: enabled.map(withoutCredentials), foreign, handOvers, via, by, moderatedGroup };
    return { kind: 'local', ...found };
  }
  if (closed !== null) return { kind: 'closed', ...closed };
  return { kind: accounts.length > 0 || expansion.hasDisabled ? 'disabled' : 'unknown' };
}

function withoutCredentials(row: AccountRow): Account {
  const { credentials: _credentials, ...account } = row;
  return account;
}
