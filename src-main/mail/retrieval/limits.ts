/** Limits that IMAP and POP3 sessions share. */

/** Octets read from the store at a time when a large message is sent. */
export const READ_OCTETS = 256 * 1024;
