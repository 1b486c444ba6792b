/** TLS policies of other domains, as far as they outlive the process. */
export interface StoredPolicy {
  readonly domain: string;
  /** Of the TXT record for which it was fetched. */
  readonly id: string;
  /** As the domain serves it. */
  readonly text: string;
  readonly fetchedAt: number;
  readonly expiresAt: number;
}

/** Storage implements it. */
export interface TlsPolicyStore {
  readPolicy(domain: string): Promise<StoredPolicy | null>;
  /** Those whose time is over may go with it. */
  keepPolicy(policy: StoredPolicy): Promise<void>;
}
