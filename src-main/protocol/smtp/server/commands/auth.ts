/** AUTH (RFC 4954): the SASL exchange, its lines in base64, its outcome as a reply. */
import { assertNever } from '../../../../base/result.ts';
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine } from '../../../sasl/base64-line.ts';
import type { SaslLine } from '../../../sasl/base64-line.ts';
import type { SaslFailure, SaslStep } from '../../../sasl/exchange.ts';
import { createSaslExchange } from '../../../sasl/mechanisms.ts';
import type { SmtpIdentity } from '../policy.ts';
import { REPLIES, smtpReply } from '../reply.ts';
import type { SmtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';
import { maySignIn } from './hello.ts';

export async function handleAuth(session: SmtpSession, argument: string): Promise<Outcome> {
  const backend = session.signInBackend;
  if (backend === undefined) return { reply: REPLIES.notOffered };
  const [mechanism = '', initialResponse, ...rest] = argument.split(/[ \t]+/);
  if (mechanism === '' || rest.length > 0) {
    return { reply: smtpReply(501, '5.5.4', 'Syntax: AUTH mechanism [initial-response]') };
  }
  if (session.client.identity !== undefined) return { reply: REPLIES.signedInAlready };
  if (session.transaction !== undefined) return { reply: REPLIES.notDuringMail };
  if (!maySignIn(session)) return { reply: REPLIES.needsTls };
  const exchange = createSaslExchange(mechanism, backend);
  if (exchange === null) return { reply: REPLIES.unknownMechanism };
  session.signIn = exchange;
  if (initialResponse === undefined) return step(session, () => exchange.start());
  return stepWith(session, decodeInitialResponse(initialResponse), (octets) => exchange.start(octets));
}

/** A line that answers a challenge. */
export async function continueSignIn(session: SmtpSession, line: string): Promise<Outcome> {
  const exchange = session.signIn;
  if (exchange === undefined) throw new Error('no AUTH exchange is under way');
  return stepWith(session, decodeSaslLine(line), (octets) => exchange.respond(octets));
}

async function stepWith(
  session: SmtpSession,
  line: SaslLine,
  next: (octets: Uint8Array) => Promise<SaslStep<SmtpIdentity>>,
): Promise<Outcome> {
  if (line.kind === 'data') return step(session, () => next(line.octets));
  session.signIn = undefined;
  return { reply: line.kind === 'cancel' ? REPLIES.signInCancelled : REPLIES.signInMalformed };
}

async function step(session: SmtpSession, next: () => Promise<SaslStep<SmtpIdentity>>): Promise<Outcome> {
  try {
    return conclude(session, await next());
  } catch (error) {
    session.signIn = undefined;
    session.context.logger.error('Signing in failed', { sessionId: session.client.sessionId, error });
    return { reply: REPLIES.signInUnavailable };
  }
}

function conclude(session: SmtpSession, result: SaslStep<SmtpIdentity>): Outcome {
  if (result.kind === 'challenge') return { reply: smtpReply(334, null, encodeSaslLine(result.data)) };
  session.signIn = undefined;
  if (result.kind === 'success') {
    session.client.identity = result.account;
    session.context.transcript.update({ account: result.account.address });
    return { reply: REPLIES.signedIn };
  }
  if (result.reason === 'blocked') return { reply: REPLIES.signInBlocked, next: 'close' };
  session.failedSignIns++;
  if (session.failedSignIns >= session.context.limits.failedSignIns) {
    return { reply: REPLIES.tooManySignIns, next: 'close' };
  }
  return { reply: replyToFailure(result.reason) };
}

function replyToFailure(reason: Exclude<SaslFailure, 'blocked'>): SmtpReply {
  switch (reason) {
    case 'malformed':
      return REPLIES.signInMalformed;
    case 'refused':
      return REPLIES.signInRefused;
    case 'unavailable':
      return REPLIES.signInUnavailable;
    case 'disabled':
      return REPLIES.accountDisabled;
    case 'notAllowed':
      return REPLIES.passwordNotAllowed;
    case 'otherIdentity':
      return REPLIES.otherIdentity;
    default:
      return assertNever(reason);
  }
}
