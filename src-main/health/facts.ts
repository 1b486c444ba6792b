/**
 * Health facts: what this server knows of itself before anybody is asked. The host gathers them at the beginning of a run.
 */
import type { ZoneRecord } from './records/zone-record.ts';
import type { Blocklist } from './blocklists.ts';

/** What the record is for, in the words of Setup's list. */
export interface WantedRecord {
  readonly domain: string;
  readonly purpose: string;
  readonly record: ZoneRecord;
}

export interface HealthListener {
  readonly name: string;
  readonly standardPort: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly state: 'listening' | 'off' | 'failed';
  readonly port: number | null;
  /** Where it is to be reached from this machine. */
  readonly address: string;
}

export interface HealthSigningKey {
  readonly domain: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly state: 'announced' | 'active' | 'retiring' | 'retired';
  /** p= of its record. */
  readonly publicKey: string;
  readonly recordName: string;
  readonly record: string;
}

/** Milliseconds since 1970 UTC everywhere; null: never, or not known. */
export interface HealthFacts {
  readonly hostname: string;
  readonly domains: readonly { readonly name: string; readonly accounts: number }[];
  /** What the administrator says that the world sees of us. */
  readonly publicAddresses: readonly string[];
  /** Of this machine's interfaces, but for loopback and link-local ones. */
  readonly localAddresses: readonly string[];
  /** What DNS should hold. */
  readonly wanted: readonly WantedRecord[];
  readonly listeners: readonly HealthListener[];
  /** How mail for others leaves; `host`: the smart host. */
  readonly leaving: { readonly mode: 'direct' | 'smarthost' | 'off'; readonly host: string };
  readonly signingKeys: readonly HealthSigningKey[];
  /** Policies that we publish. */
  readonly mtaSts: readonly { readonly domain: string; readonly mode: string; readonly policy: string }[];
  /** SHA-256 of the public keys that clients are shown, hexadecimal: in use, and planned. */
  readonly keyHashes: readonly string[];
  /** Domains whose MX hosts are tried to see whether we may connect to port 25. */
  readonly portTestDomains: readonly string[];
  readonly blocklists: readonly Blocklist[];
  readonly queue: { readonly recipients: number; readonly oldestReceivedAt: number | null };
  readonly disk: { readonly freeBytes: number };
  readonly lastBackupAt: number | null;
  readonly starts: HowItStarts;
  /** Of the last look at the database; null: none was made. */
  readonly database: { readonly checkedAt: number; readonly findings: readonly string[] } | null;
  readonly passwords: PasswordFacts;
  readonly versions: Readonly<Record<'postroom' | 'node' | 'openssl', string>>;
  readonly renewals: readonly RenewalFacts[];
  readonly allowsCleartextSignIn: boolean;
}

/** Who starts this server after the computer was off; `unknown`: no service manager that we know runs here. */
export type HowItStarts = 'atBoot' | 'notAtBoot' | 'byHand' | 'unknown';

/** What can be known of passwords without their clear text. */
export interface PasswordFacts {
  /** Whose password was weak when it was chosen (strength 0 to 2 of 4). */
  readonly weak: readonly { readonly name: string; readonly score: number }[];
  /** Whose password came before it was judged, or from a file. */
  readonly unknown: number;
  readonly judged: number;
}

/** A certificate that an authority was asked for. */
export interface RenewalFacts {
  readonly name: string;
  readonly purpose: string;
  readonly problem: string | null;
  readonly triedAt: number | null;
  readonly notAfter: number | null;
}
