/**
 * Verdict: what a message was found to be; the words that screening, the queue, delivery and the console share.
 *
 * Invariants: plain JSON data; no message content.
 */
import type { FindingDetail } from '../base/finding-texts.ts';

export type VerdictAction = 'accept' | 'junk' | 'quarantine' | 'reject' | 'defer';

export interface Finding {
  /** Name of the check, e.g. `hello`. */
  readonly check: string;
  /** What it found, e.g. `notFullyQualified`. */
  readonly outcome: string;
  /** Points of junk; negative speaks for the message. */
  readonly weight: number;
  /** What it rests on. */
  readonly detail: FindingDetail;
}

export interface Verdict {
  readonly action: VerdictAction;
  readonly score: number;
  readonly findings: readonly Finding[];
  /** `check.outcome` of the finding that decided, or `score`. */
  readonly decidedBy: string;
  /** The author's domain, where DMARC proves it, or SPF or DKIM that fit. */
  readonly provenDomain?: string;
}
