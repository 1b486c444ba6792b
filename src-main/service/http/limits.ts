/** Limits of the console over HTTP and WebSocket, with their reasons. */
export const LIMITS = {
  /** A sign-in is some hundred octets. */
  bodyBytes: 16 * 1024,
  /** The largest call of a script: a list of accounts (contract/limits.ts, csvLength) in JSON. */
  scriptBodyBytes: 2 * 1024 * 1024,
  /** Cookies of other programs on the same name come along; Node's own default. */
  headerBytes: 16 * 1024,
  /** The largest call: an alias with all its targets. */
  frameBytes: 256 * 1024,
  /** A page that reads so slowly that this much waits for it is cut off; it opens its feeds again. */
  unsentBytes: 8 * 1024 * 1024,
  socketsPerSession: 32,
  connections: 5000,
  /** A script asks and goes; a feed over HTTP is cut here. */
  scriptAnswerMs: 60_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 15_000,
  /** How often timeouts are looked for. */
  connectionsCheckMs: 5000,
  /** A WebSocket that does not answer one ping before the next is dead. */
  pingIntervalMs: 30_000,
} as const;
