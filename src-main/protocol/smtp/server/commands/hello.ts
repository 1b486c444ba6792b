/** EHLO, HELO (RFC 5321 §4.1.1.1) and STARTTLS (RFC 3207). */
import { listMechanisms } from '../../../sasl/mechanisms.ts';
import { parseClientName } from '../command-grammar.ts';
import { XCLIENT_ATTRIBUTES } from '../xclient.ts';
import { REPLIES, smtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';

export async function handleEhlo(session: SmtpSession, argument: string): Promise<Outcome> {
  const refusal = await greet(session, { argument, isExtended: true });
  if (refusal !== null) return refusal;
  const { hostname } = session.context;
  return { reply: smtpReply(250, null, [`${hostname()} greets ${argument}`, ...listExtensions(session)]) };
}

export async function handleHelo(session: SmtpSession, argument: string): Promise<Outcome> {
  const refusal = await greet(session, { argument, isExtended: false });
  return refusal ?? { reply: smtpReply(250, null, `${session.context.hostname()} greets ${argument}`) };
}

async function greet(
  session: SmtpSession,
  hello: { argument: string; isExtended: boolean },
): Promise<Outcome | null> {
  const name = parseClientName(hello.argument);
  if (!name.ok) return { reply: name.error };
  // RFC 5321 §4.1.4: EHLO in the middle of a session clears the transaction like RSET.
  await session.abandon();
  session.client.remoteName = name.value;
  session.client.isExtended = hello.isExtended;
  session.context.transcript.update({ remoteName: name.value });
  return null;
}

/** The list says what is really there at this point of the session. */
function listExtensions(session: SmtpSession): readonly string[] {
  const { client, context } = session;
  const extensions = ['PIPELINING', `SIZE ${context.limits.messageOctets}`];
  // RFC 8689 §2: REQUIRETLS is offered only where TLS is on.
  extensions.push(client.tls === undefined ? 'STARTTLS' : 'REQUIRETLS');
  const backend = session.signInBackend;
  if (backend !== undefined && maySignIn(session)) {
    extensions.push(`AUTH ${listMechanisms(backend).join(' ')}`);
  }
  extensions.push('8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES', 'CHUNKING');
  // RFC 9422 §3: transactions of a session are not limited, so there is no MAILMAX.
  extensions.push(`LIMITS RCPTMAX=${context.limits.recipients}`);
  if (session.mayXclient) extensions.push(`XCLIENT ${XCLIENT_ATTRIBUTES.join(' ')}`);
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
