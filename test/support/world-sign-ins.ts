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

const MINUTE_MS = 60_000;

/** A busy day at the doors, for pictures: people, devices, and somebody who guesses. */
export async function seedSignIns(signIns: WorldSignIns, now: number): Promise<void> {
  const entry = (minutesAgo: number, change: Partial<SignInEntry>): SignInEntry => ({
    ...{ accountId: 1, name: 'anna@example.com', address: '203.0.113.5', door: 'imap', method: 'scram' },
    ...{ outcome: 'ok', appPasswordId: null, count: 1, firstAt: now - 20 * 24 * 60 * MINUTE_MS },
    lastAt: now - minutesAgo * MINUTE_MS,
    ...change,
  });
  const phone = await signIns.appPasswords.add({
    ...{ accountId: 1, name: 'Phone', scopes: ['read', 'send'], expiresAt: null },
  });
  const until = now + 90 * 24 * 60 * MINUTE_MS;
  await signIns.appPasswords.add({ accountId: 1, name: 'Scanner', scopes: ['send'], expiresAt: until });
  const appPasswordId = phone.ok ? phone.value.appPassword.id : null;
  if (appPasswordId !== null) {
    signIns.appPasswords.noteUse(appPasswordId, {
      at: now - 7 * MINUTE_MS,
      address: '2001:db8::7',
      door: 'imap',
    });
  }
  await signIns.add(
    entry(2, { count: 212 }),
    entry(7, { address: '2001:db8::7', method: 'appPassword', appPasswordId, count: 1_804 }),
    entry(12, { door: 'submission', count: 31 }),
    entry(40, { accountId: 2, name: 'tom@example.com', door: 'pop3', method: 'password', count: 96 }),
    entry(55, { accountId: 2, name: 'tom@example.com', address: '198.51.100.20', outcome: 'disabled' }),
    entry(61, {
      accountId: null,
      name: 'root@example.com',
      address: '192.0.2.66',
      method: 'password',
      outcome: 'refused',
      count: 10,
    }),
    entry(62, { address: '192.0.2.66', method: 'password', outcome: 'blocked', count: 3_201 }),
    entry(80, {
      accountId: null,
      name: '*',
      address: '*',
      method: 'password',
      outcome: 'refused',
      count: 48_113,
    }),
    entry(90, { method: 'appPassword', appPasswordId, outcome: 'notAllowed', door: 'managesieve', count: 2 }),
  );
  for (let guess = 0; guess < 10; guess++) {
    const attempt = {
      remoteAddress: '192.0.2.66',
      name: 'root@example.com',
      door: 'imap',
      isKnownPlace: false,
      shownName: 'root@example.com',
    } as const;
    signIns.guard.admit(attempt)?.failed();
  }
}
