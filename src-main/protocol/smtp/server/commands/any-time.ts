/** NOOP, HELP, VRFY, QUIT (RFC 5321 §4.1.1.6 to §4.1.1.10), and the commands that we turn away. */
import { REPLIES, smtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';

export function handleNoop(): Outcome {
  return { reply: REPLIES.ok };
}

/** What may be said now, as EHLO lists what is offered now. */
export function handleHelp(session: SmtpSession): Outcome {
  const { client, context, mayXclient } = session;
  const commands = [
    'EHLO HELO',
    ...(client.tls === undefined ? ['STARTTLS'] : []),
    ...(context.policy.authentication === undefined ? [] : ['AUTH']),
    'MAIL RCPT DATA BDAT RSET NOOP HELP VRFY QUIT',
    ...(mayXclient ? ['XCLIENT'] : []),
  ];
  return { reply: smtpReply(214, '2.0.0', [`Commands: ${commands.join(' ')}`, 'See RFC 5321']) };
}

/** RFC 5321 §3.5.3 and §7.3: who has an account here is not told to whoever asks. */
export function handleVrfy(_session: SmtpSession, argument: string): Outcome {
  return { reply: argument === '' ? smtpReply(501, '5.5.4', 'Syntax: VRFY address') : REPLIES.cannotVerify };
}

export function handleQuit(): Outcome {
  return { reply: REPLIES.bye, next: 'close' };
}

export function handleNotOffered(): Outcome {
  return { reply: REPLIES.notOffered };
}

export function handleWebRequest(): Outcome {
  return { reply: REPLIES.notAWebServer, next: 'close' };
}
