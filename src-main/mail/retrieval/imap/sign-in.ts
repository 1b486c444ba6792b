/**
 * AUTHENTICATE and LOGIN (RFC 9051 §6.2.2, §6.2.3; SASL-IR: RFC 4959).
 *
 * Invariants: without TLS no password is looked at unless the administrator allowed it; a refusal takes a moment, and never
 * says whether the account exists.
 */
import type { Account } from '../../../directory/port.ts';
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine } from '../../../protocol/sasl/base64-line.ts';
import type { SaslLine } from '../../../protocol/sasl/base64-line.ts';
import type { SaslExchange, SaslFailure, SaslStep } from '../../../protocol/sasl/exchange.ts';
import { createSaslExchange } from '../../../protocol/sasl/mechanisms.ts';
import { ensureMailboxes } from '../ensure-mailboxes.ts';
import { FAILED_SIGN_IN_DELAY_MS } from '../limits.ts';
import { bad, okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

const NEEDS_TLS = refuse('Use TLS first: passwords are not taken in clear text', 'PRIVACYREQUIRED');

export async function login(session: ImapSession, command: CommandOf<'LOGIN'>): Promise<Completion> {
  if (!session.maySignIn) return NEEDS_TLS;
  const outcome = await session.options.directory.signIn(command.user, command.password);
  return outcome.kind === 'ok' ? signedIn(session, outcome.account) : refused(session, outcome.kind);
}

export async function authenticate(
  session: ImapSession,
  command: CommandOf<'AUTHENTICATE'>,
  io: CommandIo,
): Promise<Completion> {
  if (!session.maySignIn) return NEEDS_TLS;
  const exchange = createSaslExchange<Account>(command.mechanism, session.options.directory);
  if (exchange === null) return refuse('This mechanism is not offered', 'CANNOT');
  const { initialResponse } = command;
  const first = initialResponse === null ? null : decodeInitialResponse(initialResponse);
  return exchangeLines(session, { exchange, io, first });
}

async function exchangeLines(
  session: ImapSession,
  dialogue: { exchange: SaslExchange<Account>; io: CommandIo; first: SaslLine | null },
): Promise<Completion> {
  const { exchange, io } = dialogue;
  let line = dialogue.first;
  let step: SaslStep<Account> | null = line === null ? await exchange.start() : null;
  for (;;) {
    if (step === null) {
      if (line === null || line.kind === 'cancel') return bad('AUTHENTICATE cancelled');
      if (line.kind === 'malformed') return bad('The response is not base64');
      step =
        line === dialogue.first ? await exchange.start(line.octets) : await exchange.respond(line.octets);
    }
    if (step.kind === 'success') return signedIn(session, step.account);
    if (step.kind === 'failure') return refused(session, step.reason);
    const answer = await io.challenge(encodeSaslLine(step.data), { isSecret: true });
    line = answer.kind === 'line' ? decodeSaslLine(answer.text) : null;
    step = null;
  }
}

async function signedIn(session: ImapSession, account: Account): Promise<Completion> {
  await ensureMailboxes(session.options.mailStore, account.id);
  session.open(account);
  session.transcript.update({ account: account.address });
  return okay('Signed in', `CAPABILITY ${session.capabilities}`);
}

async function refused(session: ImapSession, reason: SaslFailure): Promise<Completion> {
  session.failedSignIns++;
  const delayMs = FAILED_SIGN_IN_DELAY_MS * session.failedSignIns;
  await new Promise<void>((resolve) => session.options.clock.after(delayMs, resolve));
  switch (reason) {
    case 'disabled':
      return refuse('This account is switched off', 'AUTHORIZATIONFAILED');
    case 'otherIdentity':
      return refuse('Nobody can sign in as somebody else', 'AUTHORIZATIONFAILED');
    case 'malformed':
      return bad('The response does not fit the mechanism');
    case 'refused':
      return refuse('Wrong name or password', 'AUTHENTICATIONFAILED');
  }
}
