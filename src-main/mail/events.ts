/**
 * MailEvent: what happened to a message, in the words that its timeline shows.
 *
 * Actor: every stage. Flow: events that belong to a commit are handed to the store with it, so a timeline can never say
 * more or less than what is on disk; the observer hears of them after the commit.
 * Invariants: plain JSON data; no secrets, no message content.
 */
import type { FindingDetail } from '../base/finding-texts.ts';
import type { PeerCertificate } from '../protocol/connection/peer-certificate.ts';
import type { TlsDetails } from '../protocol/connection/session.ts';
import type { Verdict } from './verdict.ts';

/** Names one message for all its life: queue entry, timeline, Received header field and reply text carry it. */
export type TraceId = string;

/** What RFC 3464 §2.3 says of one recipient after an attempt; the one outcome type of queue, timeline, DSN and console. */
export interface RecipientOutcome {
  readonly kind: 'delivered' | 'relayed' | 'deferred' | 'failed';
  /** The forward-path as it was given to us. */
  readonly recipient: string;
  /** Enhanced status code, e.g. `2.1.5` (RFC 3463). */
  readonly status: string;
  /** Name of the MTA that answered; absent for local delivery. */
  readonly remoteMta?: string;
  /** Reply line or a sentence that says why. */
  readonly diagnostic: string;
  /** Set where a message was relayed to an MTA that took the sender's NOTIFY over and reports success itself (RFC 3461 §5.2.2). */
  readonly nextHopReports?: true;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** TLS with the server of an attempt. */
export interface AttemptTls {
  /** What the recipients' domain asks for, e.g. `MTA-STS, mode enforce`, `DANE, TLSA 3 1 1`, `none`. */
  readonly policy: string;
  /** null: in clear text, or not reached. */
  readonly version: string | null;
  readonly cipher: string | null;
  /** What proved the server, `WebPKI` (a known authority) or e.g. `DANE 3 1 1`; null: nothing did. */
  readonly provedBy: string | null;
  /** Why nothing did. */
  readonly problem: string | null;
  readonly certificate: PeerCertificate | null;
}

export type AnswerKind = 'vacation' | 'notification' | 'rejection' | 'scriptProblem';

export type MailEvent = Readonly<{ traceId: TraceId; at: number }> &
  Readonly<
    | {
        type: 'received';
        via: 'submission' | 'reception' | 'bounce';
        /** The transcript that shows it; absent for a message we made ourselves. */
        sessionId?: string;
        remoteAddress?: string;
        /** What the client called itself in EHLO. */
        remoteName?: string;
        /** The signed-in account's address. */
        account?: string;
        tls?: TlsDetails;
        reversePath: string;
        recipients: readonly string[];
        /** Names of the relay rules that allowed them, by the recipients' positions; absent for a message we made ourselves. */
        rules?: readonly string[];
        sizeBytes: number;
      }
    /** A repair of the MSA (RFC 6409 §8), e.g. `Date added`. */
    | { type: 'repaired'; what: readonly ('dateAdded' | 'messageIdAdded' | 'bccRemoved' | 'fromAdded')[] }
    /** What the checks found, and what came of it. */
    | ({ type: 'screened' } & Verdict)
    /** A copy is kept apart until somebody releases or deletes it; `account`: whom it is for, also elsewhere. */
    | { type: 'quarantined'; account: string; reason: FindingDetail }
    /** It left the quarantine for good; `by` is null where its time was over. */
    | { type: 'quarantineRemoved'; account: string; by: string | null }
    /** It left the quarantine: into the mailbox, or on its way as a message with a timeline of its own. */
    | { type: 'quarantineReleased'; account: string; by: string | null; followingTraceId?: TraceId }
    | { type: 'queued'; recipients: readonly string[] }
    /** An alias, a group, or what catches all turned one recipient into others. */
    | { type: 'expanded'; recipient: string; by: 'alias' | 'group' | 'catchAll'; into: readonly string[] }
    /** A moderated group: its members get the message when a moderator approves it. */
    | {
        type: 'awaitsModeration';
        recipient: string;
        group: string;
        asked: readonly string[];
        noticeTraceId: TraceId;
      }
    /** A moderator answered by mail; `decision` is null where the answer decided nothing. */
    | {
        type: 'moderationAnswered';
        group: string;
        decision: 'approve' | 'refuse' | null;
        by: string;
        heldTraceId: TraceId;
      }
    /** Rules of an account, in the words that name them. */
    | { type: 'filtered'; account: string; rules: readonly string[] }
    /** A rule of the account threw the message away. */
    | { type: 'discarded'; account: string; rule: string }
    /** It goes on to other addresses, as a message with a timeline of its own. */
    | { type: 'forwarded'; account: string; to: readonly string[]; followingTraceId: TraceId }
    /** It has been through this account before: it is kept instead of forwarded once more. */
    | { type: 'forwardingLoop'; account: string }
    /** Sent because of it: an automatic reply, a notice. */
    | {
        type: 'answered';
        account: string;
        kind: AnswerKind;
        to: readonly string[];
        followingTraceId: TraceId;
      }
    | {
        type: 'attempted';
        attempt: number;
        outcome: RecipientOutcome;
        /** Where a delivered message landed. */
        account?: string;
        mailbox?: string;
        /** The account is a shared mailbox. */
        isShared?: true;
        /** Where it was handed over to: a file, a folder, a program, another server. */
        handedTo?: string;
        /** Of the server that was asked last. */
        remoteAddress?: string;
        /** TLS with it. */
        tls?: AttemptTls;
        sessionId?: string;
      }
    /** A DSN tells the sender what became of some recipients; it has a timeline of its own. */
    | {
        type: 'bounced';
        action: 'failed' | 'delayed' | 'delivered' | 'relayed';
        recipients: readonly string[];
        to: string;
        dsnTraceId: TraceId;
      }
    /** Recipients failed and nobody is told: there is nobody (RFC 5321 §6.1), or the sender asked for silence (RFC 3461 §4.1). */
    | { type: 'unreported'; recipients: readonly string[]; why: 'nullReversePath' | 'notAsked' }
    /** Steered by an administrator: kept from further attempts, let go again, or deleted without a word to the sender. */
    | { type: 'held' | 'removed'; recipient: string; by: string }
    /** `group`: this was what its moderators were asked for. */
    | { type: 'released'; recipient: string; by: string; group?: string }
    /** Kept from attempts by a rule of the administrators, until somebody releases it. */
    | { type: 'heldByRule'; recipient: string; rule: string }
    /** An administrator chose where it goes next; null: its normal way again. */
    | { type: 'nextHopChanged'; recipient: string; nextHop: string | null; by: string }
    | { type: 'recipientChanged'; recipient: string; into: string; by: string }
    | { type: 'recipientAdded'; recipient: string; by: string }
    /** Failed by an administrator's order, before its time; a DSN tells the sender where there is one. */
    | { type: 'returned'; recipient: string; reason: string; by: string }
    /** The recipients were all dealt with and the queue entry is gone. */
    | { type: 'finished' }
    /** By its owner, or whoever may: into another mailbox, perhaps of another account. `lesson`: what the filter learns from it. */
    | {
        type: 'moved' | 'copied';
        account: string;
        mailbox: string;
        to: string;
        toAccount?: string;
        lesson?: 'junk' | 'notJunk';
      }
    /** It is in this mailbox no more. */
    | { type: 'expunged'; account: string; mailbox: string }
    /** A DSN came back for it, from another server; that is a message with a timeline of its own. */
    | {
        type: 'bouncedBack';
        action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
        recipient: string;
        status: string;
        reportingMta: string;
        diagnostic: string;
        dsnTraceId: TraceId;
      }
    /** It came to be because of another message. */
    | { type: 'follows'; as: 'forward' | 'answer' | 'dsn' | 'foreignDsn' | 'release'; originTraceId: TraceId }
    | { type: 'read'; by: 'imap' | 'pop3'; account: string; mailbox: string; sessionId?: string }
  >;

/** A recipient refused during a session, before there was any message: counted and shown, but there is no timeline. */
export interface RefusalEvent {
  readonly type: 'refused';
  readonly at: number;
  readonly via: 'submission' | 'reception';
  readonly sessionId: string;
  readonly remoteAddress: string;
  readonly reversePath: string;
  readonly recipient: string;
  /** Name of the relay rule that was asked. */
  readonly rule?: string;
  readonly reply: string;
}

export type MailEventSink = (event: MailEvent | RefusalEvent) => void;
