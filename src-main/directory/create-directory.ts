/**
 * The directory over its rows: answers from memory, changes through the store.
 *
 * Flow: see port.ts. Invariants: changes run one after another, and each sees the rows that the one before left.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseAddress } from '../format/address.ts';
import { addressKey, canonicalDomain, isValidLocalPart, keyOfAddress } from './address-key.ts';
import type { PasswordKeeper } from './credentials.ts';
import {
  DEFAULT_POP3_SETTINGS,
  type Account,
  type AccountId,
  type Alias,
  type Directory,
  type DirectoryAdmin,
  type DirectoryError,
  type Domain,
  type RecipientResolution,
  type SignInKeys,
  type SignInOutcome,
} from './port.ts';
import { Registry } from './registry.ts';
import type { AccountRow, DirectoryRows, NewAccountRow } from './store-port.ts';

/** Beyond this, hashing a "password" is an attack on our CPU. */
const MOST_PASSWORD_CHARACTERS = 1_000;
/** Between two notes of an account's last sign-in; clients sign in every few minutes. */
const SIGN_IN_NOTE_INTERVAL_MS = 60_000;

export interface DirectoryOptions {
  readonly rows: DirectoryRows;
  readonly passwords: PasswordKeeper;
  readonly clock: Clock;
  /** Whether the account may send as the shared mailbox. */
  readonly maySendAs: (account: AccountId, sharedMailbox: AccountId) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** The directory as the host holds it. */
export interface FullDirectory extends Directory, DirectoryAdmin {
  /** Whether this is the account's password now; not a sign-in, so nothing is noted. */
  hasPassword(id: AccountId, password: string): Promise<boolean>;
}

export async function createDirectory(options: DirectoryOptions): Promise<FullDirectory> {
  return new RowDirectory(options, await Registry.load(options.rows));
}

class RowDirectory implements FullDirectory {
  readonly #options: DirectoryOptions;
  readonly #changed: Emitter<void>;
  #registry: Registry;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: DirectoryOptions, registry: Registry) {
    this.#options = options;
    this.#registry = registry;
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  isLocalDomain(domain: string): Promise<boolean> {
    return Promise.resolve(this.#registry.hasDomain(domain));
  }

  resolve(address: string): Promise<RecipientResolution> {
    return Promise.resolve(resolveIn(this.#registry, address));
  }

  async mayUseAddress(accountId: AccountId, address: string): Promise<boolean> {
    if (!this.#registry.isNamed(address)) return false;
    for (const account of this.#registry.expand(address).accounts) {
      if (!account.isEnabled) continue;
      if (account.id === accountId) return true;
      if (account.kind === 'shared' && (await this.#options.maySendAs(accountId, account.id))) return true;
    }
    return false;
  }

  async signIn(signInName: string, password: string): Promise<SignInOutcome> {
    const account = this.#registry.accountBySignInName(signInName);
    const isBounded = password.length <= MOST_PASSWORD_CHARACTERS;
    const stored = account?.credentials?.scrypt ?? null;
    const isRight = await this.#options.passwords.verify(
      isBounded ? password : '',
      isBounded ? stored : null,
    );
    return isRight ? this.#admit(account) : { kind: 'refused' };
  }

  scramKeys(signInName: string): Promise<SignInKeys> {
    const account = this.#registry.accountBySignInName(signInName);
    const keys = this.#options.passwords.scramKeys(account?.credentials?.scramSha256 ?? null, signInName);
    return Promise.resolve({ ...keys, admit: () => Promise.resolve(this.#admit(account)) });
  }

  strictestPop3() {
    const settings = this.#registry.accounts.map(({ pop3 }) => pop3);
    const days = settings.flatMap(({ keepDays }) => keepDays ?? []);
    return {
      keepDays: days.length === 0 ? null : Math.min(...days),
      loginDelaySeconds: Math.max(0, ...settings.map(({ loginDelaySeconds }) => loginDelaySeconds)),
    };
  }

  #admit(account: AccountRow | undefined): SignInOutcome {
    if (account === undefined || account.credentials === null) return { kind: 'refused' };
    if (!account.isEnabled) return { kind: 'disabled' };
    this.#noteSignIn(account);
    return { kind: 'ok', account: withoutCredentials(account) };
  }

  hasPassword(id: AccountId, password: string): Promise<boolean> {
    return this.#options.passwords.verify(password, this.#registry.account(id)?.credentials?.scrypt ?? null);
  }

  getAccount(id: AccountId): Promise<Account | null> {
    const account = this.#registry.account(id);
    return Promise.resolve(account === undefined ? null : withoutCredentials(account));
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
      return ok(domain);
    });
  }

  removeDomain(name: string): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      const canonical = canonicalDomain(name);
      if (canonical === null || !registry.hasDomain(canonical)) return err('noSuchDomain');
      const isInUse = [...registry.accounts, ...registry.aliases].some((row) => row.domain === canonical);
      if (isInUse) return err('domainInUse');
      await this.#options.rows.removeDomain(canonical);
      return ok(undefined);
    });
  }

  addAccount(account: Parameters<DirectoryAdmin['addAccount']>[0]): Promise<Result<Account, DirectoryError>> {
    return this.#change(async (registry) => {
      const checked = checkNewAddress(registry, account);
      if (!checked.ok) return checked;
      if (!isUsablePassword(account.password)) return err('weakPassword');
      const credentials = await this.#options.passwords.hash(account.password);
      return ok(await this.#insert(account, { ...checked.value, kind: 'person', credentials }));
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
    wanted: { name: string; quotaBytes?: number },
    checked: Pick<NewAccountRow, 'localPart' | 'domain' | 'addressKey' | 'kind' | 'credentials'>,
  ): Promise<Account> {
    const row = {
      ...checked,
      name: wanted.name,
      createdAt: this.#options.clock.now(),
      quotaBytes: wanted.quotaBytes ?? null,
    };
    const id = await this.#options.rows.addAccount(row);
    const { addressKey: _key, ...account } = row;
    const address = `${row.localPart}@${row.domain}`;
    const beginning = { isEnabled: true, lastSignInAt: null, pop3: DEFAULT_POP3_SETTINGS };
    return withoutCredentials({ ...account, ...beginning, id, address });
  }

  changeAccount(
    id: AccountId,
    change: Parameters<DirectoryAdmin['changeAccount']>[1],
  ): Promise<Result<Account, DirectoryError>> {
    return this.#change(async (registry) => {
      const account = registry.account(id);
      if (account === undefined) return err('noSuchAccount');
      await this.#options.rows.changeAccount(id, change);
      return ok(withoutCredentials({ ...account, ...change }));
    });
  }

  setPassword(id: AccountId, password: string): Promise<Result<void, DirectoryError>> {
    return this.#change(async (registry) => {
      if (registry.account(id)?.kind !== 'person') return err('noSuchAccount');
      if (!isUsablePassword(password)) return err('weakPassword');
      await this.#options.rows.changeAccount(id, {
        credentials: await this.#options.passwords.hash(password),
      });
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
      if (!isValidLocalPart(alias.localPart) || alias.targets.length === 0) return err('invalidAddress');
      if (registry.accountByAddress(key) !== undefined) return err('addressTaken');
      if (!alias.targets.every(isTarget)) return err('invalidAddress');
      const { localPart, targets } = alias;
      const row = { localPart, domain, targets, addressKey: key, address: `${localPart}@${domain}` };
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

  #noteSignIn(account: AccountRow): void {
    const now = this.#options.clock.now();
    if (account.lastSignInAt !== null && now - account.lastSignInAt < SIGN_IN_NOTE_INTERVAL_MS) return;
    this.#change(async () => {
      await this.#options.rows.changeAccount(account.id, { lastSignInAt: now });
      return ok(undefined);
    }).catch(this.#options.onError);
  }
}

function resolveIn(registry: Registry, address: string): RecipientResolution {
  const isBarePostmaster = address.toLowerCase() === 'postmaster';
  const [firstDomain] = [...registry.domains].sort((a, b) => a.createdAt - b.createdAt);
  // RFC 5321 §4.5.1: postmaster needs no domain
  const full = isBarePostmaster && firstDomain !== undefined ? `postmaster@${firstDomain.name}` : address;
  const key = keyOfAddress(full);
  if (key === null || !registry.hasDomain(key.slice(key.lastIndexOf('@') + 1))) return { kind: 'foreign' };
  const { accounts, foreign, via } = registry.expand(full);
  const enabled = accounts.filter((account) => account.isEnabled);
  if (enabled.length > 0 || foreign.length > 0) {
    return { kind: 'local', accounts: enabled.map(withoutCredentials), foreign, via };
  }
  return { kind: accounts.length > 0 ? 'disabled' : 'unknown' };
}

function checkNewAddress(
  registry: Registry,
  account: { localPart: string; domain: string },
): Result<{ localPart: string; domain: string; addressKey: string }, DirectoryError> {
  const domain = canonicalDomain(account.domain);
  if (domain === null || !registry.hasDomain(domain)) return err('noSuchDomain');
  if (!isValidLocalPart(account.localPart)) return err('invalidAddress');
  const key = addressKey(account.localPart, domain);
  if (registry.isTaken(key)) return err('addressTaken');
  return ok({ localPart: account.localPart, domain, addressKey: key });
}

/** Any address that SMTP can carry. */
function isTarget(target: string): boolean {
  return keyOfAddress(target) !== null && parseAddress(target, { allowUtf8: true }).ok;
}

function isUsablePassword(password: string): boolean {
  return password !== '' && password.length <= MOST_PASSWORD_CHARACTERS;
}

function withoutCredentials(row: AccountRow): Account {
  const { credentials: _credentials, ...account } = row;
  return account;
}
