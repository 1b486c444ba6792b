/** Limits of IMAP sessions over the mailstore. */

/** APPENDLIMIT (RFC 7889): above what submission takes (50 MiB), so that every sent message can be filed. */
export const MAX_APPEND_OCTETS = 64 * 1024 * 1024;

/** How often a client that waits hears that its command goes on (RFC 9585 §4.2): well below the timeouts of a minute that clients have. */
export const PROGRESS_INTERVAL_MS = 10_000;

/** Messages in one APPEND (RFC 3502): all of them are staged before any is stored. */
export const MAX_APPENDED_MESSAGES = 1_000;

/** Names of annotations that others changed and a silent client has not heard of: beyond it NOTIFY ends, and without it the rest is not told. */
export const MAX_PENDING_METADATA = 10_000;

/** Mailboxes of an account that NOTIFY watches: what a client knows of each is kept (RFC 5465 §3.1). */
export const MAX_WATCHED_MAILBOXES = 10_000;

/** Mailboxes with news for a client that does not read: beyond it NOTIFY ends (RFC 5465 §5.8). */
export const MAX_PENDING_MAILBOXES = 20_000;

/** Mailboxes in one ESEARCH (RFC 7377 §2.4): more than people have; a search of 1,000 empty ones takes a moment. */
export const MAX_SEARCHED_MAILBOXES = 2_000;

/** Messages whose indexes are read at a time. */
export const INDEX_BATCH = 200;

/** Messages that a FETCH of lists answers at a time: their text is some hundred KiB at most. */
export const LISTING_BATCH = 500;

/** Responses of one such FETCH that a transcript shows; they are all alike. */
export const SHOWN_RESPONSES = 20;

/** How long a search or fetch may keep other sessions waiting before it lets them go first. */
export const TIME_SLICE_MS = 20;

/** Characters of a LIST pattern; names have at most 500. */
export const MAX_PATTERN_LENGTH = 2_000;
