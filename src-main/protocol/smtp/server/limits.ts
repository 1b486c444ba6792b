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

/** What one client may do that has not signed in. */
export interface StrangerLimits {
  readonly messagesPerHour: number;
  readonly recipientsPerHour: number;
  /** Replies 5yz, over all of its sessions. */
  readonly errorsPerHour: number;
}

export const DEFAULT_STRANGER_LIMITS: StrangerLimits = {
  // What the largest hosts send to an office of a few hundred people in its busiest hour, and room.
  messagesPerHour: 5_000,
  recipientsPerHour: 20_000,
  // An honest host with a stale address list makes dozens; a dictionary attack makes thousands.
  errorsPerHour: 500,
};

/** A stranger's errors in a session that are answered at once: typing mistakes, a stale address or two. */
export const FREE_ERRORS = 3;
/** How long the reply to the next error is held back; twice as long each time. */
export const FIRST_TARPIT_MS = 1_000;
/** Well below the 5 minutes that a client waits (RFC 5321 §4.5.3.2), even where it has pipelined twenty such commands. */
export const LONGEST_TARPIT_MS = 10_000;

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
