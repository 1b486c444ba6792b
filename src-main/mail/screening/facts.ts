/**
 * What checks are told of a message, and what they find.
 *
 * Flow: acceptance → facts → checks → findings → decide(). Invariants: a check never throws for what a message or a network is
 * like; what it could not find out is a finding of its own (`couldNotDetermine`), never "clean" and never "bad".
 */
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { TraceId } from '../events.ts';
import type { EnvelopeFacts, Finding, VerdictAction } from './port.ts';
import type { MessageText } from './content/message-text.ts';
import type { MessageOctets } from '../content/message-octets.ts';

export interface MessageFacts extends EnvelopeFacts {
  readonly traceId: TraceId;
  readonly octets: MessageOctets;
  /** Header fields and the decoded texts; read once for all checks. */
  readonly text: () => Promise<MessageText>;
}

/** A finding that may settle the matter by itself. */
export interface CheckFinding extends Omit<Finding, 'weight'> {
  /** Where the check knows it better than the table of weights. */
  readonly weight?: number;
  readonly decides?: Decision;
  /** The author's domain, where the check proves it. */
  readonly provenDomain?: string;
  /** Header fields that the check asks for, each ended by CRLF. */
  readonly fields?: string;
}

export interface Decision {
  readonly action: VerdictAction;
  /** Who has the last word: the lowest rank. */
  readonly rank: number;
  /** What the client hears of it, where the check knows better words. */
  readonly reply?: SmtpReply;
}

/** Whose word counts before whose. */
export const RANK = {
  /** Malicious content; no allow list lets it in. */
  virus: 0,
  /** The check that policy does not want to go without gave no answer. */
  unavailable: 1,
  /** Rules, in their order; and what is allowed or blocked by name. */
  rule: 10,
  /** Lists of senders; below the rules that administrators wrote. */
  blocked: 999,
  attachment: 1000,
  /** What the author's domain asks for (DMARC). */
  authentication: 1001,
  engine: 1002,
  /** Whom a list lets in: moves what points decided, nothing else. */
  allowed: 1003,
} as const;

export interface MessageCheck {
  /** Stands in headers and in the table of weights. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Whether the message is one for it; a check that is switched off applies to none. */
  applies(facts: MessageFacts): boolean;
  run(facts: MessageFacts): Promise<readonly CheckFinding[]>;
  /** What it means that it gave no answer in its time; nothing where it is left out. */
  readonly whenUnavailable?: () => CheckFinding;
}
