/**
 * The audit log: every change of the set-up: who, as what, from where, by which means, and what became different.
 *
 * Flow: host/api/gate.ts (calls), provision, command line → AuditLog → store. Invariants: append-only; each entry carries the
 * hash of the one before, so that a change or a gap shows; secrets are masked before anything is written; what age or number
 * cut off is stated.
 */
import type { AdministratorRole } from '../../directory/administrators/port.ts';

/** How somebody changes something. */
export type AuditMeans =
  | { readonly kind: 'browser' | 'desktop' | 'provision' | 'commandLine' | 'server' }
  | { readonly kind: 'token'; readonly id: number; readonly name: string };

export interface AuditChange {
  /** Where in the thing that changed: `relay.mode`. */
  readonly path: string;
  /** As JSON, cut to a bounded length; null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditRecord {
  readonly at: number;
  readonly who: string;
  readonly role: AdministratorRole | null;
  /** Of the client; empty where there was none. */
  readonly address: string;
  readonly means: AuditMeans;
  /** The contract's name: `accounts.add`; or what the command line did. */
  readonly call: string;
  /** What was asked for, secrets masked, as JSON. */
  readonly input: string;
  readonly changes: readonly AuditChange[];
  /** `done`, or why not. */
  readonly outcome: string;
}

export interface AuditEntry extends AuditRecord {
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditQuery {
  /** Part of who, call, input or changes. */
  readonly text?: string;
  readonly since?: number;
  readonly until?: number;
  /** Entries older than this one. */
  readonly before?: number;
  readonly limit: number;
}

/** What age or number has cut off at the old end. */
export interface AuditCut {
  readonly sequence: number;
  readonly hash: string;
  readonly at: number;
}

export type AuditCheck =
  | { readonly isWhole: true; readonly entries: number; readonly lastHash: string }
  | { readonly isWhole: false; readonly entries: number; readonly brokenAt: number };

export interface AuditStore {
  /** Adds at the new end; cuts the old end where there is too much. */
  append(record: AuditRecord, limits: { before: number; keep: number }): Promise<void>;
  /** The newest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
  /** From the old end on. */
  listAfter(sequence: number, limit: number): Promise<readonly AuditEntry[]>;
  readCut(): Promise<AuditCut | null>;
  /** Reads all of it and computes every hash again. */
  check(): Promise<AuditCheck>;
}
