/** Limits that IMAP and POP3 sessions share. */

/** A failed sign-in waits this long, times the failures so far: guessing gets slow, mistyping does not. */
export const FAILED_SIGN_IN_DELAY_MS = 1_000;

/** Octets read from the store at a time when a large message is sent. */
export const READ_OCTETS = 256 * 1024;
