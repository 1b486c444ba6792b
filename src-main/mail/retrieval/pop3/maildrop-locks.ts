/** Maildrop locks: RFC 1939 §4: a maildrop is open in one session at a time. */
import type { AccountId } from '../../mailstore/port.ts';

export class MaildropLocks {
  readonly #held = new Set<AccountId>();

  /** False where another session holds it. */
  acquire(accountId: AccountId): boolean {
    if (this.#held.has(accountId)) return false;
    this.#held.add(accountId);
    return true;
  }

  release(accountId: AccountId): void {
    this.#held.delete(accountId);
  }
}
