/**
 * SASL exchange, server side (RFC 4422): challenges and responses as values, without a wire.
 *
 * Flow: AUTH (SMTP, RFC 4954; POP3, RFC 5034) and AUTHENTICATE (IMAP) frame the octets in base64 → here → the sign-in.
 * Invariants: an exchange ends with `success` or `failure` and is not used after that; a failure never says whether
 * the account exists; no octet of a response is kept longer than the exchange needs it.
 */

/** What the account's keeper says of a name and a password. */
export type PasswordVerdict<Account> =
  | { readonly kind: 'ok'; readonly account: Account }
  | { readonly kind: 'refused' }
  /** Right password, but the account is switched off. */
  | { readonly kind: 'disabled' };

/** What SCRAM compares a client's proof with (RFC 5802 §3), and who is let in once the proof is right. */
export interface ScramKeys<Account> {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
  /** The server's part of the nonce: printable, unpredictable, without a comma. */
  readonly nonce: string;
  admit(): Promise<PasswordVerdict<Account>>;
}

/** What mechanisms ask (the directory answers); each mechanism uses the questions that it needs. */
export interface SaslBackend<Account> {
  signIn(name: string, password: string): Promise<PasswordVerdict<Account>>;
  /** For a name that nobody has: keys that no proof fits. */
  scramKeys(name: string): Promise<ScramKeys<Account>>;
}

export type SaslFailure =
  /** The response does not follow the mechanism's grammar. */
  | 'malformed'
  | 'refused'
  | 'disabled'
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

export interface SaslMechanism {
  /** As in capability lists, e.g. `PLAIN`. */
  readonly name: string;
  begin<Account>(backend: SaslBackend<Account>): SaslExchange<Account>;
}

export function failure<Account>(reason: SaslFailure): SaslStep<Account> {
  return { kind: 'failure', reason };
}

/** Asks the backend and turns its verdict into the exchange's last step. */
export async function verifyPassword<Account>(
  backend: SaslBackend<Account>,
  credentials: { name: string; password: string },
): Promise<SaslStep<Account>> {
  const verdict = await backend.signIn(credentials.name, credentials.password);
  return verdict.kind === 'ok' ? { kind: 'success', account: verdict.account } : failure(verdict.kind);
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
