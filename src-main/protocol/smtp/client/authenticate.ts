/**
 * AUTH at a smart host (RFC 4954): the strongest mechanism that the host offers and we know.
 *
 * Invariants: passwords and proofs are masked in the transcript. A refusal is temporary for the mail: the administrator can put
 * the password right, and the mail goes then.
 */
import { ScramSha256Client } from '../../sasl/scram-sha-256-client.ts';
import type { RandomBytes } from '../../../base/ids.ts';
import type { ClientWire } from './client-wire.ts';
import { REPLY_TIMEOUTS } from './limits.ts';
import { SessionBrokenError, refusedForNow, temporaryProblem } from './problem.ts';
import type { ServerReply } from './reply.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const NONCE_OCTETS = 18;

type Exchange = (
  wire: ClientWire,
  credentials: Credentials,
  randomBytes: RandomBytes,
) => Promise<ServerReply>;

/** Best first. */
const EXCHANGES: readonly (readonly [mechanism: string, exchange: Exchange])[] = [
  ['SCRAM-SHA-256', signInWithScram],
  ['PLAIN', signInWithPlain],
  ['LOGIN', signInWithLogin],
];

/** Signs in; throws SessionBrokenError where that fails. */
export async function authenticate(
  wire: ClientWire,
  offered: ReadonlySet<string>,
  options: { credentials: Credentials; randomBytes: RandomBytes },
): Promise<void> {
  wire.transcript.phase('sign-in');
  const known = EXCHANGES.find(([mechanism]) => offered.has(mechanism));
  if (known === undefined) {
    const list = offered.size === 0 ? 'none' : [...offered].join(', ');
    throw refusal('4.7.4', `The host offers no way to sign in that we know (offered: ${list})`);
  }
  const reply = await known[1](wire, options.credentials, options.randomBytes);
  if (reply.code !== 235) throw new SessionBrokenError(refusedForNow(reply));
  wire.transcript.update({ account: options.credentials.user });
}

// RFC 4616
async function signInWithPlain(wire: ClientWire, { user, password }: Credentials): Promise<ServerReply> {
  wire.sendSecret('AUTH PLAIN ', base64(`\0${user}\0${password}`));
  return wire.readReply(REPLY_TIMEOUTS.signInMs);
}

async function signInWithLogin(wire: ClientWire, { user, password }: Credentials): Promise<ServerReply> {
  wire.send('AUTH LOGIN');
  const first = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  if (first.code !== 334) return first;
  wire.sendSecret('', base64(user));
  const second = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  if (second.code !== 334) return second;
  wire.sendSecret('', base64(password));
  return wire.readReply(REPLY_TIMEOUTS.signInMs);
}

// RFC 5802 §3
async function signInWithScram(
  wire: ClientWire,
  credentials: Credentials,
  randomBytes: RandomBytes,
): Promise<ServerReply> {
  const nonce = Buffer.from(randomBytes(NONCE_OCTETS)).toString('base64');
  const scram = new ScramSha256Client(credentials, nonce);
  wire.sendSecret('AUTH SCRAM-SHA-256 ', base64(scram.firstMessage));
  const challenge = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  if (challenge.code !== 334) return challenge;
  const response = await scram.respond(challengeText(challenge));
  if (!response.ok) throw refusal('4.7.0', response.error);
  wire.sendSecret('', base64(response.value));
  const final = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  if (final.code >= 400) return final;
  if (!scram.isProvedBy(challengeText(final))) {
    throw refusal('4.7.0', 'The host could not prove that it knows the password');
  }
  if (final.code !== 334) return final;
  wire.send('');
  return wire.readReply(REPLY_TIMEOUTS.signInMs);
}

function challengeText(reply: ServerReply): string {
  return Buffer.from(reply.lines[0] ?? '', 'base64').toString('utf8');
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function refusal(status: string, diagnostic: string): SessionBrokenError {
  return new SessionBrokenError(temporaryProblem(status, diagnostic));
}
