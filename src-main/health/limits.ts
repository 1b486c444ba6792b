/** Limits of a run: whoever is silent costs a check its time, never the run. */

/** A check asks several servers one after the other at most; honest ones answer in a second. */
export const CHECK_TIMEOUT_MS = 10_000;

/** Most checks wait for DNS; more at once would only flood a small resolver. */
export const CHECKS_AT_ONCE = 32;

/** Connecting, each reply, the handshake. */
export const PROBE_TIMEOUT_MS = 4_000;

/** Pages and policies are small; registries are slow. */
export const WEB_TIMEOUT_MS = 6_000;
export const MAX_WEB_OCTETS = 256 * 1024;

/** Questions in a row that nobody answered; then the resolver counts as dead for the rest of the run. */
export const MOST_SILENCES = 3;

/** Of one check; SPF may ask some dozens. */
export const MOST_EVIDENCE = 60;
export const MAX_ANSWER_CHARACTERS = 600;

/** Runs of one subject that are kept as its history. */
export const HISTORY_DAYS = 90;
