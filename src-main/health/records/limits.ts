/** What a zone file that somebody brings may cost. */

/** The zone of an office has some hundred records, of 100 octets each. */
export const MAX_ZONE_FILE_CHARACTERS = 1024 * 1024;
export const MAX_ZONE_RECORDS = 20_000;
/** Whoever reads them stops sooner. */
export const MAX_ZONE_PROBLEMS = 100;
/** RFC 1035 §3.3: one character-string. */
export const MAX_STRING_OCTETS = 255;
/** RFC 1035 §3.2.1, as RFC 2181 §8 has it: a signed value never below zero. */
export const MAX_TTL_SECONDS = 2 ** 31 - 1;
/** RFC 1035 §2.3.4 */
export const MAX_NAME_CHARACTERS = 253;
