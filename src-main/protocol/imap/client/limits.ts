/** Limits of the IMAP client, each with its reason. */

/** Busy servers let clients wait before they greet and while they look a password up. */
export const SIGN_IN_TIMEOUT_MS = 60_000;
/** A server may go through a mailbox of a million messages before it says anything. */
export const RESPONSE_TIMEOUT_MS = 5 * 60_000;
/** Not worth waiting for: everything is here. */
export const LOGOUT_TIMEOUT_MS = 2_000;

/** A line of a response without its literals: flags, names, capabilities; bodies are never asked for as quoted strings. */
export const MAX_LINE_OCTETS = 256 * 1024;
/** Literals of a response other than a body: mailbox names, one header field. */
export const MAX_LITERAL_OCTETS = 64 * 1024;
/** Literals in one such response. */
export const MAX_LITERALS = 100;
/** Nested lists in a response; those that we ask for have two. */
export const MAX_NESTING = 20;

/** Octets of a body handed on at a time. */
export const PIECE_OCTETS = 64 * 1024;
/** Bodies asked for before the first of them has come, so that the way there and back is waited for once. */
export const REQUESTS_AHEAD = 16;
