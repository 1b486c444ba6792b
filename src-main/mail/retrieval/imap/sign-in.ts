/**
 * AUTHENTICATE and LOGIN (RFC 9051 §6.2.2, §6.2.3; SASL-IR: RFC 4959).
 *
 * Invariants: without TLS no password is looked at unless the administrator allowed it; a refusal never says whether the
 * account exists.
 */
import type { Account } from '../../../directory/port.ts';
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { runSaslDialogue } from '../../../protocol/sasl/dialogue.ts';
import type { SaslFailure } from '../../../protocol/sasl/exchange.ts';
import { createSaslExchange } from '../../../protocol/sasl/mechanisms.ts';
import { ensureMailboxes } from '../ensure-mailboxes.ts';
import { bad, okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

const NEEDS_TLS = refuse('Use TLS first: passwords are not taken in clear text', 'PRIVACYREQUIRED');

export async function login(session: ImapSession, command: CommandOf<'LOGIN'>): Promise<Completion> {
  if (!session.maySignIn) return NEEDS_TLS;
  const verdict = await session.signInBackend.signIn(command.user, command.password);
  return verdict.kind === 'ok' ? signedIn(session, verdict.account) : refused(session, verdict.kind);
}

export async function authenticate(
  session: ImapSession,
  { mechanism, initialResponse }: CommandOf<'AUTHENTICATE'>,
  io: CommandIo,
): Promise<Completion> {
  if (!session.maySignIn) return NEEDS_TLS;
  const exchange = createSaslExchange(mechanism, session.signInBackend);
  if (exchange === null) return refuse('This mechanism is not offered', 'CANNOT');
  const challenge = async (text: string) => {
    const answer = await io.challenge(text, { isSecret: true });
    return answer.kind === 'line' ? answer.text : null;
  };
  const outcome = await runSaslDialogue({ exchange, initialResponse, challenge });
  switch (outcome.kind) {
    case 'success':
      return signedIn(session, outcome.account);
    case 'failure':
      return refused(session, outcome.reason);
    case 'cancelled':
      return bad('AUTHENTICATE cancelled');
    case 'notBase64':
      return bad('The response is not base64');
  }
}

async function signedIn(session: ImapSession, account: Account): Promise<Completion> {
  await ensureMailboxes(session.options.mailStore, account.id);
  session.open(account);
  session.transcript.update({ account: account.address });
  return okay('Signed in', `CAPABILITY ${session.capabilities}`);
}

function refused(session: ImapSession, reason: SaslFailure): Completion {
  session.failedSignIns++;
  switch (reason) {
    case 'disabled':
      return refuse('This account is switched off', 'AUTHORIZATIONFAILED');
    case 'otherIdentity':
      return refuse('Nobody can sign in as somebody else', 'AUTHORIZATIONFAILED');
    case 'malformed':
      return bad('The response does not fit the mechanism');
    case 'notAllowed':
      return refuse(
        'This password is not for reading mail; use an app password that is',
        'AUTHORIZATIONFAILED',
      );
    case 'blocked':
      // RFC 5530 §3: a program should not ask for another password because of it.
      return refuse('Too many wrong passwords from there; try again later', 'UNAVAILABLE');
    case 'unavailable':
      return refuse('Signing in does not work at the moment, try again later', 'UNAVAILABLE');
    case 'refused':
      return refuse('Wrong name or password', 'AUTHENTICATIONFAILED');
  }
}
