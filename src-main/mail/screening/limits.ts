/** Limits of screening: what is read of a message, how long a look may take. */

/** What is read of one text part, and of all together: junk says what it wants in the first lines, newsletters are long. */
export const MAX_PART_TEXT_OCTETS = 256 * 1024;
export const MAX_TEXT_OCTETS = 1024 * 1024;

/** Links in a text; a newsletter has some hundred. */
export const MAX_LINKS = 500;
/** Different domains of links that lists are asked about. */
export const MAX_LINK_DOMAINS = 20;

/** What is decoded at the start and at the end of an archive to find the names in it. */
export const ARCHIVE_WINDOW_OCTETS = 192 * 1024;
/** Names in one archive that are looked at. */
export const MAX_ARCHIVE_NAMES = 2000;

/** Octets of a message are handed to engines in pieces of this size. */
export const PIECE_OCTETS = 64 * 1024;

/** All checks of a message together; what has not answered then could not be determined. Clients wait 10 minutes (RFC 5321 §4.5.3.2.6). */
export const SCREENING_TIMEOUT_MS = 60_000;
/**
 * What DNS may take of one message, all checks side by side: a client waits so long under silent name servers, and what they have not
 * told then nobody could say (temperror). RFC 7208 §4.6.4 would have 20 seconds at least; mail of good senders is
 * answered in less than one, and clients that wait hold sessions of theirs and ours.
 */
export const DNS_BUDGET_MS = 5_000;
/** Checks that only look at the message, and at DNS. */
export const CHECK_TIMEOUT_MS = 10_000;
/** What a client may wait for at RCPT (RFC 5321 §4.5.3.2.3 gives 5 minutes; people's patience is shorter). */
export const RECIPIENT_TIMEOUT_MS = DNS_BUDGET_MS;
