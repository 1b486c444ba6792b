/** The console's sign-ins in memory: everything real but where it is kept, over accounts that the world makes up. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src-main/base/clock.ts';
import { Emitter } from '../../src-main/base/emitter.ts';
import { AppPasswords } from '../../src-main/directory/sign-in/app-passwords.ts';
import {
  MemoryAppPasswordRows,
  MemorySignInStore,
} from '../../src-main/directory/sign-in/memory-sign-in-stores.ts';
import type { SignInEntry, SignInQuery } from '../../src-main/directory/sign-in/port.ts';
import { SignInDoors } from '../../src-main/directory/sign-in/sign-in-doors.ts';
import { SignInGuard } from '../../src-main/directory/sign-in/sign-in-guard.ts';
import type { SignInBook } from '../../src-main/host/sign-ins.ts';

const SALT = Buffer.alloc(16).toString('base64');
const CREDENTIALS = { scrypt: '', scramSha256: `SCRAM-SHA-256$10000:${SALT}$:` };

function fail(error: unknown): never {
  throw error;
}

export class WorldSignIns implements SignInBook {
  readonly guard: SignInGuard;
  readonly doors: SignInDoors;
  readonly appPasswords: AppPasswords;
  readonly #store = new MemorySignInStore();
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  constructor(clock: Clock, hasAccount: (id: number) => boolean) {
    this.guard = new SignInGuard({ clock, isExempt: () => false, onBlock: () => undefined, onError: fail });
    this.appPasswords = AppPasswords.empty({
      rows: new MemoryAppPasswordRows(),
      credentialsOf: (id) => (hasAccount(id) ? CREDENTIALS : null),
      ...{ allowsSha1: () => false, onRevoke: () => undefined, clock, randomBytes },
    });
    this.doors = new SignInDoors(this.guard);
    this.guard.onChange(() => this.#changed.emit());
  }

  get blocks(): SignInDoors {
    return this.doors;
  }

  list(query: SignInQuery): Promise<readonly SignInEntry[]> {
    return this.#store.list(query);
  }

  /** Somebody signed in, or tried to. */
  async add(...entries: readonly SignInEntry[]): Promise<void> {
    await this.#store.add(entries);
    this.#changed.emit();
  }
}
