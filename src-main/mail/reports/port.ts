/**
 * Reports: what other servers tell us of mail in our name (DMARC) and of TLS to us (TLS-RPT), and what we tell them.
 *
 * RFC 9990 and RFC 7489 appendix C (DMARC aggregate reports), RFC 8460 (TLS-RPT). Flow in: reception → report intake → store →
 * console; out: authentication and relay → counts → store → once a day a message to each domain that asks.
 * Invariants: a report is evidence by a stranger: it is shown, and nothing is decided by it. Its mail stays in the mailbox.
 */
import type { Subscribe } from '../../base/emitter.ts';
import type { DmarcPolicy } from '../../protocol/authentication/findings.ts';

/** Counts of one source of mail in a domain's name, from one report. */
export interface DmarcRow {
  readonly sourceAddress: string;
  readonly count: number;
  /** What the reporter did with it. */
  readonly disposition: DmarcPolicy;
  /** Aligned results. */
  readonly isDkimAligned: boolean;
  readonly isSpfAligned: boolean;
  readonly headerFrom: string;
  readonly envelopeFrom: string;
  /** Why the policy was not followed, as the reporter calls it; empty: it was. */
  readonly overrides: readonly string[];
  readonly dkim: readonly { readonly domain: string; readonly selector: string; readonly result: string }[];
  readonly spf: readonly { readonly domain: string; readonly result: string }[];
}

export interface DmarcReport {
  /** Who says so. */
  readonly reporter: string;
  readonly reportId: string;
  /** Milliseconds since 1970 UTC. */
  readonly begin: number;
  readonly end: number;
  /** Whose mail it is about. */
  readonly domain: string;
  /** The policy that the reporter saw, e.g. `p=none; sp=none; pct=100`. */
  readonly policy: string;
  readonly rows: readonly DmarcRow[];
}

export interface TlsFailure {
  /** RFC 8460 §4.3, e.g. `certificate-expired`. */
  readonly resultType: string;
  readonly sendingMta: string;
  readonly receivingMx: string;
  readonly sessions: number;
  readonly detail: string;
}

/** What one report says of one policy. */
export interface TlsReport {
  readonly reporter: string;
  readonly reportId: string;
  readonly begin: number;
  readonly end: number;
  readonly domain: string;
  /** `sts`, `tlsa` or `no-policy-found`. */
  readonly policyType: string;
  readonly successes: number;
  readonly failures: number;
  readonly details: readonly TlsFailure[];
}

/** How a report came. */
export interface ReportReceipt {
  readonly receivedAt: number;
  /** Whether its mail was proved to be from its author (DMARC). */
  readonly isProved: boolean;
}

export interface ReportQuery {
  /** null: all of ours. */
  readonly domain: string | null;
  /** Reports that end after this time, in milliseconds since 1970 UTC. */
  readonly since: number;
}

/** Who says so. */
export interface Reporter {
  readonly name: string;
  readonly reports: number;
  /** Whether the mail of all its reports was proved to be from its author: anybody can write a report. */
  readonly isProved: boolean;
}

export interface DmarcSummary {
  readonly reports: number;
  readonly lastReceivedAt: number | null;
  /** UTC days, oldest first; those without mail are left out. */
  readonly days: readonly { readonly day: number; readonly passed: number; readonly failed: number }[];
  /** Most mail first. */
  readonly sources: readonly DmarcSource[];
  readonly reporters: readonly (Reporter & { readonly messages: number })[];
}

/** Who sends in our name. */
export interface DmarcSource {
  readonly address: string;
  readonly domain: string;
  readonly messages: number;
  readonly passed: number;
  readonly isDkimAligned: boolean;
  readonly isSpfAligned: boolean;
  /** Domains that its signatures and its envelope name. */
  readonly names: readonly string[];
  readonly quarantined: number;
  readonly rejected: number;
}

export interface TlsSummary {
  readonly reports: number;
  readonly lastReceivedAt: number | null;
  readonly days: readonly { readonly day: number; readonly succeeded: number; readonly failed: number }[];
  readonly failures: readonly {
    readonly domain: string;
    readonly resultType: string;
    readonly receivingMx: string;
    readonly sessions: number;
    readonly reporters: readonly string[];
    readonly detail: string;
  }[];
  readonly reporters: readonly (Reporter & { readonly sessions: number })[];
}

/** Something that is counted until it is reported: JSON texts, so that equal ones are one row. */
export interface ReportCount {
  readonly kind: 'dmarc' | 'tls';
  /** Start of the UTC day. */
  readonly day: number;
  /** Whom the report goes to: the domain whose policy asks for it. */
  readonly domain: string;
  /** What all rows of one report have in common. */
  readonly policy: string;
  readonly result: string;
  readonly count: number;
}

export interface ReportKey {
  readonly kind: ReportCount['kind'];
  readonly day: number;
  readonly domain: string;
}

/** Storage implements it. */
export interface ReportStore {
  /** One that is there already (same reporter, id and domain) is not counted twice. */
  addDmarc(report: DmarcReport, receipt: ReportReceipt): Promise<void>;
  addTls(reports: readonly TlsReport[], receipt: ReportReceipt): Promise<void>;
  summarizeDmarc(query: ReportQuery): Promise<DmarcSummary>;
  summarizeTls(query: ReportQuery): Promise<TlsSummary>;
  /** Adds to what is counted of these already. */
  count(counts: readonly ReportCount[]): Promise<void>;
  /** Days before `before` of which something waits to be reported. */
  pending(before: number): Promise<readonly ReportKey[]>;
  counts(key: ReportKey, limit: number): Promise<readonly ReportCount[]>;
  /** It has been reported, or nobody wants it. */
  forget(key: ReportKey): Promise<void>;
  /** Forgets received reports that ended before. */
  prune(endedBefore: number): Promise<void>;
  readonly onChange: Subscribe<void>;
}
