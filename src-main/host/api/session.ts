/**
 * Session handlers: who is at the console. The only area, with setup's first step, that is open to everyone.
 */
import { ORPCError } from '@orpc/server';
import type { SessionState } from '../../contract/session.ts';
import { openCalls, refusal } from './base.ts';
import type { ConsoleServices, Visitor } from './services.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

export function createSessionHandlers(services: ConsoleServices, throttle: SignInThrottle) {
  return {
    state: openCalls.session.state.handler(({ context }) => describeSession(services, context.visitor)),

    signIn: openCalls.session.signIn.handler(async ({ input, context: { visitor } }) => {
      if (visitor.signIn === undefined) throw refusal('cannotSignInHere');
      const retryAfterMs = throttle.begin(visitor.remoteAddress);
      if (retryAfterMs > 0) throw tooManyAttempts(retryAfterMs);
      if (!(await services.administrators.verify(input.name, input.password))) {
        services.logger.warn('console sign-in refused', { remoteAddress: visitor.remoteAddress });
        throw refusal('wrongNameOrPassword');
      }
      throttle.succeeded(visitor.remoteAddress);
      visitor.signIn(input.name);
      services.logger.info('console sign-in', { administrator: input.name });
      return describeSession(services, visitor);
    }),

    signOut: openCalls.session.signOut.handler(({ context: { visitor } }) => {
      visitor.signOut?.();
      return describeSession(services, visitor);
    }),
  };
}

export async function describeSession(services: ConsoleServices, visitor: Visitor): Promise<SessionState> {
  if ((await services.administrators.count()) === 0) {
    return { kind: 'needsSetup', mayBegin: visitor.isLocal };
  }
  const administrator = visitor.administrator();
  if (administrator === null) return { kind: 'needsSignIn' };
  const { isSetUp } = await services.settings.read();
  return { kind: 'signedIn', administrator, isSetUp, shell: visitor.shell };
}

function tooManyAttempts(retryAfterMs: number) {
  return new ORPCError('TOO_MANY_ATTEMPTS', { status: 429, data: { retryAfterMs } });
}
