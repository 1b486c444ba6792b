/**
 * Acceptance: what submission and reception have in common: recipients checked at RCPT, the trace field, and the one place
 * where a message becomes our responsibility.
 *
 * Actor: MSA, MTA (RFC 5321 §4.2.5, §6.1). Flow: transaction → recipients → content → enqueue() → 250.
 * Invariants: 250 is answered only after enqueue() has resolved; a failing store is answered 451 and leaves nothing behind;
 * every refusal reaches the event sink.
 */
import type { Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { formatDateTime } from '../../format/date-time.ts';
import type { RecipientDsn } from '../../format/dsn-request.ts';
import { findFields } from '../../format/header-section.ts';
import type { HeaderSection } from '../../format/header-section.ts';
import { formatReceived } from '../../format/received.ts';
import type { ClientGuard } from '../../protocol/smtp/server/client-guard.ts';
import type { SmtpLimits } from '../../protocol/smtp/server/limits.ts';
import type { MailCommand, SmtpClient } from '../../protocol/smtp/server/policy.ts';
import { isPositive, replyToFailure, smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { TranscriptRecorder } from '../../protocol/connection/session.ts';
import type { Directory } from '../../directory/port.ts';
import type { MessageReceiver } from '../content/message-receiver.ts';
import type { StagedContent } from '../content/port.ts';
import type { MailEvent, MailEventSink, TraceId } from '../events.ts';
import type { MailStore } from '../mailstore/port.ts';
import type { EntryClient, MessageQueue } from '../queue/port.ts';
import type { Router } from '../routing/port.ts';
import type { RuleBook } from '../routing/relay-rules/port.ts';
import type { ScreenedMessage } from '../screening/port.ts';
import type { ScreeningStep } from './screening-step.ts';

/** What both services are made of. */
export interface AcceptanceOptions {
  readonly directory: Directory;
  readonly router: Router;
  readonly ruleBook: RuleBook;
  readonly queue: MessageQueue;
  /** What judges messages on their way in; absent: nothing does. */
  readonly screening?: ScreeningStep;
  /** What accounts keep already. */
  readonly mailStore: Pick<MailStore, 'listMailboxes'>;
  readonly receiver: MessageReceiver;
  readonly transcripts: TranscriptRecorder;
  readonly events: MailEventSink;
  readonly clock: Clock;
  readonly makeId: MakeId;
  /** The name this server gives itself. */
  readonly hostname: () => string;
  /** Whether the disk has room for another message. */
  readonly hasRoom: () => boolean;
  readonly limits?: Partial<SmtpLimits>;
  /** What binds strangers; absent: nothing does. */
  readonly guard?: ClientGuard;
  /** Who may say XCLIENT; absent: nobody. */
  readonly maySayXclient?: (address: string) => boolean;
  readonly logger: Logger;
}

/** RFC 5321 §6.3: the threshold is to be large, at least 100. */
const MAX_HOPS = 100;

const NOT_STORED = smtpReply(451, '4.3.0', 'The message could not be stored, try again later');

/** What is known of a message while its content arrives. */
export interface Envelope {
  readonly origin: 'submission' | 'reception';
  readonly client: SmtpClient;
  readonly mail: MailCommand;
  /** Forward-paths as they were given. */
  readonly recipients: readonly string[];
  /** What was asked of DSNs, by the recipients' positions. */
  readonly recipientDsn: Readonly<Record<number, RecipientDsn>>;
  /** Names of the relay rules that allowed them, by the recipients' positions. */
  readonly rules: readonly string[];
  /** A rule for devices that do not sign in allowed one of them. */
  readonly isFromDevice: boolean;
}

/** The trace field of this message, for the top of its header section. */
export function makeTraceField(options: AcceptanceOptions, envelope: Envelope, traceId: TraceId): Uint8Array {
  const { client, mail, recipients } = envelope;
  const field = formatReceived({
    ...client,
    isSignedIn: client.identity !== undefined,
    smtpUtf8: mail.smtpUtf8,
    hostname: options.hostname(),
    id: traceId,
    recipients,
    date: formatDateTime(options.clock.now()),
  });
  return Buffer.from(field);
}

/** Refuses a message that goes in circles. */
export function checkHops(section: HeaderSection): Result<void, SmtpReply> {
  const hops = findFields(section, 'received').length;
  if (hops < MAX_HOPS) return ok(undefined);
  const text = `The message has passed ${hops} servers; it seems to go in circles`;
  return err(smtpReply(554, '5.4.6', text));
}

/** A message that may come in. */
export interface AcceptedMessage {
  readonly traceId: TraceId;
  readonly content: StagedContent;
  /** What was done to it on its way in. */
  readonly repairs: readonly MailEvent[];
  /** What screening says; null where nobody screens. */
  readonly screened: ScreenedMessage | null;
}

/** Enqueues the message and answers the client. */
export async function acceptMessage(
  options: AcceptanceOptions,
  envelope: Envelope,
  { traceId, content, repairs, screened }: AcceptedMessage,
): Promise<SmtpReply> {
  const receivedAt = options.clock.now();
  const { client, mail, recipients, recipientDsn } = envelope;
  try {
    await options.queue.enqueue({
      id: traceId,
      content,
      reversePath: mail.reversePath.text,
      receivedAt,
      origin: envelope.origin,
      client: entryClientOf(client),
      smtpUtf8: mail.smtpUtf8,
      ...(mail.body === '8BITMIME' && { isEightBit: true }),
      ...(mail.requireTls === true && { requireTls: true }),
      recipients,
      recipientDsn,
      ...(screened !== null && { prefix: screened.prefix, verdict: screened.verdict }),
      ...(mail.dsn !== undefined && { dsn: mail.dsn }),
      events: [
        receivedEvent(envelope, { traceId, at: receivedAt, sizeBytes: content.sizeBytes }),
        ...repairs,
        ...(screened?.events ?? []),
        { type: 'queued', traceId, at: receivedAt, recipients },
      ],
    });
  } catch (error) {
    options.logger.error('A message could not be queued', { traceId, error });
    await options.receiver.discard(content);
    return replyToFailure(error, NOT_STORED);
  }
  return smtpReply(250, '2.0.0', `Ok: queued as ${traceId}`);
}

/** What the queue remembers of the client. */
export function entryClientOf({ remoteAddress, identity }: SmtpClient): EntryClient {
  return { address: remoteAddress, ...(identity !== undefined && { account: identity.address }) };
}

function receivedEvent(
  envelope: Envelope,
  facts: { traceId: TraceId; at: number; sizeBytes: number },
): MailEvent {
  const { client, mail, origin, recipients, rules } = envelope;
  return {
    ...facts,
    type: 'received',
    via: origin,
    sessionId: client.sessionId,
    remoteAddress: client.remoteAddress,
    remoteName: client.remoteName,
    ...(client.identity === undefined ? {} : { account: client.identity.address }),
    ...(client.tls === undefined ? {} : { tls: client.tls }),
    reversePath: mail.reversePath.text,
    recipients,
    rules,
  };
}

/** Tells the event sink where the reply refuses something for good or for now; returns the reply. */
export function reportRefusal(
  options: AcceptanceOptions,
  facts: Pick<Envelope, 'origin' | 'client' | 'mail'> & { recipient: string; rule?: string },
  reply: SmtpReply,
): SmtpReply {
  if (isPositive(reply)) return reply;
  const { client, origin, mail, recipient, rule } = facts;
  const text = typeof reply.text === 'string' ? reply.text : reply.text.join(' ');
  options.events({
    type: 'refused',
    at: options.clock.now(),
    via: origin,
    sessionId: client.sessionId,
    remoteAddress: client.remoteAddress,
    reversePath: mail.reversePath.text,
    recipient,
    ...(rule !== undefined && { rule }),
    reply: [reply.code, reply.enhanced, text].filter((part) => part !== null).join(' '),
  });
  return reply;
}
