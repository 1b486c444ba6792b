/** Limits of reports: strangers send them, so a bad one must cost no more than a large honest one. */

/** A report as it lies in its message; the largest that reporters send are some hundred KiB. */
export const MAX_COMPRESSED_OCTETS = 2 * 1024 * 1024;

/** Unpacked; what unpacks to more is a bomb or of no use. */
export const MAX_REPORT_OCTETS = 8 * 1024 * 1024;

/** Sources kept of one report; an office has dozens. */
export const MAX_ROWS = 5_000;

/** Failures kept of one TLS report. */
export const MAX_FAILURES = 1_000;

/** Parts of a message that are looked at for a report. */
export const MAX_PARTS_TRIED = 4;

/** Messages that wait to be looked at; beyond them, reports are left in the mailbox. */
export const MAX_WAITING = 100;

/** Characters of a text that a stranger wrote. */
export const MAX_TEXT = 255;

/** Different results of one day that are kept in memory before they are written. */
export const MAX_PENDING_COUNTS = 5_000;

/** Rows of a report that we send. */
export const MAX_SENT_ROWS = 10_000;

/** Addresses that one domain's report goes to (RFC 7489 §6.2 asks for two at least). */
export const MAX_DESTINATIONS = 4;
