/**
 * Secrets that were wrong lately: a device that keeps an old password asks with it every few minutes, which is no guessing.
 *
 * Invariants: known by marks that die with the process; forgotten as soon as the account's password changes, since that is in the mark.
 */
import type { PasswordKeeper } from '../credentials.ts';
import { MOST_KNOWN_WRONG } from './limits.ts';

export interface TriedSecret {
  readonly remoteAddress: string;
  readonly name: string;
  readonly secret: string;
  /** What it was compared with. */
  readonly stored: string;
}

export class WrongSecrets {
  readonly #passwords: PasswordKeeper;
  readonly #marks = new Set<string>();

  constructor(passwords: PasswordKeeper) {
    this.#passwords = passwords;
  }

  has(tried: TriedSecret): boolean {
    return this.#marks.has(this.#markOf(tried));
  }

  add(tried: TriedSecret): void {
    this.#marks.add(this.#markOf(tried));
    if (this.#marks.size <= MOST_KNOWN_WRONG) return;
    for (const oldest of this.#marks) return void this.#marks.delete(oldest);
  }

  #markOf({ remoteAddress, name, secret, stored }: TriedSecret): string {
    return this.#passwords.markOf('wrong', remoteAddress, name, stored, secret);
  }
}
