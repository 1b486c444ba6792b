/**
 * Administrators: who may steer this server by the console, and how they prove that they are it.
 *
 * Flow: the console's door (host/console-door.ts) asks here; host/api/gate.ts reads the role at every call.
 * Invariants: there is always an owner once there is anybody; what lets somebody in is kept as a hash, or sealed where it must
 * be read again (TOTP's key); whoever loses a role, a password or the place altogether is told of to end their sessions.
 */

/** The same words as the contract's (contract/access.ts). */
export type AdministratorRole = 'owner' | 'administrator' | 'domainAdministrator' | 'helpDesk' | 'auditor';

export interface Administrator {
  readonly name: string;
  readonly role: AdministratorRole;
  /** Canonical; only for administrators of some domains. */
  readonly domains: readonly string[];
  readonly createdAt: number;
  readonly passwordChangedAt: number;
  readonly lastSignIn: { readonly at: number; readonly address: string } | null;
}

export interface StoredPasskey {
  /** base64url, as the authenticator calls it. */
  readonly id: string;
  readonly name: string;
  /** base64url, COSE. */
  readonly publicKey: string;
  /** Rises with each use where the authenticator counts. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** What is asked for besides the password. */
export interface StoredFactor {
  /** Sealed: the key; the last time step whose code was used (RFC 6238 §5.2: a code is good once). */
  readonly totp: { readonly sealedKey: string; readonly lastStep: number } | null;
  /** SHA-256 of each that has not been used, base64. */
  readonly recovery: readonly string[];
  readonly passkeys: readonly StoredPasskey[];
}

export interface AdministratorRow extends Administrator {
  /** `scrypt$…`, as credentials.ts writes it. */
  readonly password: string;
  readonly factor: StoredFactor;
  /** Addresses that they signed in from, the latest last. */
  readonly places: readonly string[];
}

export interface AdministratorRows {
  listAll(): Promise<readonly AdministratorRow[]>;
  put(row: AdministratorRow): Promise<void>;
  /** Their tokens go in the same commit. */
  remove(name: string): Promise<void>;
}

export type AdministratorError = 'noSuchAdministrator' | 'administratorExists' | 'lastOwner';

export interface ApiToken {
  readonly id: number;
  readonly administrator: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'accounts' | 'queue' | 'all')[];
  readonly createdAt: number;
  /** Milliseconds since 1970 UTC; null: never. */
  readonly expiresAt: number | null;
  readonly lastUse: { readonly at: number; readonly address: string } | null;
}

export interface ApiTokenRow extends ApiToken {
  /** SHA-256, base64url: 256 random bits need no slow hash. */
  readonly hash: string;
}

export interface ApiTokenRows {
  listAll(): Promise<readonly ApiTokenRow[]>;
  add(row: Omit<ApiTokenRow, 'id' | 'lastUse'>): Promise<number>;
  noteUse(id: number, use: { at: number; address: string }): Promise<void>;
  remove(id: number): Promise<void>;
}

export type ApiTokenError = 'noSuchToken' | 'tooManyTokens';
