/**
 * The SASL mechanisms that SMTP, IMAP and POP3 share. The capability lists derive from these.
 * PLAIN and LOGIN send the password itself: offer them under TLS only, unless the administrator allowed otherwise.
 */
import type { SaslBackend, SaslExchange, SaslMechanism } from './exchange.ts';
import { LOGIN } from './login.ts';
import { PLAIN } from './plain.ts';
import { SCRAM_SHA_256 } from './scram-sha-256.ts';

const PASSWORD_MECHANISMS: readonly SaslMechanism[] = [PLAIN, LOGIN];

/** Names in the order in which they are offered. */
export const SASL_MECHANISM_NAMES: readonly string[] = PASSWORD_MECHANISMS.map(({ name }) => name);

/** The same where the backend keeps SCRAM keys: the one that keeps the password at home comes first. */
export const SASL_MECHANISM_NAMES_WITH_SCRAM: readonly string[] = [
  SCRAM_SHA_256.name,
  ...SASL_MECHANISM_NAMES,
];

/** Begins an exchange, or returns null where the mechanism is not known here. Names compare case-insensitively. */
export function createSaslExchange<Account>(
  mechanismName: string,
  backend: SaslBackend<Account>,
): SaslExchange<Account> | null {
  const wanted = mechanismName.toUpperCase();
  const hasKeys = backend.scramKeys !== undefined;
  const mechanisms = hasKeys ? [SCRAM_SHA_256, ...PASSWORD_MECHANISMS] : PASSWORD_MECHANISMS;
  return mechanisms.find((mechanism) => mechanism.name === wanted)?.begin(backend) ?? null;
}
