/** Sizes of a repository, each with its reason. */

/**
 * Pieces of the database: eight of its pages. Pages stay where they are, so pieces at fixed places find what did not change; smaller ones
 * would find a little more and double the index, which is held in memory (some 200 octets a piece).
 */
export const DATABASE_CHUNK_OCTETS = 64 * 1024;

/** Pieces of other files: they are written once, so cutting finer finds nothing. */
export const FILE_CHUNK_OCTETS = 1024 * 1024;

/** Objects at the place: few enough requests, small enough to be held in memory and sent in one. */
export const PACK_OCTETS = 16 * 1024 * 1024;

/** Packs after which the index is written: what a backup that is cut off has stored before, the next one finds. */
export const PACKS_AN_INDEX = 16;

/** A pack of which less than this is still wanted is written anew. */
export const LEAST_WANTED_SHARE = 0.5;

/** A lock that was not renewed for so long belongs to nobody. */
export const LOCK_STALE_MS = 30 * 60_000;
export const LOCK_RENEW_MS = 5 * 60_000;

/** Between wanted parts of a pack that are fetched at once. */
export const GAP_OCTETS = 256 * 1024;

/** Files that are open at once while a backup is read. */
export const MOST_OPEN_FILES = 32;

/** Progress is told at most this often. */
export const PROGRESS_INTERVAL_MS = 200;
