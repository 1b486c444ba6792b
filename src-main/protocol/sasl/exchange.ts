/**
 * SASL exchange, server side (RFC 4422): challenges and responses as values, without a wire.
 *
 * Flow: AUTH (SMTP, RFC 4954; POP3, RFC 5034) and AUTHENTICATE (IMAP) frame the octets in base64 → here → the sign-in.
 * Invariants: an exchange ends with `success` or `failure` and is not used after that; a failure never says whether
 * the account exists; no octet of a response is kept longer than the exchange needs it.
 */

import type { ChannelBindingType } from '../connection/tls-channel.ts';

/** Why somebody is not let in, though the response followed the mechanism's grammar. */
export type SignInRefusal =
  /** Unknown name or wrong secret; never said which. */
  | 'refused'
  /** The right secret, but the account is switched off. */
  | 'disabled'
  /** The right secret, but it is not for this door: an app password for sending does not read. */
  | 'notAllowed'
  /** Nothing was looked at: too many wrong secrets came from there. */
  | 'blocked'
  /** Nothing could be looked at now: too many wait to be compared, or whoever issues tokens does not answer. */
  | 'unavailable';

/** What the account's keeper says of a name and a secret. */
export type SignInVerdict<Account> =
  { readonly kind: 'ok'; readonly account: Account } | { readonly kind: SignInRefusal };

/** RFC 5802, RFC 7677 */
export type ScramHash = 'sha1' | 'sha256';

/** One secret of the account, as SCRAM compares it (RFC 5802 §3), and who is let in once the proof fits. */
export interface ScramCandidate<Account> {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
  admit(): Promise<SignInVerdict<Account>>;
}

export interface ScramKeys<Account> {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** The server's part of the nonce: printable, unpredictable, without a comma. */
  readonly nonce: string;
  /** All of the account's secrets have the salt; for a name that nobody has there is one that no proof fits. */
  readonly candidates: readonly ScramCandidate<Account>[];
  /** No candidate fits the proof. */
  refuse(): Promise<SignInVerdict<Account>>;
}

export interface BearerToken {
  /** As whom the client wants to act; null: whoever the token names. */
  readonly name: string | null;
  readonly token: string;
}

/** What mechanisms ask (the directory answers); each mechanism uses the questions that it needs. */
export interface SaslBackend<Account> {
  signIn(name: string, password: string): Promise<SignInVerdict<Account>>;
  scramKeys(name: string, hash: ScramHash): Promise<ScramKeys<Account>>;
  /** SCRAM-SHA-1 for programs that know nothing better. */
  readonly allowsSha1?: boolean;
  /** Looks at a token of the issuer (RFC 6750); absent: there is none. */
  readonly signInWithToken?: ((bearer: BearerToken) => Promise<SignInVerdict<Account>>) | undefined;
  /** Where a client should get its token (RFC 7628 §3.2.2); null: not known. */
  readonly tokenIssuer?: string | null;
  /** The client has shown a certificate that we trust; `name`: as whom it wants to act, null: whoever that names. */
  readonly signInWithCertificate?: ((name: string | null) => Promise<SignInVerdict<Account>>) | undefined;
  /** What binds a proof to this connection; absent: it has no TLS. */
  readonly channelBinding?: ((type: ChannelBindingType) => Uint8Array | null) | undefined;
}

export type SaslFailure =
  | SignInRefusal
  /** The response does not follow the mechanism's grammar. */
  | 'malformed'
  /** The client asked to act as somebody else (authorization identity). */
  | 'otherIdentity';

export type SaslStep<Account> =
  | { readonly kind: 'challenge'; readonly data: Uint8Array }
  | { readonly kind: 'success'; readonly account: Account }
  | { readonly kind: 'failure'; readonly reason: SaslFailure };

export interface SaslExchange<Account> {
  /** Begins with the client's initial response, or without one. */
  start(initialResponse?: Uint8Array): Promise<SaslStep<Account>>;
  /** Goes on with the response to the last challenge. */
  respond(response: Uint8Array): Promise<SaslStep<Account>>;
}

/** An exchange in which the client speaks first: without an initial response it is asked for it (RFC 4422 §5). */
export abstract class ClientFirstExchange<Account> implements SaslExchange<Account> {
  async start(initialResponse?: Uint8Array): Promise<SaslStep<Account>> {
    if (initialResponse === undefined) return { kind: 'challenge', data: new Uint8Array(0) };
    return this.respond(initialResponse);
  }

  abstract respond(response: Uint8Array): Promise<SaslStep<Account>>;
}

export interface SaslMechanism {
  /** As in capability lists, e.g. `PLAIN`. */
  readonly name: string;
  /** Whether the connection and the server's settings have what the mechanism needs. */
  isOffered(backend: SaslBackend<unknown>): boolean;
  begin<Account>(backend: SaslBackend<Account>): SaslExchange<Account>;
}

export function failure<Account>(reason: SaslFailure): SaslStep<Account> {
  return { kind: 'failure', reason };
}

/** The verdict as the exchange's last step. */
export function conclude<Account>(verdict: SignInVerdict<Account>): SaslStep<Account> {
  return verdict.kind === 'ok' ? { kind: 'success', account: verdict.account } : failure(verdict.kind);
}

/** RFC 4422 §3.4.1: we let nobody act for somebody else. */
export function isOwnIdentity(authorizationId: string, name: string): boolean {
  return authorizationId === '' || authorizationId.toLowerCase() === name.toLowerCase();
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The octets as text, or null where they are not UTF-8 or hold NUL. */
export function decodeText(octets: Uint8Array): string | null {
  if (octets.includes(0)) return null;
  try {
    return utf8.decode(octets);
  } catch {
    return null;
  }
}
