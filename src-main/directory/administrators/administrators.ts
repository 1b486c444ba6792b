/** Administrators, kept in memory beside their rows: the gate reads the role at every call. */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { PasswordKeeper } from '../credentials.ts';
import type { AdministratorStore } from '../port.ts';
import { MOST_PLACES } from './limits.ts';
import type {
  Administrator,
  AdministratorError,
  AdministratorRole,
  AdministratorRow,
  AdministratorRows,
  StoredFactor,
} from './port.ts';

export const NO_FACTOR: StoredFactor = { totp: null, recovery: [], passkeys: [] };

export interface AdministratorsOptions {
  readonly rows: AdministratorRows;
  readonly passwords: Pick<PasswordKeeper, 'hash' | 'verify'>;
  readonly clock: Clock;
  readonly onError?: (error: unknown) => void;
}

interface NewAdministrator {
  readonly name: string;
  readonly password: string;
  readonly role: AdministratorRole;
  readonly domains: readonly string[];
}

export class Administrators implements AdministratorStore {
  readonly #options: AdministratorsOptions;
  readonly #byName = new Map<string, AdministratorRow>();
  readonly #changed: Emitter<void>;
  readonly #revoked: Emitter<string>;
  #turn: Promise<unknown> = Promise.resolve();

  static async open(options: AdministratorsOptions): Promise<Administrators> {
    const administrators = new Administrators(options);
    for (const row of await options.rows.listAll()) administrators.#byName.set(row.name, row);
    return administrators;
  }

  /** Of a store that has nobody yet. */
  constructor(options: AdministratorsOptions) {
    this.#options = options;
    this.#changed = new Emitter(options.onError);
    this.#revoked = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** What let this administrator in does not any more: their sessions end. */
  get onRevoke() {
    return this.#revoked.subscribe;
  }

  count(): Promise<number> {
    return Promise.resolve(this.#byName.size);
  }

  find(name: string): Administrator | null {
    return this.#byName.get(name) ?? null;
  }

  list(): readonly Administrator[] {
    return [...this.#byName.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  factorOf(name: string): StoredFactor {
    return this.#byName.get(name)?.factor ?? NO_FACTOR;
  }

  /** A name that nobody has takes as long as a wrong password. */
  verify(name: string, password: string): Promise<boolean> {
    return this.#options.passwords.verify(password, this.#byName.get(name)?.password ?? null);
  }

  isKnownPlace(name: string, address: string): boolean {
    return this.#byName.get(name)?.places.includes(address) ?? false;
  }

  /** What a provision file and the first step of Setup do: an owner, or a new password for who is there. */
  async put({ name, password }: { name: string; password: string }): Promise<void> {
    const known = await this.setPassword(name, password);
    if (!known.ok) await this.add({ name, password, role: 'owner', domains: [] });
  }

  async add(wanted: NewAdministrator): Promise<Result<Administrator, AdministratorError>> {
    const password = await this.#hash(wanted.password);
    return this.#inTurn(async () => {
      if (this.#byName.has(wanted.name)) return err('administratorExists');
      const now = this.#options.clock.now();
      const row: AdministratorRow = {
        ...{ name: wanted.name, role: wanted.role, domains: wanted.domains, password },
        ...{ createdAt: now, passwordChangedAt: now, lastSignIn: null, factor: NO_FACTOR, places: [] },
      };
      return ok(await this.#save(row));
    });
  }

  /** Sessions end, so that no page shows what its reader may not do any more. */
  changeRole(
    name: string,
    change: { readonly role: AdministratorRole; readonly domains: readonly string[] },
  ): Promise<Result<Administrator, AdministratorError>> {
    return this.#change(name, (row) => {
      if (change.role !== 'owner' && this.#isLastOwner(row)) return err('lastOwner');
      return ok({ row: { ...row, ...change }, revokes: true });
    });
  }

  async setPassword(name: string, clear: string): Promise<Result<Administrator, AdministratorError>> {
    if (!this.#byName.has(name)) return err('noSuchAdministrator');
    const password = await this.#hash(clear);
    const passwordChangedAt = this.#options.clock.now();
    return this.#change(name, (row) => ok({ row: { ...row, password, passwordChangedAt }, revokes: true }));
  }

  remove(name: string): Promise<Result<void, AdministratorError>> {
    return this.#inTurn(async () => {
      const row = this.#byName.get(name);
      if (row === undefined) return err('noSuchAdministrator');
      if (this.#isLastOwner(row)) return err('lastOwner');
      await this.#options.rows.remove(name);
      this.#byName.delete(name);
      this.#revoked.emit(name);
      this.#changed.emit();
      return ok(undefined);
    });
  }

  /** Changes what is asked for besides the password; the answer of `change` is passed on. */
  changeFactor<T>(
    name: string,
    change: (factor: StoredFactor) => { factor: StoredFactor; answer: T } | null,
  ): Promise<T | null> {
    return this.#inTurn(async () => {
      const row = this.#byName.get(name);
      const changed = row === undefined ? null : change(row.factor);
      if (row === undefined || changed === null) return null;
      await this.#save({ ...row, factor: changed.factor });
      return changed.answer;
    });
  }

  async noteSignIn(name: string, address: string): Promise<void> {
    await this.#change(name, (row) => {
      const places = [...row.places.filter((place) => place !== address), address].slice(-MOST_PLACES);
      const lastSignIn = { at: this.#options.clock.now(), address };
      return ok({ row: { ...row, places, lastSignIn }, revokes: false });
    });
  }

  #change(
    name: string,
    change: (
      row: AdministratorRow,
    ) => Result<{ row: AdministratorRow; revokes: boolean }, AdministratorError>,
  ): Promise<Result<Administrator, AdministratorError>> {
    return this.#inTurn(async () => {
      const before = this.#byName.get(name);
      if (before === undefined) return err('noSuchAdministrator');
      const changed = change(before);
      if (!changed.ok) return changed;
      const saved = await this.#save(changed.value.row);
      if (changed.value.revokes) this.#revoked.emit(name);
      return ok(saved);
    });
  }

  async #hash(password: string): Promise<string> {
    return (await this.#options.passwords.hash(password)).scrypt;
  }

  async #save(row: AdministratorRow): Promise<Administrator> {
    await this.#options.rows.put(row);
    this.#byName.set(row.name, row);
    this.#changed.emit();
    return row;
  }

  #isLastOwner({ role }: AdministratorRow): boolean {
    return role === 'owner' && [...this.#byName.values()].filter((row) => row.role === 'owner').length === 1;
  }

  /** One at a time: of two owners who demote each other one stays. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
