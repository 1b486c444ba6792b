/**
 * The SASL mechanisms that SMTP, IMAP and POP3 share. The capability lists derive from these.
 * PLAIN and LOGIN send the password itself: offer them under TLS only, unless the administrator allowed otherwise.
 */
import type { SaslBackend, SaslExchange, SaslMechanism } from './exchange.ts';
import { LOGIN } from './login.ts';
import { PLAIN } from './plain.ts';
import { SCRAM_SHA_256 } from './scram-sha-256.ts';

/** The one that keeps the password at home comes first. */
const MECHANISMS: readonly SaslMechanism[] = [SCRAM_SHA_256, PLAIN, LOGIN];

/** Names in the order in which they are offered. */
export const SASL_MECHANISM_NAMES: readonly string[] = MECHANISMS.map(({ name }) => name);

/** Begins an exchange, or returns null where the mechanism is not known here. Names compare case-insensitively. */
export function createSaslExchange<Account>(
  mechanismName: string,
  backend: SaslBackend<Account>,
): SaslExchange<Account> | null {
  const wanted = mechanismName.toUpperCase();
  return MECHANISMS.find((mechanism) => mechanism.name === wanted)?.begin(backend) ?? null;
}
