/** Limits of import and export. */

/** Octets read or written at a time. */
export const PIECE_OCTETS = 256 * 1024;

/** Messages of one commit, and octets of them that lie in memory meanwhile. */
export const MESSAGES_A_COMMIT = 100;
export const OCTETS_A_COMMIT = 4 * 1024 * 1024;

/** UIDs looked at at a time when a mailbox leaves. */
export const UIDS_A_PAGE = 1_000;

/** Messages of another server that are asked about at a time. */
export const MESSAGES_A_PAGE = 500;

/** Problems that a report names; the rest are counted. */
export const MOST_PROBLEMS = 100;

/** Progress is told so often at most. */
export const PROGRESS_INTERVAL_MS = 200;

/** Folders in folders that an import follows. */
export const MOST_LEVELS = 32;

/** First octets of a message that are searched for status fields. */
export const HEAD_OCTETS = 64 * 1024;
