/** Memory subscriptions: the names that each account of a MemoryMailStore is subscribed to. */
import type { AccountId } from './port.ts';

export class MemorySubscriptions {
  readonly #names = new Map<AccountId, Set<string>>();

  /** Changed in place. */
  of(accountId: AccountId): Set<string> {
    const names = this.#names.get(accountId) ?? new Set<string>();
    this.#names.set(accountId, names);
    return names;
  }
}
