/**
 * SmtpPolicy: what the SMTP engine asks of the stage behind it. The engine knows the RFCs, the policy knows whose mail it is.
 *
 * Flow: MAIL → beginTransaction(), each RCPT → addRecipient(), DATA → receive(), the content → the sink, its end → finish().
 * Invariants: the engine never calls a transaction again after its sink's finish() or after abandoning it; a reply that a
 * policy returns goes to the client as it is; what a policy throws becomes 451 4.3.0 (452 4.3.1 where the disk is full) and a line in the log.
 */
import type { Result } from '../../../base/result.ts';
import type { Address } from '../../../format/address.ts';
import type { MessageDsn, RecipientDsn } from '../../../format/dsn-request.ts';
import type { TlsDetails } from '../../connection/session.ts';
import type { TlsChannel } from '../../connection/tls-channel.ts';
import type { SaslBackend } from '../../sasl/exchange.ts';
import type { SmtpReply } from './reply.ts';

/** Who signed in. */
export interface SmtpIdentity {
  readonly id: number;
  readonly address: string;
}

/** What is known of the client; changes with EHLO, STARTTLS and AUTH. */
export interface SmtpClient {
  /** The transcript's session. */
  readonly sessionId: string;
  readonly remoteAddress: string;
  /** What it called itself in HELO or EHLO. */
  readonly remoteName: string;
  /** Whether it said EHLO. */
  readonly isExtended: boolean;
  readonly tls: TlsDetails | undefined;
  readonly channel: TlsChannel | undefined;
  readonly identity: SmtpIdentity | undefined;
}

/** A forward- or reverse-path that was accepted as well-formed. */
export interface SmtpPath {
  /** null for the null reverse-path. */
  readonly address: Address | null;
  /** As the client spelled it, without angle brackets and source route. */
  readonly text: string;
}

export interface MailCommand {
  readonly reversePath: SmtpPath;
  /** SIZE as the client declared it (RFC 1870). */
  readonly declaredOctets: number | undefined;
  /** RFC 6152 */
  readonly body: '7BIT' | '8BITMIME';
  /** RFC 6531 */
  readonly smtpUtf8: boolean;
  /** To travel over TLS or not at all (RFC 8689). */
  readonly requireTls?: true;
  /** RET and ENVID (RFC 3461); absent where neither is given. */
  readonly dsn?: MessageDsn;
}

export type RecipientPath = SmtpPath & {
  readonly address: Address;
  /** NOTIFY and ORCPT (RFC 3461); absent where neither is given. */
  readonly dsn?: RecipientDsn;
};

/** Takes the content of one message: dot-stuffing undone, every line ended by CRLF. */
export interface ContentSink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** All of it has come; the answer to the client. */
  finish(): Promise<SmtpReply>;
  /** It will not be completed or must not be accepted. */
  abort(): Promise<void>;
}

export type MaybePromise<T> = T | Promise<T>;

export interface SmtpTransaction {
  /** A positive reply takes the recipient into the transaction. */
  addRecipient(recipient: RecipientPath): MaybePromise<SmtpReply>;
  receive(): MaybePromise<Result<ContentSink, SmtpReply>>;
}

export interface SmtpPolicy {
  /** Where AUTH is offered. */
  readonly authentication?: {
    /** What the client's mechanisms ask; `client` is read whenever it matters. */
    backendFor(client: SmtpClient): SaslBackend<SmtpIdentity>;
    /** Whom a trusted proxy means that has signed a client in itself; null: nobody. */
    identify(name: string): Promise<SmtpIdentity | null>;
    /** Whether passwords may cross the wire without TLS. */
    allowCleartext(): boolean;
  };
  beginTransaction(client: SmtpClient, mail: MailCommand): MaybePromise<Result<SmtpTransaction, SmtpReply>>;
}
