/** EHLO, HELO (RFC 5321 §4.1.1.1) and STARTTLS (RFC 3207). */
import { SASL_MECHANISM_NAMES } from '../../../sasl/mechanisms.ts';
import { parseClientName } from '../command-grammar.ts';
import { REPLIES, smtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';

export function handleEhlo(session: SmtpSession, argument: string): Outcome {
  const refusal = greet(session, { argument, isExtended: true });
  if (refusal !== null) return refusal;
  const { hostname } = session.context;
  return { reply: smtpReply(250, null, [`${hostname()} greets ${argument}`, ...listExtensions(session)]) };
}

export function handleHelo(session: SmtpSession, argument: string): Outcome {
  const refusal = greet(session, { argument, isExtended: false });
  return refusal ?? { reply: smtpReply(250, null, `${session.context.hostname()} greets ${argument}`) };
}

function greet(session: SmtpSession, hello: { argument: string; isExtended: boolean }): Outcome | null {
  const name = parseClientName(hello.argument);
  if (!name.ok) return { reply: name.error };
  // RFC 5321 §4.1.4: EHLO in the middle of a session clears the transaction like RSET.
  session.transaction = undefined;
  session.client.remoteName = name.value;
  session.client.isExtended = hello.isExtended;
  session.context.transcript.update({ remoteName: name.value });
  return null;
}

/** The list says what is really there at this point of the session. */
function listExtensions(session: SmtpSession): readonly string[] {
  const { client, context } = session;
  const extensions = ['PIPELINING', `SIZE ${context.limits.messageOctets}`];
  if (client.tls === undefined) extensions.push('STARTTLS');
  if (maySignIn(session)) extensions.push(`AUTH ${SASL_MECHANISM_NAMES.join(' ')}`);
  extensions.push('8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES');
  return extensions;
}

/** RFC 4954 §4: mechanisms that send the password itself are not offered without encryption. */
export function maySignIn(session: SmtpSession): boolean {
  const { authentication } = session.context.policy;
  if (authentication === undefined) return false;
  return session.client.tls !== undefined || authentication.allowCleartext();
}

export function handleStartTls(session: SmtpSession): Outcome {
  if (session.client.tls !== undefined) return { reply: REPLIES.tlsActive };
  if (session.transaction !== undefined) return { reply: REPLIES.notDuringMail };
  return { reply: REPLIES.startTls, next: 'startTls' };
}
