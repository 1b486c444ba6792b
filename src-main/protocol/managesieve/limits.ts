/** Limits of the ManageSieve engine. */

/** Octets of a line: quoted strings have 1024 at most (RFC 5804 §1.2), and SASL responses come on one. */
export const MAX_LINE_OCTETS = 16 * 1024;

/** RFC 5804 §1.2: octets of a quoted string; longer ones we send as literals. */
export const MAX_QUOTED_OCTETS = 1024;

/** Octets of a literal before anybody has signed in: only SASL needs one. */
export const MAX_LITERAL_BEFORE_SIGN_IN = 16 * 1024;

/** Octets of a literal that is read to its end and refused, so that the client hears why; beyond this the connection ends. */
export const MAX_SKIPPED_LITERAL = 16 * 1024 * 1024;

/** Arguments of one command; none takes more than two. */
export const MAX_ARGUMENTS = 8;

/** RFC 5804 §1.7: half an hour at least. */
export const IDLE_TIMEOUT_MS = 31 * 60_000;

/** Before anybody has signed in there is nothing to wait for. */
export const SIGN_IN_TIMEOUT_MS = 2 * 60_000;

/** Commands in a row that are not ManageSieve, after which it is no such client. */
export const MAX_BAD_COMMANDS = 10;

/** Failed sign-ins of one connection. */
export const MAX_FAILED_SIGN_INS = 4;
