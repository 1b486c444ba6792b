/** Bounds of what is said to a name server that keeps a zone. */

/** For one question and its answer; a server that signs zones takes seconds over an update. */
export const EXCHANGE_TIMEOUT_MS = 15_000;
/** RFC 1035 §4.2.2: the length has 16 bits. */
export const MAX_MESSAGE_OCTETS = 65_535;
/** RFC 1035 §2.3.4 */
export const MAX_LABEL_OCTETS = 63;
export const MAX_NAME_OCTETS = 255;
/** A name of 255 octets has no more labels, so no honest one jumps more often. */
export const MAX_POINTERS = 127;
/** RFC 1035 §3.3 */
export const MAX_STRING_OCTETS = 255;
/** RFC 8945 §10: how far clocks may be apart. */
export const TSIG_FUDGE_SECONDS = 300;
