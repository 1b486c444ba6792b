/**
 * AUTH at a smart host (RFC 4954): the strongest mechanism that the host offers and we know.
 *
 * Invariants: passwords and proofs are masked in the transcript. A refusal is temporary for the mail: the administrator can put
 * the password right, and the mail goes then.
 */
import type { RandomBytes } from '../../../base/ids.ts';
import { beginSaslExchange, type Credentials } from '../../sasl/client-exchange.ts';
import type { ClientWire } from './client-wire.ts';
import { REPLY_TIMEOUTS } from './limits.ts';
import { SessionBrokenError, refusedForNow, temporaryProblem } from './problem.ts';
import type { ServerReply } from './reply.ts';

/** Signs in; throws SessionBrokenError where that fails. */
export async function authenticate(
  wire: ClientWire,
  offered: ReadonlySet<string>,
  options: { credentials: Credentials; randomBytes: RandomBytes },
): Promise<void> {
  wire.transcript.phase('sign-in');
  const exchange = beginSaslExchange(offered, options.credentials, options.randomBytes);
  if (exchange === null) {
    const list = offered.size === 0 ? 'none' : [...offered].join(', ');
    throw refusal('4.7.4', `The host offers no way to sign in that we know (offered: ${list})`);
  }
  const { mechanism, firstMessage } = exchange;
  if (firstMessage === null) wire.send(`AUTH ${mechanism}`);
  else wire.sendSecret(`AUTH ${mechanism} `, base64(firstMessage));
  let reply = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  while (reply.code === 334) {
    const response = await exchange.respond(challengeText(reply));
    if (!response.ok) throw refusal('4.7.0', response.error);
    wire.sendSecret('', base64(response.value));
    reply = await wire.readReply(REPLY_TIMEOUTS.signInMs);
  }
  if (reply.code !== 235) throw new SessionBrokenError(refusedForNow(reply));
  const doubt = exchange.findDoubt();
  if (doubt !== null) throw refusal('4.7.0', doubt);
  wire.transcript.update({ account: options.credentials.user });
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
