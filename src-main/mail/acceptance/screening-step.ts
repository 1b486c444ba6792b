/**
 * Where submission and reception ask screening: at RCPT about a recipient, and when the content is staged about the message.
 *
 * Flow: AcceptingTransaction → here → MessageScreening. Invariants: what screening refuses is never queued.
 */
import type { MessageOctets } from '../content/message-octets.ts';
import type { StagedContent } from '../content/port.ts';
import type { TraceId } from '../events.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpClient } from '../../protocol/smtp/server/policy.ts';
import type { EnvelopeFacts, MessageScreening, ScreenedMessage } from '../screening/port.ts';
import type { Envelope } from './acceptance.ts';

export interface ScreeningStep extends MessageScreening {
  /** The octets of a content that waits for its commit. */
  octetsOf(content: StagedContent): MessageOctets;
}

interface StepOptions {
  readonly screening?: ScreeningStep;
  readonly clock: { now(): number };
}

/** What is known of a transaction so far. */
export type KnownEnvelope = Pick<Envelope, 'origin' | 'client' | 'mail' | 'recipients' | 'isFromDevice'>;

/** What stands against the recipients of `envelope`, each on its own; null: nothing. */
export async function screenRecipient(
  { screening, clock }: StepOptions,
  envelope: KnownEnvelope,
): Promise<SmtpReply | null> {
  return screening === undefined ? null : screening.screenRecipient(toFacts(envelope, clock.now()));
}

/** Null where nobody screens. */
export async function screenContent(
  { screening, clock }: StepOptions,
  envelope: KnownEnvelope,
  { traceId, content }: { traceId: TraceId; content: StagedContent },
): Promise<ScreenedMessage | null> {
  if (screening === undefined) return null;
  const facts = { ...toFacts(envelope, clock.now()), traceId };
  return screening.screenMessage(facts, screening.octetsOf(content));
}

function toFacts(
  { origin, client, mail, recipients, isFromDevice }: KnownEnvelope,
  at: number,
): EnvelopeFacts {
  const reversePath = mail.reversePath.text;
  return { origin, client: toScreenedClient(client), isFromDevice, reversePath, recipients, at };
}

function toScreenedClient({ remoteAddress, remoteName, tls, identity }: SmtpClient): EnvelopeFacts['client'] {
  return {
    address: remoteAddress,
    hello: remoteName,
    isTls: tls !== undefined,
    ...(identity !== undefined && { account: { id: identity.id, address: identity.address } }),
  };
}
