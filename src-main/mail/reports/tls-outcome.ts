/** What became of TLS on the way to another domain's server, in the words of RFC 8460 §4.3, §4.4. */
import type { TlsFailure } from '../../protocol/connection/peer-certificate.ts';

/** The policy that was to be obeyed. */
export interface TlsOutcomePolicy {
  readonly type: 'sts' | 'tlsa' | 'no-policy-found';
  /** Its lines, or its records. */
  readonly lines: readonly string[];
  /** Of an MTA-STS policy. */
  readonly mxHosts: readonly string[];
}

export interface TlsOutcome {
  /** The recipients' domain. */
  readonly domain: string;
  readonly policy: TlsOutcomePolicy;
  /** Empty where no host was tried. */
  readonly receivingMx: string;
  readonly receivingAddress: string;
  readonly result: 'success' | TlsFailure;
  /** More about a failure, for people; empty where there is none. */
  readonly reason: string;
}
