/**
 * ReportCounts: what is to be reported to others, counted in memory and written once a minute.
 *
 * RFC 7489 §7.2, RFC 8460 §4. Flow: authentication, relay → here → store. Invariants: equal results are one count, so a flood of forged
 * mail costs one row; a crash loses a minute of statistics, and never a message.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import type { AuthenticationOutcome } from '../screening/authentication/port.ts';
import type { DmarcPolicy } from '../../protocol/authentication/findings.ts';
import { MAX_PENDING_COUNTS } from './limits.ts';
import type { ReportCount, ReportStore } from './port.ts';
import type { TlsOutcome } from './tls-outcome.ts';

const FLUSH_MS = 60_000;
export const DAY_MS = 24 * 60 * 60_000;

/** A message whose author was judged. */
export interface JudgedMessage {
  readonly clientAddress: string;
  readonly reversePath: string;
  readonly outcome: AuthenticationOutcome;
  /** What was done because of DMARC. */
  readonly applied: DmarcPolicy;
}

/** What the policy asked for, as all rows of a report share it. */
export interface CountedPolicy {
  /** The record. */
  readonly text: string;
  readonly reportUris: readonly string[];
}

/** One row of a report, without its count. */
export interface CountedDmarc {
  readonly source: string;
  readonly disposition: DmarcPolicy;
  /** Why it is not what was asked for; empty: it is. */
  readonly override: '' | 'sampled_out' | 'local_policy' | 'policy_test_mode';
  readonly isDkimAligned: boolean;
  readonly isSpfAligned: boolean;
  readonly headerFrom: string;
  readonly envelopeFrom: string;
  readonly dkim: readonly { readonly domain: string; readonly selector: string; readonly result: string }[];
  readonly spf: { readonly domain: string; readonly scope: string; readonly result: string };
}

/** One kind of session of a TLS report. */
export type CountedTls = Omit<TlsOutcome, 'domain' | 'policy'>;

export interface ReportCountsOptions {
  readonly store: Pick<ReportStore, 'count'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export class ReportCounts {
  readonly #options: ReportCountsOptions;
  #pending = new Map<string, { readonly first: Omit<ReportCount, 'count'>; count: number }>();
  #cancel: Cancel | null = null;

  constructor(options: ReportCountsOptions) {
    this.#options = options;
  }

  /** Counts only what somebody asks to hear of. */
  recordJudged({ clientAddress, reversePath, outcome, applied }: JudgedMessage): void {
    const { dmarc, dkim, spf } = outcome;
    const { record } = dmarc;
    if (record === undefined || record.reportUris.length === 0) return;
    if (dmarc.result !== 'pass' && dmarc.result !== 'fail') return;
    const result: CountedDmarc = {
      source: clientAddress,
      disposition: applied,
      override: overrideOf(outcome, applied),
      isDkimAligned: dmarc.isDkimAligned,
      isSpfAligned: dmarc.isSpfAligned,
      headerFrom: dmarc.domain,
      envelopeFrom: reversePath.slice(reversePath.lastIndexOf('@') + 1).toLowerCase(),
      dkim: dkim.map(({ domain, selector, result: found }) => ({ domain, selector, result: found })),
      spf: {
        domain: spf.mailFrom.domain,
        scope: spf.mailFrom.identity === 'helo' ? 'helo' : 'mfrom',
        result: spf.mailFrom.result,
      },
    };
    const policy: CountedPolicy = { text: record.text, reportUris: record.reportUris };
    this.#add({
      kind: 'dmarc',
      domain: record.domain,
      policy: JSON.stringify(policy),
      result: JSON.stringify(result),
    });
  }

  /** A session that relay opened, or could not open as it wanted. */
  recordTls({ domain, policy, ...outcome }: TlsOutcome): void {
    this.#add({ kind: 'tls', domain, policy: JSON.stringify(policy), result: JSON.stringify(outcome) });
  }

  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    const counts = Array.from(this.#pending.values(), ({ first, count }) => ({ ...first, count }));
    this.#pending = new Map();
    if (counts.length > 0) await this.#options.store.count(counts);
  }

  #add(count: Omit<ReportCount, 'count' | 'day'>): void {
    const now = this.#options.clock.now();
    const first = { ...count, day: now - (now % DAY_MS) };
    const key = JSON.stringify(first);
    const known = this.#pending.get(key);
    if (known !== undefined) known.count++;
    else if (this.#pending.size < MAX_PENDING_COUNTS) this.#pending.set(key, { first, count: 1 });
    this.#cancel ??= this.#options.clock.after(
      FLUSH_MS,
      () => void this.flush().catch(this.#options.onError),
    );
  }
}

/** RFC 7489 appendix C (PolicyOverrideType); t= is RFC 9990's. */
function overrideOf({ dmarc }: AuthenticationOutcome, applied: DmarcPolicy): CountedDmarc['override'] {
  if (dmarc.result === 'pass' || applied === dmarc.policy?.asks) return '';
  if (applied !== dmarc.disposition) return 'local_policy';
  return dmarc.eased === 'sampledOut' ? 'sampled_out' : 'policy_test_mode';
}
