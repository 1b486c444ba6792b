/** Limits of every connection, whatever is spoken on it. */

/** A host that does not answer a connection by then will not; the next address may. */
export const CONNECT_TIMEOUT_MS = 30_000;
/** A handshake that takes longer is a dead or a hostile peer; slow links need two or three seconds. */
export const TLS_HANDSHAKE_TIMEOUT_MS = 20_000;
/** RFC 8446 §5.1: one record; hello messages with keys for quantum computers have about 2 KiB. */
export const MAX_CLIENT_HELLO_OCTETS = 16 * 1024;
/** 30 MiB at most; a busy server has a few under way. */
export const MOST_HANDSHAKES = 500;
/** Each costs a few KiB of memory and a file descriptor; a small office needs a few hundred (IMAP IDLE on every device). */
export const MOST_CONNECTIONS = 5_000;
/** A whole office may sit behind one address, each device with several IMAP connections. */
export const MOST_CONNECTIONS_PER_ADDRESS = 200;
/** Who was told to come again has this long to take the word and go. */
export const FAREWELL_MS = 5_000;
/** Connections the system holds for us between two accepts. */
export const LISTEN_BACKLOG = 511;

/** "The PROXY protocol" §2 asks for 3 seconds at least; the header is the first thing that a proxy sends. */
export const PROXY_HEADER_TIMEOUT_MS = 10_000;

/** About 2 MiB in each of a few counts; more addresses than that in an hour are a flood, whatever we remember of it. */
export const MAX_REMEMBERED_CLIENTS = 10_000;

export interface ConnectionLimits {
  /** At once, from one address. */
  readonly connections: number;
  /** From one address. */
  readonly connectionsPerMinute: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  connections: MOST_CONNECTIONS_PER_ADDRESS,
  // An office behind one address wakes up with a few connections for each device; a scanner opens thousands.
  connectionsPerMinute: 600,
};
