/** Limits of signing in, and why they are what they are. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Wrong secrets are counted over this time; who mistypes in the morning begins anew after lunch. */
export const FAILURE_WINDOW_MS = 30 * MINUTE_MS;

/** A household of devices with an old password makes one failure each (the same wrong one counts once); a guesser makes more. */
export const FAILURES_OF_ADDRESS = 10;
/** Several customers may share a network; a botnet in one is closed after five of its addresses are. */
export const FAILURES_OF_NETWORK = 50;
/** From places where the account never signed in before; its own places stay open. */
export const FAILURES_OF_ACCOUNT = 30;

/** For one account, from a place where it has signed in: somebody in the office, or on this machine, guesses. */
export const FAILURES_OF_PLACE = FAILURES_OF_ADDRESS;

/** The first block; each further one within a day lasts twice as long. */
export const FIRST_BLOCK_MS = 5 * MINUTE_MS;
export const LONGEST_BLOCK_MS = DAY_MS;

/** Who goes on all the same is not even greeted any more: TLS handshakes cost us more than them. */
export const TURNED_AWAY_BEFORE_SHUT_OUT = 20;

/** The first wrong secret waits this long for its answer, each further one from there as much longer. */
export const REFUSAL_DELAY_MS = 1_000;
/** Longer would only hold our memory. */
export const LONGEST_REFUSAL_DELAY_MS = 10_000;

/** Counts of addresses, networks and names, each some 200 octets; what was quiet longest is forgotten first. */
export const MOST_COUNTED = 20_000;
/** An address tries few names before it is closed. */
export const MOST_NAMES_OF_ADDRESS = FAILURES_OF_ADDRESS + 1;

/** Strangers' passwords are hashed one at a time (some 40 ms): guesses leave the other processors to honest users. */
export const STRANGERS_HASHED_AT_ONCE = 1;
/** About ten seconds of waiting; who comes later is told to come again. */
export const MOST_STRANGERS_WAITING = 250;

/** Of a stranger's address in that line; its others wait for their outcome. */
export const MOST_UNDER_WAY_OF_ADDRESS = 4;

/** Attempts that wait until others from there are known to be right or wrong: an office behind one address, five connections a program. */
export const MOST_WAITING_OF_ADDRESS = 100;
/** Each holds a connection's memory, some 130 KiB under load. */
export const MOST_WAITING = 150;
/** Mail programs give up after half a minute and more. */
export const LONGEST_WAIT_MS = 15_000;

/** Wrong secrets that are known again without hashing: a phone with an old password asks every few minutes. */
export const MOST_KNOWN_WRONG = 10_000;

/** An account's places: where it has signed in within this time. */
export const KNOWN_PLACE_MS = 30 * DAY_MS;
export const MOST_KNOWN_PLACES = 50_000;

/** The log of sign-ins. */
export const KEEP_SIGN_INS_MS = 30 * DAY_MS;
export const MOST_SIGN_INS_KEPT = 20_000;
/** Noted in memory and written together. */
export const FLUSH_SIGN_INS_MS = 15_000;
/** Different ones between two writes; an attack with more names is summed up. */
export const MOST_DIFFERENT_NOTES = 2_000;
/** RFC 5321 §4.5.3.1: a path has 256 octets. */
export const MOST_NAME_CHARACTERS = 256;

/** More devices than a person has. */
export const MOST_APP_PASSWORDS = 50;
