/**
 * SASL exchange, client side (RFC 4422): the strongest mechanism that a server offers and we know, as messages without a wire.
 *
 * Flow: AUTH (SMTP, RFC 4954) and AUTHENTICATE (IMAP) frame the messages in base64 → here. Invariants: a server that asked for
 * more than its mechanism has is not answered; with SCRAM a server that could not prove itself is not believed.
 */
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { ScramSha256Client } from './scram-sha-256-client.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface SaslClientExchange {
  readonly mechanism: string;
  /** What the client says first; null where the server does. */
  readonly firstMessage: string | null;
  /** Answers a challenge; the error is a sentence. */
  respond(challenge: string): Promise<Result<string, string>>;
  /** Why the server's yes is not to be believed; null where it is. */
  findDoubt(): string | null;
}

const NONCE_OCTETS = 18;

type Begin = (credentials: Credentials, randomBytes: RandomBytes) => SaslClientExchange;

/** Best first. */
const MECHANISMS: readonly (readonly [name: string, begin: Begin])[] = [
  ['SCRAM-SHA-256', beginScram],
  ['PLAIN', beginPlain],
  ['LOGIN', beginLogin],
];

/** Null where none of the offered mechanisms (in upper case) is known here. */
export function beginSaslExchange(
  offered: ReadonlySet<string>,
  credentials: Credentials,
  randomBytes: RandomBytes,
): SaslClientExchange | null {
  const known = MECHANISMS.find(([name]) => offered.has(name));
  return known === undefined ? null : known[1](credentials, randomBytes);
}

const NO_MORE = err('The host asked for more than the mechanism has');

// RFC 4616
function beginPlain({ user, password }: Credentials): SaslClientExchange {
  return scripted('PLAIN', `\0${user}\0${password}`, []);
}

function beginLogin({ user, password }: Credentials): SaslClientExchange {
  return scripted('LOGIN', null, [user, password]);
}

/** A mechanism whose messages do not depend on what the server says. */
function scripted(
  mechanism: string,
  firstMessage: string | null,
  answers: readonly string[],
): SaslClientExchange {
  let next = 0;
  const respond = () => {
    const answer = answers[next++];
    return Promise.resolve(answer === undefined ? NO_MORE : ok(answer));
  };
  return { mechanism, firstMessage, respond, findDoubt: () => null };
}

// RFC 5802 §3
function beginScram(credentials: Credentials, randomBytes: RandomBytes): SaslClientExchange {
  const scram = new ScramSha256Client(credentials, Buffer.from(randomBytes(NONCE_OCTETS)).toString('base64'));
  let hasAnswered = false;
  let isProved = false;
  const respond = (challenge: string): Promise<Result<string, string>> => {
    if (isProved) return Promise.resolve(NO_MORE);
    if (!hasAnswered) {
      hasAnswered = true;
      return scram.respond(challenge);
    }
    isProved = scram.isProvedBy(challenge);
    return Promise.resolve(isProved ? ok('') : err(NOT_PROVED));
  };
  const findDoubt = () => (isProved ? null : NOT_PROVED);
  return { mechanism: 'SCRAM-SHA-256', firstMessage: scram.firstMessage, respond, findDoubt };
}

const NOT_PROVED = 'The host could not prove that it knows the password';
