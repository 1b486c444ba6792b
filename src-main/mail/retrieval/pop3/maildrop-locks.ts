/**
 * Maildrop locks: a maildrop is open in one session at a time (RFC 1939 §4), and not too often where the administrator
 * wants so (LOGIN-DELAY, RFC 2449 §6.5).
 */
import type { AccountId } from '../../mailstore/port.ts';

export class MaildropLocks {
  readonly #held = new Set<AccountId>();
  readonly #openedAt = new Map<AccountId, number>();

  /** False where another session holds it. */
  acquire(accountId: AccountId): boolean {
    if (this.#held.has(accountId)) return false;
    this.#held.add(accountId);
    return true;
  }

  release(accountId: AccountId): void {
    this.#held.delete(accountId);
  }

  /** Whether the maildrop was opened less than so many seconds ago. A clock that was set back since says nothing of that. */
  isTooSoon(accountId: AccountId, now: number, delaySeconds: number): boolean {
    const agoMs = now - (this.#openedAt.get(accountId) ?? -Infinity);
    return agoMs >= 0 && agoMs < delaySeconds * 1000;
  }

  noteOpened(accountId: AccountId, now: number): void {
    this.#openedAt.set(accountId, now);
  }
}
