/** Limits of authentication: a hostile message or zone must cost no more than a large honest one. */

/** RFC 7208 §4.6.4: terms that ask DNS, the record's own query not counted. */
export const MAX_SPF_LOOK_UPS = 10;

/** RFC 7208 §4.6.4: answers without a record among them. */
export const MAX_SPF_VOID_LOOK_UPS = 2;

/** RFC 7208 §4.6.4: names of one mx or ptr mechanism whose addresses are asked for. */
export const MAX_SPF_HOSTS = 10;

/** RFC 7208 §4.3, §7.3: a name in DNS. */
export const MAX_DNS_NAME_OCTETS = 253;
export const MAX_DNS_LABEL_OCTETS = 63;

/** Steps of a check that are kept to be shown; a record may hold thousands of addresses. */
export const MAX_SPF_STEPS = 500;

/** An explanation goes into a reply line (RFC 5321 §4.5.3.1.5: 512 octets with everything else in it). */
export const MAX_EXPLANATION_OCTETS = 400;

/**
 * Signatures of one message that are looked at, from the top: RFC 6376 §6.1 lets a verifier limit them, since each costs a query for its key
 * and arithmetic with it. Lists add one or two, so honest mail stays below five.
 */
export const MAX_SIGNATURES = 8;

/**
 * Beginnings of one body (l=) whose hashes are kept for each canonicalization: as many as there are signatures that are looked at.
 * The body is made canonical and hashed once for all of them, so it costs twice its octets at most.
 */
export const MAX_BODY_LENGTHS = 8;

/** Keys tried where a selector has more than one record, which RFC 6376 §3.6.2.2 leaves undefined. */
export const MAX_KEY_RECORDS = 3;

/** RFC 8301 §3.2: shorter keys prove nothing. */
export const MIN_RSA_BITS = 1024;

/** RFC 8301 §3.2 asks for 4096; beyond 8192 a verification costs milliseconds. */
export const MAX_RSA_BITS = 8192;

/** Everybody has 65537; with an exponent as long as the key each verification takes 20 ms, and its owner chooses it. */
export const MAX_RSA_EXPONENT_BITS = 32;

/** Clocks differ; a signature may come from so far in the future. */
export const MAX_CLOCK_SKEW_SECONDS = 3600;

/** RFC 8617 §4.2.1 */
export const MAX_ARC_INSTANCES = 50;

/** RFC 9989 §4.10: queries of one tree walk; longer names are cut to this many labels less one after the first query. */
export const MAX_TREE_WALK_QUERIES = 8;

/** Author domains of one message that are judged; more than one is hardly ever honest. */
export const MAX_AUTHOR_DOMAINS = 5;

/** A header section beyond this is not judged: nobody signs such. */
export const MAX_HEADER_OCTETS = 256 * 1024;

/** How much of a content is in memory at a time. */
export const RANGE_OCTETS = 128 * 1024;
