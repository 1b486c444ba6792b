/** Limits of relaying, each with its reason. */

/** Sessions at once to one next hop: what large hosts take from a sender they do not know. */
export const MAX_SESSIONS_PER_NEXT_HOP = 20;
/** Next hops of one message tried at once: a letter to a hundred domains must not open a hundred sessions. */
export const MAX_NEXT_HOPS_AT_ONCE = 10;
/** MX hosts whose addresses are looked up; RFC 5321 §5.1 asks for two at least. */
export const MAX_MX_HOSTS = 5;
/** Addresses tried in one attempt; what they have in common will not be better at the seventh. */
export const MAX_ADDRESSES = 6;
/** Content read from the store at once; with it, memory for a message of any size. */
export const CONTENT_RANGE_OCTETS = 128 * 1024;
/** A store that fails for a moment must not make us forget what a next hop has acknowledged. */
export const RECORD_TRIES = 5;
export const RECORD_RETRY_MS = 1_000;
