/** Profile handlers: administrators' own password, second factor, sessions and API tokens. */
import type { Profile } from '../../contract/profile.ts';
import type { ConsoleSession } from '../console/console-sessions.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { checkPassword } from './password-rules.ts';
import type { Caller, ConsoleServices, Visitor } from './services.ts';
import { placeOf } from './session.ts';

const FEED_INTERVAL_MS = 500;

const { profile } = guardedCalls;

export function createProfileHandlers(services: ConsoleServices) {
  return { ...ownHandlers(services), ...factorHandlers(services), ...meansHandlers(services) };
}

function ownHandlers(services: ConsoleServices) {
  const { access, clock } = services;
  const { administrators, sessions, tokens } = access;
  return {
    watch: profile.watch.handler(({ context: { caller, visitor }, signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => Promise.resolve(describeProfile(services, caller, visitor)),
        open: (changed) =>
          unsubscribeAll(
            administrators.onChange(changed),
            sessions.onChange(changed),
            tokens.onChange(changed),
          ),
      }),
    ),

    changePassword: profile.changePassword.handler(async ({ input, context: { administrator, visitor } }) => {
      await checkOwn(services, visitor, input.current);
      const { password } = input;
      await checkPassword(services, { kind: 'administrator', password, known: [administrator] });
      valueOf(await administrators.setPassword(administrator, password));
      visitor.signIn?.(administrator, 'signedIn');
    }),
  };
}

/** What is asked for besides the password. */
function factorHandlers(services: ConsoleServices) {
  const { administrators, factors, passkeys } = services.access;
  return {
    beginTotp: profile.beginTotp.handler(async ({ context: { administrator } }) => {
      if (administrators.find(administrator) === null) throw refusal('noSuchAdministrator');
      const { hostname } = await services.settings.read();
      return factors.beginTotp(administrator, `Postroom ${hostname}`);
    }),

    confirmTotp: profile.confirmTotp.handler(async ({ input, context: { administrator } }) => {
      const recoveryCodes = await factors.confirmTotp(administrator, input.code);
      if (recoveryCodes === null) throw refusal('wrongCode');
      return { recoveryCodes };
    }),

    removeTotp: profile.removeTotp.handler(async ({ input, context: { administrator, visitor } }) => {
      await checkOwn(services, visitor, input.password);
      await factors.removeTotp(administrator);
    }),

    renewRecoveryCodes: profile.renewRecoveryCodes.handler(
      async ({ input, context: { administrator, visitor } }) => {
        await checkOwn(services, visitor, input.password);
        return { recoveryCodes: (await factors.renewRecoveryCodes(administrator)) ?? [] };
      },
    ),

    beginPasskey: profile.beginPasskey.handler(async ({ context: { administrator, visitor } }) => {
      if (administrators.find(administrator) === null) throw refusal('noSuchAdministrator');
      return { ...(await passkeys.begin(administrator, placeOf(visitor))) };
    }),

    confirmPasskey: profile.confirmPasskey.handler(async ({ input, context: { administrator, visitor } }) => {
      const { name: called, response } = input;
      valueOf(await passkeys.confirm(administrator, { called, response, place: placeOf(visitor) }));
    }),

    removePasskey: profile.removePasskey.handler(async ({ input, context: { administrator, visitor } }) => {
      await checkOwn(services, visitor, input.password);
      await passkeys.remove(administrator, input.id);
    }),
  };
}

/** Sessions and API tokens. */
function meansHandlers({ access: { administrators, sessions, tokens } }: ConsoleServices) {
  return {
    endSession: profile.endSession.handler(({ input, context: { administrator } }) => {
      sessions.endWhere(({ id, administrator: whose }) => id === input.id && whose === administrator);
    }),

    endOtherSessions: profile.endOtherSessions.handler(({ context: { administrator, visitor } }) => {
      const own = visitor.sessionId?.() ?? null;
      sessions.endWhere(({ id, administrator: whose }) => whose === administrator && id !== own);
    }),

    addToken: profile.addToken.handler(async ({ input, context: { administrator } }) => {
      if (administrators.find(administrator) === null) throw refusal('noSuchAdministrator');
      return valueOf(await tokens.add({ administrator, ...input }));
    }),

    removeToken: profile.removeToken.handler(async ({ input, context: { administrator } }) => {
      valueOf(await tokens.remove(input.id, administrator));
    }),
  };
}

/** Who has walked up to an open page does not know the password. */
async function checkOwn({ access }: ConsoleServices, visitor: Visitor, password: string): Promise<void> {
  const { administrators, door } = access;
  const name = visitor.administrator();
  if (name === null || administrators.find(name) === null) throw refusal('noSuchAdministrator');
  const comer = { name, address: visitor.remoteAddress, method: 'password' } as const;
  const look = async () => ((await administrators.verify(name, password)) ? true : null);
  if ((await door.admit(comer, look)) !== true) throw refusal('wrongNameOrPassword');
}

function describeProfile({ access }: ConsoleServices, caller: Caller, visitor: Visitor): Profile {
  const { name, role, domains, mustEnrol } = caller;
  const own = visitor.sessionId?.() ?? null;
  return {
    ...{ name, role, domains, mustEnrol },
    passwordChangedAt: access.administrators.find(name)?.passwordChangedAt ?? 0,
    factor: access.factors.stateOf(name),
    sessions: access.sessions.list(name).map((session) => describeConsoleSession(session, own)),
    tokens: access.tokens.list(name),
  };
}

export function describeConsoleSession(session: ConsoleSession, own: string | null) {
  const { id, administrator, startedAt, lastUsedAt, idleEndsAt, endsAt, address, userAgent } = session;
  return {
    ...{ id, administrator, startedAt, lastUsedAt, idleEndsAt, endsAt, address, userAgent },
    isThis: id === own,
  };
}
