/**
 * Health's store, as the host sees it: what each check said last, since when, what changed, and what somebody chose to ignore.
 *
 * Invariants: one row for each check, domain and subject; results and what they changed are one commit.
 */
import type { HealthFinding, HealthState, HealthText } from './port.ts';

/** Names one row. */
export interface FindingKey {
  readonly check: string;
  /** Whose run it came from; empty: the server. */
  readonly domain: string;
  readonly subject: string;
}

export interface StoredFinding {
  readonly domain: string;
  readonly finding: HealthFinding;
  /** Milliseconds since 1970 UTC. */
  readonly checkedAt: number;
  /** Since when it is in this state. */
  readonly changedAt: number;
  /** What it was when somebody last could say; null: never. */
  readonly settled: Exclude<HealthState, 'undetermined'> | null;
}

/** A step of a row's history; `state` null: the subject is gone. */
export interface HealthChange extends FindingKey {
  readonly at: number;
  readonly from: HealthState | null;
  readonly state: HealthState | null;
  readonly text: HealthText;
}

export interface IgnoredFinding extends FindingKey {
  readonly reason: string;
  /** Milliseconds since 1970 UTC; null: until somebody says otherwise. */
  readonly until: number | null;
  readonly by: string;
  readonly at: number;
}

/** A run over everything. */
export interface HealthRun {
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface HealthResults {
  readonly findings: readonly StoredFinding[];
  readonly gone: readonly FindingKey[];
  readonly changes: readonly HealthChange[];
  /** Set where everything was asked. */
  readonly run: HealthRun | null;
}

export interface HealthStore {
  list(): Promise<readonly StoredFinding[]>;
  listIgnored(): Promise<readonly IgnoredFinding[]>;
  lastRun(): Promise<HealthRun | null>;
  keep(results: HealthResults): Promise<void>;
  ignore(ignored: IgnoredFinding): Promise<void>;
  unignore(key: FindingKey): Promise<void>;
  /** Newest first. */
  history(key: FindingKey, limit: number): Promise<readonly HealthChange[]>;
}

/** Of the password of an account, when it was chosen. */
export interface StoredStrength {
  readonly accountId: number;
  /** 0 (known to everybody) to 4, as base/password-strength.ts counts. */
  readonly score: number;
}

export interface PasswordStrengthStore {
  keep(strength: StoredStrength): Promise<void>;
  list(): Promise<readonly StoredStrength[]>;
}
