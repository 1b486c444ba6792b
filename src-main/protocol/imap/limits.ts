/** Limits of the IMAP engine: a session may cost memory and time, but not without bound. */

/** A command line without its literals. Clients that sync send UID sets of some 10 KiB; RFC 7162 §4 asks for 8 KiB at least. */
export const MAX_LINE_OCTETS = 64 * 1024;

/** All literals of one command except a message: mailbox names, passwords, search strings. */
export const MAX_COMMAND_LITERAL_OCTETS = 64 * 1024;

/** The same before anybody has signed in: a name and a password. */
export const MAX_UNAUTHENTICATED_LITERAL_OCTETS = 4 * 1024;

/** A metadata value (RFC 5464 §4.1: at least 1,024): colours and notes are small; a command's literals fit twice. */
export const MAX_METADATA_VALUE_OCTETS = 32 * 1024;

/** The name of a metadata entry; vendors' names have some 60. */
export const MAX_METADATA_NAME_OCTETS = 250;

/** Literals in one command; each costs a round trip of ours. */
export const MAX_COMMAND_LITERALS = 100;

/** Nesting of parentheses, NOT and OR in a command; people's searches have two or three levels. */
export const MAX_NESTING = 50;

/** Ranges in a sequence set, after which it is a mistake. */
export const MAX_SEQUENCE_RANGES = 20_000;

/** Commands in a row that are not IMAP, after which it is no IMAP client. */
export const MAX_BAD_COMMANDS = 10;

/** Failed sign-ins of one connection; a person who mistypes gets a dialog from the client in between. */
export const MAX_FAILED_SIGN_INS = 4;

/** RFC 9051 §5.4: at least 30 minutes once somebody has signed in. */
export const IDLE_TIMEOUT_MS = 30 * 60_000;

/** Before that a client has nothing to wait for; slow TLS and password dialogs need a minute or so. */
export const SIGN_IN_TIMEOUT_MS = 2 * 60_000;

/** A literal that was announced must come: each of its pieces within this. */
export const LITERAL_TIMEOUT_MS = 5 * 60_000;
