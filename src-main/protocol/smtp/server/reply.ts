/**
 * SMTP replies as values (RFC 5321 §4.2) with enhanced status codes (RFC 2034, RFC 3463), and how they are written.
 *
 * Invariants: a formatted reply cannot hold a line break or control character that was in its text, and no octet beyond
 * ASCII unless the transaction uses SMTPUTF8 (RFC 6531 §3.7.4.2).
 */
import { STORAGE_TROUBLE_TEXTS, storageTroubleOf } from '../../../base/storage-trouble.ts';
import { MAX_REPLY_TEXT_OCTETS } from './limits.ts';

export interface SmtpReply {
  readonly code: number;
  /** null for the greeting, for HELO and EHLO, and for 3yz (RFC 2034 §3). */
  readonly enhanced: string | null;
  /** One line, or several. */
  readonly text: string | readonly string[];
}

export function smtpReply(code: number, enhanced: string | null, text: SmtpReply['text']): SmtpReply {
  return { code, enhanced, text };
}

/** 2yz and 3yz: the command did what it should. */
export function isPositive(reply: SmtpReply): boolean {
  return reply.code < 400;
}

const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f]/g;
const NOT_ASCII = /[^\x20-\x7e]/gu;

/** The reply's lines, without line ends. */
export function formatReplyLines(reply: SmtpReply, allowUtf8: boolean): readonly string[] {
  const { code, enhanced, text } = reply;
  const status = enhanced === null ? '' : `${enhanced} `;
  const texts = typeof text === 'string' ? [text] : text;
  return texts.map((line, index) => {
    const separator = index < texts.length - 1 ? '-' : ' ';
    return `${code}${separator}${status}${cleanText(line, allowUtf8)}`;
  });
}

function cleanText(text: string, allowUtf8: boolean): string {
  const printable = allowUtf8 ? text.replace(UNPRINTABLE, ' ') : text.replace(NOT_ASCII, '?');
  return printable.length > MAX_REPLY_TEXT_OCTETS ? printable.slice(0, MAX_REPLY_TEXT_OCTETS) : printable;
}

/** The answer to what has thrown: trouble of the disk by its name, a mistake of ours as one. */
export function replyToFailure(error: unknown, otherwise: SmtpReply = REPLIES.localError): SmtpReply {
  const trouble = storageTroubleOf(error);
  if (trouble === null) return otherwise;
  const text = STORAGE_TROUBLE_TEXTS[trouble];
  // RFC 5321 §4.2.3, RFC 3463 §3.4: also what only people can mend may be mended before the client gives up.
  return trouble === 'full' ? smtpReply(452, '4.3.1', text) : smtpReply(451, '4.3.0', text);
}

/** Replies that do not depend on what the client said. */
export const REPLIES = {
  bye: smtpReply(221, '2.0.0', 'Bye'),
  ok: smtpReply(250, '2.0.0', 'Ok'),
  chunkTaken: smtpReply(250, '2.0.0', 'Chunk received'),
  cannotVerify: smtpReply(252, '2.5.0', 'Cannot verify the user, but a message for it may be sent'),
  startTls: smtpReply(220, '2.0.0', 'Ready to start TLS'),
  startContent: smtpReply(354, null, 'End data with <CR><LF>.<CR><LF>'),
  signedIn: smtpReply(235, '2.7.0', 'Authentication succeeded'),

  idle: smtpReply(421, '4.4.2', 'Nothing came for too long, closing the connection'),
  contentTooSlow: smtpReply(421, '4.4.2', 'The message took too long to arrive, closing the connection'),
  tooManyErrors: smtpReply(421, '4.7.0', 'Too many errors, closing the connection'),
  tooManySignIns: smtpReply(421, '4.7.0', 'Too many failed attempts to sign in, closing the connection'),
  localError: smtpReply(451, '4.3.0', 'Something went wrong here, try again later'),
  tooManyRecipients: smtpReply(452, '4.5.3', 'Too many recipients, send the message again for the rest'),
  signInBlocked: smtpReply(421, '4.7.0', 'Too many wrong passwords from there; try again later'),
  signInUnavailable: smtpReply(454, '4.7.0', 'Signing in does not work at the moment, try again later'),

  bareLineFeed: smtpReply(500, '5.5.2', 'Lines must end with CR LF, not with LF alone'),
  controlCharacter: smtpReply(500, '5.5.2', 'The line holds a control character'),
  notUtf8: smtpReply(500, '5.5.2', 'The line holds octets that are not UTF-8'),
  lineTooLong: smtpReply(500, '5.5.2', 'The line is too long'),
  unknownCommand: smtpReply(500, '5.5.1', 'Command not recognized'),
  notOffered: smtpReply(502, '5.5.1', 'This command is not offered here'),
  earlyTalker: smtpReply(554, '5.5.1', 'You spoke before the greeting; wait for it (RFC 5321 4.3.1)'),
  notAWebServer: smtpReply(554, '5.5.1', 'This is a mail server, not a web server'),
  noArgument: smtpReply(501, '5.5.4', 'This command takes no argument'),
  helloFirst: smtpReply(503, '5.5.1', 'Send EHLO first'),
  mailFirst: smtpReply(503, '5.5.1', 'Send MAIL first'),
  chunksHaveBegun: smtpReply(
    503,
    '5.5.1',
    'BDAT has begun the content; go on with BDAT or give up with RSET',
  ),
  recipientFirst: smtpReply(503, '5.5.1', 'Send RCPT first'),
  noValidRecipients: smtpReply(554, '5.5.1', 'No valid recipients'),
  nestedMail: smtpReply(503, '5.5.1', 'A mail transaction is under way already; send RSET to give it up'),
  notDuringMail: smtpReply(503, '5.5.1', 'Not allowed during a mail transaction'),
  tlsActive: smtpReply(503, '5.5.1', 'TLS is active already'),
  signedInAlready: smtpReply(503, '5.5.1', 'You are signed in already'),
  signInRefused: smtpReply(535, '5.7.8', 'The name or the password is not right'),
  otherIdentity: smtpReply(535, '5.7.8', 'You may not act for somebody else'),
  passwordNotAllowed: smtpReply(
    535,
    '5.7.8',
    'This password is not for sending mail; use an app password that is',
  ),
  accountDisabled: smtpReply(525, '5.7.13', 'This account is switched off'),
  signInCancelled: smtpReply(501, '5.7.0', 'Signing in was given up'),
  signInMalformed: smtpReply(501, '5.5.2', 'The response cannot be decoded'),
  unknownMechanism: smtpReply(504, '5.5.4', 'This authentication mechanism is not offered'),
  needsTls: smtpReply(538, '5.7.11', 'Encryption is required to sign in: send STARTTLS first'),
} as const satisfies Record<string, SmtpReply>;
