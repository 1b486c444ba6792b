/**
 * App passwords: one for each device, with what it may do and until when.
 *
 * Flow: console, provision file → here → rows; the sign-in asks which of an account's fits. Invariants: the secret is shown once and
 * kept only hashed; taking one back ends it at once; all share the SCRAM salt of their account.
 */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { AccountId } from '../port.ts';
import { deriveScramKeys, parseScramKeys } from '../scram-keys.ts';
import type { StoredCredentials } from '../store-port.ts';
import { hashAppSecret, isAppSecret, makeAppSecret, readAppSecret } from './app-password-secret.ts';
import { MOST_APP_PASSWORDS } from './limits.ts';
import type {
  AppPassword,
  AppPasswordDesk,
  AppPasswordError,
  AppPasswordRow,
  AppPasswordRows,
  MailDoor,
} from './port.ts';

export interface AppPasswordsOptions {
  readonly rows: AppPasswordRows;
  readonly credentialsOf: (account: AccountId) => StoredCredentials | null;
  readonly allowsSha1: () => boolean;
  /** One was taken back. */
  readonly onRevoke: (account: AccountId) => void;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export class AppPasswords implements AppPasswordDesk {
  readonly #options: AppPasswordsOptions;
  readonly #changed = new Emitter<void>();
  #byAccount: ReadonlyMap<AccountId, readonly AppPasswordRow[]> = new Map();

  static async open(options: AppPasswordsOptions): Promise<AppPasswords> {
    const opened = new AppPasswords(options);
    await opened.#reload();
    return opened;
  }

  /** Over rows that hold nothing yet. */
  static empty(options: AppPasswordsOptions): AppPasswords {
    return new AppPasswords(options);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  private constructor(options: AppPasswordsOptions) {
    this.#options = options;
  }

  /** Those that have not expired. */
  usable(account: AccountId): readonly AppPasswordRow[] {
    const now = this.#options.clock.now();
    return (this.#byAccount.get(account) ?? []).filter(
      ({ expiresAt }) => expiresAt === null || expiresAt > now,
    );
  }

  find(account: AccountId, typed: string): AppPasswordRow | null {
    const secret = readAppSecret(typed);
    if (secret === null) return null;
    return this.usable(account).find(({ hash }) => isAppSecret(secret, hash)) ?? null;
  }

  /** What the log writes to the rows; the console shows it without reading them again. */
  noteUse(id: number, use: { at: number; address: string; door: MailDoor }): void {
    for (const [account, rows] of this.#byAccount) {
      if (!rows.some((row) => row.id === id)) continue;
      const noted = rows.map((row) => (row.id === id ? { ...row, lastUse: use } : row));
      this.#byAccount = new Map(this.#byAccount).set(account, noted);
      this.#changed.emit();
      return;
    }
  }

  list(account: AccountId): Promise<readonly AppPassword[]> {
    return Promise.resolve((this.#byAccount.get(account) ?? []).map(withoutSecrets));
  }

  async add(
    wanted: Parameters<AppPasswordDesk['add']>[0],
  ): Promise<Result<{ appPassword: AppPassword; secret: string }, AppPasswordError>> {
    const { randomBytes, clock, rows, allowsSha1 } = this.#options;
    const credentials = this.#options.credentialsOf(wanted.accountId);
    if (credentials === null) return err('noSuchAccount');
    if ((this.#byAccount.get(wanted.accountId) ?? []).length >= MOST_APP_PASSWORDS)
      return err('tooManyAppPasswords');
    const secret = makeAppSecret(randomBytes);
    const { salt } = parseScramKeys(credentials.scramSha256);
    const row = {
      ...wanted,
      createdAt: clock.now(),
      hash: hashAppSecret(secret, randomBytes),
      scramSha256: await deriveScramKeys('sha256', secret, salt),
      scramSha1: allowsSha1() ? await deriveScramKeys('sha1', secret, salt) : null,
    };
    const id = await rows.add(row);
    await this.#reload();
    return ok({ appPassword: withoutSecrets({ ...row, id, lastUse: null }), secret });
  }

  async remove(id: number): Promise<Result<void, AppPasswordError>> {
    const row = [...this.#byAccount.values()].flat().find((one) => one.id === id);
    if (row === undefined) return err('noSuchAppPassword');
    await this.#options.rows.remove(id);
    await this.#reload();
    this.#options.onRevoke(row.accountId);
    return ok(undefined);
  }

  async #reload(): Promise<void> {
    const used = new Map([...this.#byAccount.values()].flat().map(({ id, lastUse }) => [id, lastUse]));
    const rows = await this.#options.rows.listAll();
    // What was noted lately may not be in the rows yet.
    const fresh = rows.map((row) => ({ ...row, lastUse: used.get(row.id) ?? row.lastUse }));
    this.#byAccount = Map.groupBy(fresh, ({ accountId }) => accountId);
    this.#changed.emit();
  }
}

function withoutSecrets(row: AppPasswordRow): AppPassword {
  const { hash: _hash, scramSha256: _sha256, scramSha1: _sha1, ...appPassword } = row;
  return appPassword;
}
