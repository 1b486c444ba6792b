/**
 * The SASL mechanisms that SMTP, IMAP, POP3 and ManageSieve share. The capability lists derive from these.
 * PLAIN and LOGIN send the password itself: offer them under TLS only, unless the administrator allowed otherwise.
 */
import { OAUTHBEARER, XOAUTH2 } from './bearer.ts';
import type { SaslBackend, SaslExchange, SaslMechanism } from './exchange.ts';
import { EXTERNAL } from './external.ts';
import { LOGIN } from './login.ts';
import { PLAIN } from './plain.ts';
import { SCRAM_SHA_1, SCRAM_SHA_1_PLUS, SCRAM_SHA_256, SCRAM_SHA_256_PLUS } from './scram.ts';

/** Those that keep the secret at home come first. */
const MECHANISMS: readonly SaslMechanism[] = [
  EXTERNAL,
  SCRAM_SHA_256_PLUS,
  SCRAM_SHA_256,
  SCRAM_SHA_1_PLUS,
  SCRAM_SHA_1,
  PLAIN,
  LOGIN,
  OAUTHBEARER,
  XOAUTH2,
];

/** Names in the order in which they are offered on this connection. */
export function listMechanisms(backend: SaslBackend<unknown>): readonly string[] {
  return MECHANISMS.filter((mechanism) => mechanism.isOffered(backend)).map(({ name }) => name);
}

/** Begins an exchange, or returns null where the mechanism is not offered here. Names compare case-insensitively. */
export function createSaslExchange<Account>(
  mechanismName: string,
  backend: SaslBackend<Account>,
): SaslExchange<Account> | null {
  const wanted = mechanismName.toUpperCase();
  const mechanism = MECHANISMS.find(({ name }) => name === wanted);
  return mechanism?.isOffered(backend) === true ? mechanism.begin(backend) : null;
}
