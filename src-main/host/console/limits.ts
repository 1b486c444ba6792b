/** Limits of who is signed in to the console, with their reasons. */
export const LIMITS = {
  sessions: 1000,
  /** Nobody has called for so long: the desk is empty. */
  sessionIdleMs: 4 * 60 * 60_000,
  /** However busy: sign in again once a day. */
  sessionLifetimeMs: 24 * 60 * 60_000,
  sessionSweepMs: 30_000,
  /** Between the password and the second factor: to find the phone. */
  confirmMs: 5 * 60_000,
  userAgentLength: 200,
} as const;
