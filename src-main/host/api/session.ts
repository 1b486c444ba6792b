/**
 * Session handlers: who is at the console. The only area, with setup's first step, that is open to everyone.
 *
 * Flow: signIn (name, password) → confirm or confirmPasskey, where there is a second factor → signed in. Invariants: the
 * session's token is new at every step; names that nobody has are answered like wrong passwords, in words and time.
 */
import { ORPCError } from '@orpc/server';
import type { SessionState } from '../../contract/session.ts';
import type { Comer } from '../console/console-door.ts';
import { openCalls, refusal } from './base.ts';
import { findCaller } from './gate.ts';
import type { ConsoleServices, Visitor } from './services.ts';

export function createSessionHandlers(services: ConsoleServices) {
  const { access, logger } = services;
  const { session } = openCalls;

  async function enter(visitor: Visitor, name: string): Promise<SessionState> {
    await access.administrators.noteSignIn(name, visitor.remoteAddress);
    visitor.signIn?.(name, 'signedIn');
    logger.info('console sign-in', { administrator: name });
    return describeSession(services, visitor);
  }

  return {
    state: session.state.handler(({ context }) => describeSession(services, context.visitor)),

    signIn: session.signIn.handler(async ({ input: { name, password }, context: { visitor } }) => {
      if (visitor.signIn === undefined) throw refusal('cannotSignInHere');
      const comer = { name, address: visitor.remoteAddress, method: 'password' } as const;
      const isRight = await look(services, comer, () => access.administrators.verify(name, password));
      if (!isRight) throw refusal('wrongNameOrPassword');
      if (!access.factors.isEnrolled(name)) return enter(visitor, name);
      visitor.signIn(name, 'halfway');
      return describeSession(services, visitor);
    }),

    confirm: session.confirm.handler(async ({ input: { code }, context: { visitor } }) => {
      const name = halfwayName(visitor);
      const comer = { name, address: visitor.remoteAddress, method: 'code' } as const;
      const isRight = await look(services, comer, () => access.factors.verifyCode(name, code));
      if (!isRight) throw refusal('wrongCode');
      return enter(visitor, name);
    }),

    challenge: session.challenge.handler(async ({ context: { visitor } }) => {
      const options = await access.passkeys.challenge(halfwayName(visitor), placeOf(visitor));
      return { ...options };
    }),

    confirmPasskey: session.confirmPasskey.handler(async ({ input: { response }, context: { visitor } }) => {
      const name = halfwayName(visitor);
      const comer = { name, address: visitor.remoteAddress, method: 'securityKey' } as const;
      const isRight = await look(services, comer, () =>
        access.passkeys.verify(name, response, placeOf(visitor)),
      );
      if (!isRight) throw refusal('passkeyRefused');
      return enter(visitor, name);
    }),

    signOut: session.signOut.handler(({ context: { visitor } }) => {
      visitor.signOut?.();
      return describeSession(services, visitor);
    }),
  };
}

/** Whether the secret is right, if it may be looked at at all. */
async function look(
  services: ConsoleServices,
  comer: Comer,
  verify: () => Promise<boolean>,
): Promise<boolean> {
  const found = await services.access.door.admit(comer, async () => ((await verify()) ? true : null));
  if (found === true) return true;
  if (found !== null) throw tooManyAttempts(found.retryAfterMs);
  services.logger.warn('console sign-in refused', { remoteAddress: comer.address, method: comer.method });
  return false;
}

function halfwayName(visitor: Visitor): string {
  const halfway = visitor.halfway?.() ?? null;
  if (halfway === null || visitor.signIn === undefined) throw refusal('noSecondFactorHere');
  return halfway.administrator;
}

/** WebAuthn needs a secure context with a name: https, or localhost. */
export function placeOf({ origin }: Visitor): { readonly origin: string } {
  if (origin === undefined || origin === null) throw refusal('noSecondFactorHere');
  return { origin };
}

export async function describeSession(services: ConsoleServices, visitor: Visitor): Promise<SessionState> {
  const { access } = services;
  if ((await access.administrators.count()) === 0) return { kind: 'needsSetup', mayBegin: visitor.isLocal };
  const caller = await findCaller(services, visitor);
  if (caller !== null) {
    const { isSetUp } = await services.settings.read();
    const { name: administrator, role, domains, mustEnrol } = caller;
    return { kind: 'signedIn', administrator, role, domains, mustEnrol, isSetUp, shell: visitor.shell };
  }
  const halfway = visitor.halfway?.() ?? null;
  if (halfway === null) return { kind: 'needsSignIn' };
  const { hasTotp, passkeys } = access.factors.stateOf(halfway.administrator);
  return { kind: 'needsSecondFactor', hasTotp, hasPasskeys: passkeys.length > 0, until: halfway.until };
}

function tooManyAttempts(retryAfterMs: number) {
  return new ORPCError('TOO_MANY_ATTEMPTS', { status: 429, data: { retryAfterMs } });
}
