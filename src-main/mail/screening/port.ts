/**
 * Screening, as other stages see it: what a message is found to be, and where it goes because of it.
 *
 * Actor: MTA, MSA, MDA (RFC 5598). Flow: acceptance asks at RCPT and when the content is staged; delivery asks for each account.
 * Invariants: a verdict is a list of named findings and the one that decided; nothing is dropped: every message goes on, to
 * quarantine, or back to its client with a reply. An answer comes within a bounded time, whatever the checks depend on.
 */
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import type { MailEvent, TraceId } from '../events.ts';
import type { Verdict } from '../verdict.ts';

export type { Finding, Verdict, VerdictAction } from '../verdict.ts';

/** The SMTP client, as the checks know it. */
export interface ScreenedClient {
  readonly address: string;
  /** What it said in HELO or EHLO. */
  readonly hello: string;
  readonly isTls: boolean;
  /** Who signed in. */
  readonly account?: { readonly id: number; readonly address: string };
}

/** What is known before there is any content. */
export interface EnvelopeFacts {
  readonly origin: 'submission' | 'reception';
  readonly client: ScreenedClient;
  /** A relay rule for devices that do not sign in let it in: it is one of ours. */
  readonly isFromDevice: boolean;
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  /** Forward-paths; at RCPT the one that is asked for. */
  readonly recipients: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

export interface ScreenedMessage {
  readonly verdict: Verdict;
  /** Header fields, each ended by CRLF, that stand above the content from here on. */
  readonly prefix: string;
  /** What the client hears instead of 250; null where the message is taken. */
  readonly refusal: SmtpReply | null;
  /** For the message's timeline. */
  readonly events: readonly MailEvent[];
}

/** What acceptance asks. Neither call throws for what a message, a network or an engine is like. */
export interface MessageScreening {
  /** What stands against the recipient; null: nothing. */
  screenRecipient(facts: EnvelopeFacts): Promise<SmtpReply | null>;
  screenMessage(
    facts: EnvelopeFacts & { readonly traceId: TraceId },
    octets: MessageOctets,
  ): Promise<ScreenedMessage>;
}
