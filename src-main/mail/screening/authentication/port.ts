/**
 * Authentication: what can be proved of who sent a message, and what its author's domain asks to be done where nothing can.
 *
 * RFC 7208 (SPF), RFC 6376 with 8301 and 8463 (DKIM), RFC 9989 (DMARC; `pct` as RFC 7489 has it), RFC 8617 (ARC), RFC 8601
 * (Authentication-Results). Actor: MTA. Flow: reception, content staged → authenticate() → screening's policy, DMARC reports.
 * Invariants: "nobody could say" (temperror) is never told as "there is nothing" (none) or "it is wrong" (permerror, fail):
 * only the latter may cost a message its way. Every result carries its reason, a sentence for people without its full stop.
 * Time and memory are bounded whatever DNS and the message are like; authenticate() does not throw for either.
 */

import type {
  ArcFinding,
  DkimFinding,
  DmarcFinding,
  ReadableOctets,
  SpfFinding,
} from '../../../protocol/authentication/findings.ts';

export type {
  ArcFinding,
  ArcSet,
  DkimFinding,
  DkimResult,
  DmarcFinding,
  DmarcPolicy,
  DmarcRecord,
  ReadableOctets,
  SpfFinding,
  SpfResult,
  SpfStep,
} from '../../../protocol/authentication/findings.ts';

export interface AuthenticationOutcome {
  readonly spf: { readonly helo: SpfFinding; readonly mailFrom: SpfFinding };
  /** From the top; empty: the message is not signed. */
  readonly dkim: readonly DkimFinding[];
  readonly dmarc: DmarcFinding;
  readonly arc: ArcFinding;
  /** The whole Authentication-Results field, folded, ended by CRLF. */
  readonly field: string;
}

/** What is known of a message apart from its content. */
export interface AuthenticationFacts {
  /** The SMTP client's. */
  readonly remoteAddress: string;
  /** What it said in HELO or EHLO. */
  readonly remoteName: string;
  /** `local-part@domain`, empty for the null reverse-path. */
  readonly reversePath: string;
}

export interface MessageAuthenticator {
  authenticate(facts: AuthenticationFacts, octets: ReadableOctets): Promise<AuthenticationOutcome>;
}
