/** Policies that are kept as long as the test runs. */
import type { StoredPolicy, TlsPolicyStore } from './port.ts';

export class MemoryTlsPolicyStore implements TlsPolicyStore {
  readonly #policies = new Map<string, StoredPolicy>();

  readPolicy(domain: string): Promise<StoredPolicy | null> {
    return Promise.resolve(this.#policies.get(domain) ?? null);
  }

  async keepPolicy(policy: StoredPolicy): Promise<void> {
    this.#policies.set(policy.domain, policy);
  }
}
