/** Limits of handing messages over. */

/** A mail program holds its lock while it rewrites a large file; longer, and the message comes again later. */
export const LOCK_WAIT_MS = 30_000;
/** Between two looks at somebody else's lock. */
export const LOCK_RETRY_MS = 50;
/** A dot-lock that nobody has touched for so long is left from a crash (as liblockfile has it). */
export const STALE_LOCK_MS = 5 * 60_000;
/** Messages written under one lock; then others get their turn at the file. */
export const MESSAGES_A_LOCK = 100;

/** A program that takes longer has hung. */
export const PIPE_TIMEOUT_MS = 5 * 60_000;
/** Between the polite signal and the other one. */
export const PIPE_KILL_AFTER_MS = 5_000;
/** What of a program's words the sender and the timeline are told. */
export const PIPE_OUTPUT_OCTETS = 1_000;
/** Programs at once; each is a process. */
export const PIPES_AT_ONCE = 5;
