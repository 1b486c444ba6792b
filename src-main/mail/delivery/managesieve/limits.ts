/** Limits of ManageSieve sessions besides those of the engine. */

/** A failed sign-in waits this long, times the failures so far: guessing gets slow, mistyping does not. */
export const FAILED_SIGN_IN_DELAY_MS = 1_000;
