/**
 * Transaction: what is sent and what came of it, recipient by recipient.
 *
 * RFC 5321 §3.3, RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 3461 (DSN).
 */
import { domainToAscii } from '../../../format/domain.ts';
import {
  encodeXtext,
  formatNotify,
  formatOriginalRecipient,
  type MessageDsn,
  type RecipientDsn,
} from '../../../format/dsn-request.ts';
import type { SevenBitForm } from '../../../format/seven-bit-message.ts';
import type { DeliveryObserver } from './delivery-observer.ts';
import type { Extensions } from './extensions.ts';
import type { SessionProblem } from './problem.ts';
import { describeReply, isAccepted, statusOf, type ServerReply } from './reply.ts';

export interface OutgoingRecipient {
  /** Without angle brackets. */
  readonly address: string;
  /** What the sender asked of DSNs; passed on to a server that knows them. */
  readonly dsn?: RecipientDsn;
}

export interface OutgoingMessage {
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  readonly dsn?: MessageDsn;
  /** At most MAX_TRANSACTION_RECIPIENTS. */
  readonly recipients: readonly OutgoingRecipient[];
  /** Of the content, before dot-stuffing. */
  readonly sizeOctets: number;
  /** Whether the header section holds octets beyond ASCII (RFC 6532). */
  readonly hasUtf8Header: boolean;
  /** To travel over TLS to servers that promise the same, or not at all (RFC 8689). */
  readonly requireTls?: true;
  /** How it may go to a server without 8BITMIME; absent: as it is. */
  readonly sevenBitForm?: () => Promise<SevenBitForm>;
  readonly observer?: DeliveryObserver;
  /** Opens the content anew. */
  content(): AsyncIterable<Uint8Array>;
}

/** A message without what it holds. */
export type Envelope = Omit<OutgoingMessage, 'content' | 'sevenBitForm' | 'observer'>;

/** What the server said of one recipient. */
export interface RecipientVerdict {
  readonly kind: 'relayed' | 'deferred' | 'failed';
  readonly status: string;
  readonly diagnostic: string;
  /** Relayed to a server that knows DSNs: it reports success itself (RFC 3461 §5.2.2). */
  readonly nextHopReports?: true;
}

export interface TransactionResult {
  /** In the order of the recipients; null where the server has not decided: it may be asked again, or another one. */
  readonly verdicts: readonly (RecipientVerdict | null)[];
  /** Why the session is over, where it is. */
  readonly problem: SessionProblem | null;
}

/** What a reply other than the hoped for means for a recipient. */
export function refusalOf(reply: ServerReply): RecipientVerdict {
  if (reply.code >= 500) return { kind: 'failed', status: statusOf(reply), diagnostic: describeReply(reply) };
  const status = reply.code >= 400 ? statusOf(reply) : '4.5.0';
  return { kind: 'deferred', status, diagnostic: describeReply(reply) };
}

/** RFC 5321 §4.2.5: only 2yz after the content hands the responsibility over. */
export function verdictOf(reply: ServerReply, extensions: Extensions): RecipientVerdict {
  if (!isAccepted(reply)) return refusalOf(reply);
  const verdict = { kind: 'relayed', status: statusOf(reply), diagnostic: describeReply(reply) } as const;
  return extensions.dsn ? { ...verdict, nextHopReports: true } : verdict;
}

/** A reason not to begin the transaction at all with this server. */
export function findRefusal(message: OutgoingMessage, extensions: Extensions): RecipientVerdict | null {
  const most = extensions.size?.maxOctets ?? null;
  if (most !== null && message.sizeOctets > most) {
    const diagnostic = `The message has ${message.sizeOctets} octets; the host takes ${most}`;
    return { kind: 'failed', status: '5.3.4', diagnostic };
  }
  const needsUtf8 = message.hasUtf8Header || hasUtf8LocalPart(message.reversePath);
  return needsUtf8 && !extensions.smtpUtf8 ? UTF8_NOT_SUPPORTED : null;
}

/** A reason not to send this message over this session, though another host might do. */
export function findSessionProblem(
  message: OutgoingMessage,
  session: { readonly isVerified: boolean; readonly extensions: Extensions },
): SessionProblem | null {
  if (message.requireTls !== true || (session.isVerified && session.extensions.requireTls)) return null;
  // RFC 8689 §4.2.1
  const diagnostic = 'The message requires TLS all the way (REQUIRETLS), and the host does not support that';
  return { isPermanent: true, status: '5.7.30', diagnostic };
}

/**
 * The message as this server may have it; null where it cannot be made so. RFC 6152 §3: a server without 8BITMIME is never sent
 * 8-bit content. It is converted only then, since that breaks signatures of its sender's side.
 */
export async function fitToServer(
  message: OutgoingMessage,
  extensions: Extensions,
): Promise<OutgoingMessage | null> {
  if (extensions.eightBitMime || message.sevenBitForm === undefined) return message;
  const form = await message.sevenBitForm();
  switch (form.kind) {
    case 'same':
      return message;
    case 'impossible':
      return null;
    case 'converted': {
      let sizeOctets = 0;
      for await (const piece of form.content()) sizeOctets += piece.length;
      return { ...message, sizeOctets, content: () => form.content() };
    }
  }
}

/** RFC 3463 §3.7: X.6.3, conversion required but not supported. */
export const NOT_CONVERTIBLE: RecipientVerdict = {
  kind: 'failed',
  status: '5.6.3',
  diagnostic:
    'The host takes no 8-bit content (8BITMIME), and the message cannot be converted without damage',
};

/** RFC 6531 §3.5, §3.7.4: mail is never changed to fit a server that does not know SMTPUTF8. */
const UTF8_NOT_SUPPORTED: RecipientVerdict = {
  kind: 'failed',
  status: '5.6.7',
  diagnostic: 'The message needs internationalized mail (SMTPUTF8), and the host does not know it',
};

export function findRecipientRefusal(address: string, extensions: Extensions): RecipientVerdict | null {
  return hasUtf8LocalPart(address) && !extensions.smtpUtf8 ? UTF8_NOT_SUPPORTED : null;
}

export function formatMailCommand(message: Envelope, extensions: Extensions): string {
  const parameters = [`FROM:<${wireAddress(message.reversePath, extensions)}>`];
  if (extensions.size !== null) parameters.push(`SIZE=${message.sizeOctets}`);
  if (extensions.eightBitMime) parameters.push('BODY=8BITMIME');
  if (message.requireTls === true) parameters.push('REQUIRETLS');
  if (usesUtf8(message, extensions)) parameters.push('SMTPUTF8');
  if (extensions.dsn) parameters.push(...formatMessageDsn(message.dsn ?? {}));
  return `MAIL ${parameters.join(' ')}`;
}

export function formatRcptCommand(recipient: OutgoingRecipient, extensions: Extensions): string {
  const { address, dsn = {} } = recipient;
  const parameters = [`TO:<${wireAddress(address, extensions)}>`];
  if (extensions.dsn && dsn.notify !== undefined) parameters.push(`NOTIFY=${formatNotify(dsn.notify)}`);
  if (extensions.dsn && dsn.originalRecipient !== undefined) {
    const allowUtf8 = extensions.smtpUtf8 && NON_ASCII.test(address);
    parameters.push(`ORCPT=${formatOriginalRecipient(dsn.originalRecipient, { allowUtf8 })}`);
  }
  return `RCPT ${parameters.join(' ')}`;
}

function formatMessageDsn({ returns, envelopeId }: MessageDsn): string[] {
  return [
    ...(returns === undefined ? [] : [`RET=${returns === 'full' ? 'FULL' : 'HDRS'}`]),
    ...(envelopeId === undefined ? [] : [`ENVID=${encodeXtext(envelopeId)}`]),
  ];
}

function usesUtf8({ reversePath, recipients, hasUtf8Header }: Envelope, extensions: Extensions): boolean {
  const addresses = [reversePath, ...recipients.map(({ address }) => address)];
  const needsUtf8 = hasUtf8Header || addresses.some((address) => NON_ASCII.test(address));
  return extensions.smtpUtf8 && needsUtf8;
}

const NON_ASCII = /[^\x00-\x7f]/u;

function hasUtf8LocalPart(address: string): boolean {
  return NON_ASCII.test(address.slice(0, address.lastIndexOf('@')));
}

/** RFC 6531 §3.2: a domain may always be written with A-labels, and must be where the server does not know SMTPUTF8. */
function wireAddress(address: string, extensions: Extensions): string {
  if (extensions.smtpUtf8 || !NON_ASCII.test(address)) return address;
  const at = address.lastIndexOf('@');
  const ascii = domainToAscii(address.slice(at + 1));
  return ascii.ok ? `${address.slice(0, at + 1)}${ascii.value}` : address;
}
