/** Limits of the POP3 engine. */

/** RFC 2449 §4: a command line has at most 255 octets; SASL responses may be longer (RFC 5034 §4). */
export const MAX_LINE_OCTETS = 12 * 1024;

/** RFC 1939 §3: at least ten minutes. */
export const IDLE_TIMEOUT_MS = 10 * 60_000;

/** Before anybody has signed in there is nothing to wait for. */
export const SIGN_IN_TIMEOUT_MS = 2 * 60_000;

/** Commands in a row that are not POP3, after which it is no POP3 client. */
export const MAX_BAD_COMMANDS = 10;

/** Failed sign-ins of one connection. */
export const MAX_FAILED_SIGN_INS = 4;
