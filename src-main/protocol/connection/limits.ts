/** Limits of every listener, whatever it speaks. */

/** A handshake that takes longer is a dead or a hostile peer; slow links need two or three seconds. */
export const TLS_HANDSHAKE_TIMEOUT_MS = 20_000;
/** Each costs a few KiB of memory and a file descriptor; a small office needs a few hundred (IMAP IDLE on every device). */
export const MOST_CONNECTIONS = 5_000;
/** A whole office may sit behind one address, each device with several IMAP connections. */
export const MOST_CONNECTIONS_PER_ADDRESS = 200;
/** Connections the system holds for us between two accepts. */
export const LISTEN_BACKLOG = 511;
