/** NOOP, HELP, VRFY, QUIT (RFC 5321 §4.1.1.6 to §4.1.1.10), and the commands that we turn away. */
import { REPLIES, smtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';

export function handleNoop(): Outcome {
  return { reply: REPLIES.ok };
}

export function handleHelp(): Outcome {
  return {
    reply: smtpReply(214, '2.0.0', [
      'Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP VRFY QUIT',
      'See RFC 5321',
    ]),
  };
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
