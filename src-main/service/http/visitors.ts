/**
 * Visitors: who is behind an HTTP request or a WebSocket: by session cookie, or by the token of a script.
 *
 * Invariants: a request with an Authorization field is a script's and its cookies are not looked at, so that no other site can
 * borrow a browser's session for it; wrong tokens are counted like wrong passwords.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsoleContext, Visitor } from '../../host/api/services.ts';
import type { ConsoleAccess } from '../../host/console/console-access.ts';
import { TOKEN_NAME } from '../../host/console/console-door.ts';
import type { ConsoleSession } from '../../host/console/console-sessions.ts';
import { isLocalClient } from './request-guard.ts';
import type { SessionCookie } from './session-cookie.ts';

export type VisitorsAccess = Pick<ConsoleAccess, 'sessions' | 'tokens' | 'door'>;

/** RFC 6750 §2.1 */
const BEARER = /^Bearer +([\w~+/.-]+=*)$/iu;

/** Without a response there is no cookie to set: then signing in is not offered. */
export function browserContext(
  { sessions }: VisitorsAccess,
  by: {
    readonly cookie: SessionCookie;
    readonly request: IncomingMessage;
    readonly response?: ServerResponse;
  },
): ConsoleContext {
  const { cookie, request, response } = by;
  let token = cookie.read(request);
  const find = (): ConsoleSession | null => sessions.use(token);
  const visitor: Visitor = {
    ...factsOf(request),
    shell: 'browser',
    administrator: () => ifStage(find(), 'signedIn')?.administrator ?? null,
    sessionId: () => find()?.id ?? null,
    halfway: () => {
      const session = ifStage(find(), 'halfway');
      return session && { administrator: session.administrator, until: session.endsAt };
    },
    signOut: () => {
      sessions.end(token);
      if (response !== undefined) cookie.clear(response);
    },
  };
  if (response === undefined) return { visitor };
  const signIn: Visitor['signIn'] = (administrator, stage = 'signedIn') => {
    sessions.end(token);
    const address = request.socket.remoteAddress ?? '';
    const userAgent = request.headers['user-agent'] ?? '';
    token = sessions.start({ administrator, stage, address, userAgent });
    cookie.set(request, response, token);
  };
  return { visitor: { ...visitor, signIn } };
}

/** A number: milliseconds to wait; null: no token of ours. */
export async function scriptContext(
  { tokens, door }: VisitorsAccess,
  request: IncomingMessage,
): Promise<ConsoleContext | { readonly retryAfterMs: number } | null> {
  const [, secret = ''] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  const facts = factsOf(request);
  const comer = { name: TOKEN_NAME, address: facts.remoteAddress, method: 'token' } as const;
  const found = await door.admit(comer, () => Promise.resolve(tokens.use(secret, comer.address)));
  if (found === null || 'retryAfterMs' in found) return found;
  const { id, name, scopes, administrator } = found;
  return {
    visitor: {
      ...{ ...facts, shell: 'script', token: () => ({ id, name, scopes }) },
      administrator: () => (tokens.isAlive(id) ? administrator : null),
    },
  };
}

function factsOf(request: IncomingMessage) {
  return {
    isLocal: isLocalClient(request),
    remoteAddress: request.socket.remoteAddress ?? '',
    origin: secureOrigin(request),
  };
}

/** WebAuthn §13.4.9: a page over https, or on this machine by name; the guard has checked that the origin is ours. */
function secureOrigin({ headers: { origin } }: IncomingMessage): string | null {
  if (origin === undefined || !URL.canParse(origin)) return null;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname === 'localhost' ? origin : null;
}

function ifStage(session: ConsoleSession | null, stage: ConsoleSession['stage']): ConsoleSession | null {
  return session?.stage === stage ? session : null;
}
