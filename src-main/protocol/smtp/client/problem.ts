/**
 * SessionProblem: why a session with a server could not begin or go on, in the terms of an outcome (RFC 3463, RFC 3464).
 */
import { describeReply, statusOf, type ServerReply } from './reply.ts';

export interface SessionProblem {
  /** Whether trying again, at this host or another, can help. */
  readonly isPermanent: boolean;
  /** Enhanced status code. */
  readonly status: string;
  /** The server's reply, or a sentence that says what happened. */
  readonly diagnostic: string;
}

/** The session cannot go on; the one error that the client engine throws, caught where a session or transaction begins. */
export class SessionBrokenError extends Error {
  override name = 'SessionBrokenError' as const;
  readonly problem: SessionProblem;

  constructor(problem: SessionProblem) {
    super(problem.diagnostic);
    this.problem = problem;
  }
}

export function temporaryProblem(status: string, diagnostic: string): SessionProblem {
  return { isPermanent: false, status, diagnostic };
}

/** A refusal that concerns the session: it may be about this host or this moment, so it is not the message's end. */
export function refusedForNow(reply: ServerReply): SessionProblem {
  return temporaryProblem(statusOf(reply).replace(/^5/u, '4'), describeReply(reply));
}
