/** Limits of the directory. */

/** Beyond this, hashing a "password" is an attack on our CPU. */
export const MOST_PASSWORD_CHARACTERS = 1_000;

/** A person has a few addresses; a list this long is a mistake. */
export const MOST_ADDRESSES = 100;

/** Members of a group, targets of an alias: RCPT follows them all. */
export const MOST_TARGETS = 10_000;

/** A program's arguments; the operating system takes some hundred KiB. */
export const MOST_ARGUMENTS = 100;
