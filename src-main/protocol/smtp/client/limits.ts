/** Limits of the SMTP client, each with its reason. */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** RFC 5321 §4.5.3.2: how long a client waits at least for each reply. */
export const REPLY_TIMEOUTS = {
  /** §4.5.3.2.1; hosts that are busy let clients wait before they greet. */
  greetingMs: 5 * MINUTE,
  /** Not in the list; a host that has just greeted answers within the time of MAIL. */
  helloMs: 5 * MINUTE,
  startTlsMs: 2 * MINUTE,
  signInMs: 2 * MINUTE,
  /** §4.5.3.2.2 */
  mailMs: 5 * MINUTE,
  /** §4.5.3.2.3 */
  rcptMs: 5 * MINUTE,
  /** §4.5.3.2.4. For a block of content (§4.5.3.2.5) the line channel's time applies. */
  dataMs: 2 * MINUTE,
  /** §4.5.3.2.6: long, since giving up here sends the message twice. */
  contentEndMs: 10 * MINUTE,
  resetMs: 1 * MINUTE,
  /** Not worth waiting for: the mail is dealt with. */
  quitMs: 5 * SECOND,
} as const;

/** RFC 5321 §4.5.3.1.5 gives 512 octets; hosts with long explanations exceed it. */
export const MAX_REPLY_LINE_OCTETS = 4_096;
/** EHLO of a host with every extension has about 30 lines. */
export const MAX_REPLY_LINES = 200;
/** What is kept of a reply as the reason of an outcome. */
export const MAX_DIAGNOSTIC_CHARACTERS = 1_000;

/** RFC 5321 §4.5.3.1.8: every server takes this many recipients in a transaction. */
export const MAX_TRANSACTION_RECIPIENTS = 100;

/**
 * Content up to here goes in one write with the envelope (RFC 3030): for nothing, where every recipient is refused. It fits
 * into the buffers of a connection, so that neither side waits for the other to read.
 */
export const MAX_ONE_WRITE_OCTETS = 32 * 1024;
/** Hosts remembered that offer BDAT and do not understand it; more of them are learnt anew. */
export const MAX_REMEMBERED_HOSTS = 1_000;

/** A session without work is kept this long for the next message; servers close theirs after minutes. */
export const SESSION_IDLE_MS = 5 * SECOND;
/** Idle sessions kept for one target: what a burst of messages needs, so that none of them shakes hands anew. */
export const MAX_IDLE_SESSIONS = 20;
/** Some hosts refuse further messages after 100 on one connection. */
export const MAX_SESSION_MESSAGES = 100;
