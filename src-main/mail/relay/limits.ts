/** Limits of relaying, each with its reason. */

/** Sessions at once to one next hop: what large hosts take from a sender they do not know. */
export const MAX_SESSIONS_PER_NEXT_HOP = 20;
/** Bulk that has stood in line this much longer than other mail goes first. */
export const BULK_PATIENCE_MS = 2 * 60_000;
/** How long an attempt stands in line: it takes the place of others meanwhile, and most lines move faster. */
export const MAX_LINE_WAIT_MS = 2_000;
/** How many stand in a line that moves too slowly: enough to keep its sessions busy. */
export const SHORT_LINE = 10;
/** Until turns have been measured. */
export const FIRST_TURN_GAP_MS = 2_000;
/** Turns are counted for so long: sessions that began together end together. */
export const MEASURED_MS = 60_000;
export const MAX_TURN_GAP_MS = 60_000;
/** When who had no turn comes again: not at once, and often enough to notice that a line has become short. */
export const MIN_LATER_MS = 1_000;
export const MAX_LATER_MS = 15 * 60_000;
/** How long a next hop that goes on refusing is left alone: as long as a person would wait who watches it. */
export const MAX_REST_MS = 30 * 60_000;
/** Next hops remembered because they refused us; each costs some hundred octets. */
export const MAX_REMEMBERED_NEXT_HOPS = 10_000;
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
