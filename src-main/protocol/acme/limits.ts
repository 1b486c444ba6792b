/** Limits of talking to a certificate authority, each with its reason. */

/** An answer is a few KiB of JSON, a chain some more. */
export const MAX_REPLY_OCTETS = 256 * 1024;
export const REPLY_TIMEOUT_MS = 30_000;
/** RFC 8555 §6.5: a nonce that is refused is answered with a new one; pebble refuses one of twenty on purpose. */
export const MAX_NONCE_TRIES = 8;
/** Nonces kept for the next request: one at a time is enough, since requests come one after the other. */
export const MAX_KEPT_NONCES = 4;
/** Where the authority does not say (Retry-After) when to look again. */
export const POLL_MS = 2_000;
export const MAX_POLL_MS = 60_000;
/** An authority that has not decided by then has forgotten the order. */
export const PATIENCE_MS = 15 * 60_000;
