/** XCLIENT (Postfix's XCLIENT_README): a trusted proxy tells whom it speaks for; then the session begins anew. */
import { parseXclient } from '../xclient.ts';
import { REPLIES, smtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';

export async function handleXclient(session: SmtpSession, argument: string): Promise<Outcome> {
  if (!session.mayXclient) return { reply: REPLIES.notOffered };
  if (session.transaction !== undefined) return { reply: REPLIES.notDuringMail };
  const parsed = parseXclient(argument);
  if (!parsed.ok) return { reply: smtpReply(501, '5.5.4', parsed.error) };
  const { loginName, ...client } = parsed.value;
  const { policy } = session.context;
  const identity =
    loginName === undefined ? undefined : ((await policy.authentication?.identify(loginName)) ?? undefined);
  if (loginName !== undefined && policy.authentication !== undefined && identity === undefined) {
    return { reply: smtpReply(501, '5.5.4', 'There is no such account to be signed in as') };
  }
  session.startOver({ ...client, identity });
  const refusal = session.refuseConnection();
  return refusal === null ? { reply: session.greeting } : { reply: refusal, next: 'close' };
}
