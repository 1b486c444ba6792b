/** Limits of searches: a search may take long, but it holds nobody up and needs bounded memory. */

/** A text part beyond this is searched up to here; decoding needs it in memory. */
export const MAX_SEARCHED_OCTETS = 16 * 1024 * 1024;
