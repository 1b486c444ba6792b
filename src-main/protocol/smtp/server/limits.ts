/**
 * Limits of the SMTP server, each with its reason. What an administrator may want to change is in SmtpLimits.
 * How many clients may be connected at once is the listener's matter.
 */

const MINUTE = 60_000;

/** RFC 5321 §4.5.3.1.4 gives 512 octets; MAIL's parameters and internationalized addresses need more. */
export const MAX_COMMAND_LINE_OCTETS = 2048;

/** RFC 4954 §4: AUTH and its responses may be this long, CRLF included. A longer line ends the session. */
export const MAX_AUTH_LINE_OCTETS = 12_288;

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets; code, enhanced code and CRLF leave this for the text. */
export const MAX_REPLY_TEXT_OCTETS = 490;

/** A client that keeps sending a message far too large is cut off here instead of being listened to for hours. */
export const MAX_DISCARDED_OCTETS = 64 * 1024 * 1024;

/** Replies of pipelined commands are kept for one write up to here, so that they cannot pile up. */
export const MAX_UNSENT_REPLY_CHARACTERS = 16 * 1024;

/** How long closeAll() waits for messages that are being received. */
export const CLOSE_GRACE_MS = 8_000;

export interface SmtpLimits {
  /** SIZE (RFC 1870), as the client sends the content, dot-stuffing not counted. */
  readonly messageOctets: number;
  /** Recipients of one transaction; RFC 5321 §4.5.3.1.8 asks for 100 at least. */
  readonly recipients: number;
  /** Replies 5yz in a session since the last accepted message: beyond that somebody is guessing. */
  readonly errors: number;
  /** Failed AUTH commands in a session. */
  readonly failedSignIns: number;
  /** RFC 5321 §4.5.3.2.7: a server waits at least 5 minutes for the next command or piece of content. */
  readonly idleMs: number;
  /** A message that trickles in for longer than this is somebody holding a session open. */
  readonly contentMs: number;
}

export const DEFAULT_SMTP_LIMITS: SmtpLimits = {
  messageOctets: 50 * 1024 * 1024,
  recipients: 1000,
  errors: 20,
  failedSignIns: 3,
  idleMs: 5 * MINUTE,
  contentMs: 60 * MINUTE,
};
