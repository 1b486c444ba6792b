/** Administrators handlers: who may steer this server, and as what. For owners; the auditor looks on. */
import type { AdministratorsView, RoleChange } from '../../contract/administrators.ts';
import { canonicalDomain } from '../../directory/address-key.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { checkPassword } from './password-rules.ts';
import { describeConsoleSession } from './profile.ts';
import type { ConsoleServices, Visitor } from './services.ts';

const FEED_INTERVAL_MS = 500;

export function createAdministratorsHandlers(services: ConsoleServices) {
  const { access, settings, clock } = services;
  const { administrators, factors, sessions, tokens } = access;
  const calls = guardedCalls.administrators;

  return {
    watch: calls.watch.handler(({ context: { visitor }, signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => describeAdministrators(services, visitor),
        open: (changed) =>
          unsubscribeAll(
            administrators.onChange(changed),
            sessions.onChange(changed),
            tokens.onChange(changed),
            settings.onChange(changed),
          ),
      }),
    ),

    add: calls.add.handler(async ({ input: { password, ...wanted } }) => {
      await checkPassword(services, { kind: 'administrator', password, known: [wanted.name] });
      valueOf(await administrators.add({ password, ...(await checkRole(services, wanted)) }));
    }),

    change: calls.change.handler(async ({ input }) => {
      valueOf(await administrators.changeRole(input.name, await checkRole(services, input)));
    }),

    setPassword: calls.setPassword.handler(async ({ input: { name, password } }) => {
      await checkPassword(services, { kind: 'administrator', password, known: [name] });
      valueOf(await administrators.setPassword(name, password));
    }),

    resetSecondFactor: calls.resetSecondFactor.handler(async ({ input: { name } }) => {
      if (administrators.find(name) === null) throw refusal('noSuchAdministrator');
      await factors.reset(name);
    }),

    remove: calls.remove.handler(async ({ input: { name } }) => {
      valueOf(await administrators.remove(name));
    }),

    endSession: calls.endSession.handler(({ input }) => {
      sessions.endWhere(({ id }) => id === input.id);
    }),

    removeToken: calls.removeToken.handler(async ({ input: { id } }) => {
      valueOf(await tokens.remove(id));
    }),

    requireSecondFactor: calls.requireSecondFactor.handler(async ({ input: { roles } }) => {
      await settings.change({ secondFactorRequiredFor: roles });
    }),
  };
}

async function checkRole({ directory }: ConsoleServices, change: RoleChange): Promise<RoleChange> {
  if (change.role !== 'domainAdministrator') return { ...change, domains: [] };
  if (change.domains.length === 0) throw refusal('noDomains');
  const known = new Set((await directory.listDomains()).map(({ name }) => name));
  const domains = change.domains.map((domain) => canonicalDomain(domain) ?? domain);
  if (!domains.every((domain) => known.has(domain))) throw refusal('noSuchDomain');
  return { ...change, domains };
}

async function describeAdministrators(
  services: ConsoleServices,
  visitor: Visitor,
): Promise<AdministratorsView> {
  const { administrators, factors, sessions, tokens } = services.access;
  const own = visitor.sessionId?.() ?? null;
  return {
    administrators: administrators.list().map((administrator) => {
      const { name, role, domains, createdAt, passwordChangedAt, lastSignIn } = administrator;
      const { hasTotp, passkeys } = factors.stateOf(name);
      return {
        ...{ name, role, domains, createdAt, passwordChangedAt, lastSignIn, hasTotp },
        passkeys: passkeys.length,
        sessions: sessions.list(name).length,
      };
    }),
    sessions: sessions.list().map((session) => describeConsoleSession(session, own)),
    tokens: tokens.list(),
    factorRequiredFor: (await services.settings.read()).secondFactorRequiredFor,
  };
}
