/** Limits of Sieve: a script costs a delivery no more than these, whoever wrote it. */

/** Octets of a script. The longest that people and their tools write (long block lists) stay below 100 KiB. */
export const MAX_SCRIPT_OCTETS = 1024 * 1024;

/** Blocks within blocks, and tests within tests: RFC 5228 §2.10.5 asks for 15 of both at least. */
export const MAX_NESTING = 32;

/** Commands and tests that may run for one message: loops over parts and includes are counted like everything else. */
export const MAX_STEPS = 50_000;

/** Elementary comparisons of `:matches` and `:regex`: about half a second on a small PC, and no honest script comes near. */
export const MAX_MATCH_STEPS = 5_000_000;

/** Instructions of one compiled regular expression; `{m,n}` is written out, so it is bounded here. */
export const MAX_REGEX_INSTRUCTIONS = 2000;

/** Actions of one run; RFC 5228 §2.10.4 lets a site say how many. */
export const MAX_ACTIONS = 32;

/** Redirects of one run: one message must not become a mailing (RFC 5228 §10). */
export const MAX_REDIRECTS = 5;

/** Notifications of one run (RFC 5435 §8). */
export const MAX_NOTIFICATIONS = 3;

/** RFC 5229 §3: variables at least 128, a value at least 4000 characters, names at least 32 characters. */
export const MAX_VARIABLES = 256;
export const MAX_VARIABLE_CHARACTERS = 16_384;
export const MAX_VARIABLE_NAME_CHARACTERS = 64;

/** RFC 5229 §3.2: match variables at least to `${9}`. */
export const MAX_MATCH_VARIABLES = 32;

/** RFC 6609 §3.1: includes within includes. */
export const MAX_INCLUDE_DEPTH = 10;

/** Scripts that one run may read, each as often as it is included. */
export const MAX_INCLUDED_SCRIPTS = 50;

/** Characters of all scripts that one run includes: they are read and checked for each message. */
export const MAX_INCLUDED_CHARACTERS = 256 * 1024;

/** Octets of bodies that one run decodes and looks at; what lies beyond is not searched. */
export const MAX_BODY_OCTETS = 4 * 1024 * 1024;

/** Header fields that one run may add (RFC 5293 §8). */
export const MAX_ADDED_FIELDS = 64;

/** RFC 7352 §3.1: what `:uniqueid` and Message-ID are remembered for where the script does not say: seven days. */
export const DEFAULT_DUPLICATE_SECONDS = 7 * 86_400;
/** …and the most it may ask for. */
export const MAX_DUPLICATE_SECONDS = 90 * 86_400;

/** RFC 5230 §4.1: seven days where the script does not say; a day at least, or a second with vacation-seconds (RFC 6131). */
export const DEFAULT_VACATION_DAYS = 7;
export const MAX_VACATION_DAYS = 365;

/** Octets of a message that `replace` or `enclose` may change: it is held in memory then. */
export const MAX_REPLACED_MESSAGE_OCTETS = 32 * 1024 * 1024;

/** Octets of edits (RFC 5703, RFC 5293) to one message. */
export const MAX_TEXT_OCTETS = 256 * 1024;
