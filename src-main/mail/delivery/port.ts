/**
 * Delivery, as other stages see it: what a filter makes of a message that has arrived for an account.
 *
 * Actor: MDA (RFC 5598). Flow: courier → AccountFilter (the account's rules) → deposits, forwarded copies, replies → one commit.
 * Invariants: a filter never loses a message: where nothing else becomes of it, it is kept; whatever is thrown away was said so
 * by a rule that the result names. A filter changes nothing itself: all that follows from it is in its result.
 */
import type { Account } from '../../directory/port.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { StagedContent } from '../content/port.ts';
import type { AnswerKind } from '../events.ts';
import type { DeliveryMark, QueueEntry } from '../queue/port.ts';
import type { Verdict } from '../verdict.ts';

export interface FilterRequest {
  readonly entry: QueueEntry;
  readonly account: Account;
  /** The forward-path that led to the account, as it was given. */
  readonly recipient: string;
  /** Header fields of this copy above the content, each ended by CRLF; the message is `prefix` followed by `octets`. */
  readonly prefix: string;
  readonly octets: MessageOctets;
  /** As it counts for this account. */
  readonly verdict?: Verdict;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Where a copy goes. */
export interface FiledCopy {
  readonly mailbox: string;
  readonly flags: readonly string[];
  /** Make the mailbox where it does not exist; otherwise the copy goes to INBOX. */
  readonly mayCreate: boolean;
  /** The copy's own octets, prefix and all; absent: the message as it came. */
  readonly content?: StagedContent;
}

export interface FilterMark extends Omit<DeliveryMark, 'accountId'> {
  /** It stands for all accounts. */
  readonly isOfOffice?: true;
}

/** A copy that goes on to other addresses. */
export interface RedirectedCopy {
  readonly to: readonly string[];
  /** The copy's own octets, prefix and all, as they were when the rule sent it on; absent: the message as it came. */
  readonly content?: StagedContent;
}

/** A message that the filter sends: an automatic reply, a notice, a disposition notification. */
export interface FilterMessage {
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  /** The whole message: lines that end with CRLF. */
  readonly octets: Uint8Array;
  readonly smtpUtf8: boolean;
  readonly kind: AnswerKind;
}

export interface FilterRefusal {
  /** What the sender is told. */
  readonly text: string;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
}

export interface FilterResult {
  /** In the order of the rules; empty where nothing is kept here. */
  readonly copies: readonly FiledCopy[];
  /** In the order of the rules; an address is in one of them. */
  readonly redirects: readonly RedirectedCopy[];
  /** The sender is told in a DSN that the message was refused. */
  readonly refusal?: FilterRefusal;
  /** What threw the message away, for its timeline; only where there is no copy, redirect or refusal. */
  readonly discardedBy?: string;
  readonly messages: readonly FilterMessage[];
  /** Remembered with the delivery. */
  readonly marks: readonly FilterMark[];
  /** What the rules did, in plain words, for the timeline. */
  readonly rules: readonly string[];
}

/** Never rejects for what a message or a rule is like. */
export interface AccountFilter {
  /** Whether anything could become of a message but INBOX; cheap, asked for every copy. */
  hasRules(account: Account): Promise<boolean>;
  filter(request: FilterRequest): Promise<FilterResult>;
}

/** Kept as it is, for accounts without rules. */
export const KEPT: FilterResult = {
  copies: [{ mailbox: 'INBOX', flags: [], mayCreate: false }],
  redirects: [],
  messages: [],
  marks: [],
  rules: [],
};

/** What a message is to an account: its own experience counts besides what screening found. */
export interface AccountJudge {
  judge(entry: QueueEntry, account: Account): Promise<Verdict | undefined>;
}

/** What was done for an account lately. */
export interface DeliveryMarks {
  hasMark(mark: Omit<DeliveryMark, 'expiresAt'>, now: number): Promise<boolean>;
}
