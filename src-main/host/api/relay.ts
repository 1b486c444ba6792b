/**
 * Relay handlers: rules, routes and the smart host as the administrator changes them; trying them out.
 *
 * Invariants: a change is made of the newest state or not at all; what would be an open relay is never kept; passwords are
 * kept, never shown, and never sent to a host that they were not saved for.
 */
import { createHash } from 'node:crypto';
import { FIXED_RULES } from '../../contract/relay.ts';
import type { ConnectionTest, RelayInput, RelaySetUp, RouteInput, RouteView } from '../../contract/relay.ts';
import { parseHostPort } from '../../mail/routing/host-port.ts';
import { findRouteProblem } from '../../mail/routing/find-route-problem.ts';
import type { NextHop, RelaySetting, RouteSetting } from '../../mail/routing/port.ts';
import { findRuleProblem, type RuleProblem } from '../../mail/routing/relay-rules/find-rule-problem.ts';
import type { EVERYTHING_ELSE_RULE, OWN_RECIPIENTS_RULE } from '../../mail/routing/relay-rules/port.ts';
import type { HostSettings } from '../port.ts';
import { guardedCalls, refusal } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { hopToTest } from './relay-test-hop.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

// The page knows the fixed rules by the names that the stages give them.
FIXED_RULES satisfies { ours: typeof OWN_RECIPIENTS_RULE; everythingElse: typeof EVERYTHING_ELSE_RULE };

export function createRelayHandlers(services: ConsoleServices) {
  const { clock, settings, directory, relayDesk } = services;
  return {
    watch: guardedCalls.relay.watch.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => describeSetUp(services),
        open: (changed) => unsubscribeAll(settings.onChange(changed), directory.onChange(changed)),
      }),
    ),

    changeRules: guardedCalls.relay.changeRules.handler(async ({ input, context, errors }) => {
      const current = await readUnchanged(services, input.revision);
      const problem = await findProblem(services, { ...current, relayRules: input.rules });
      if (problem !== null) throw errors.INVALID_RULE({ data: problem });
      await settings.change({ relayRules: input.rules });
      services.logger.info('relay rules changed', { by: context.administrator, rules: input.rules.length });
      return describeSetUp(services);
    }),

    changeRouting: guardedCalls.relay.changeRouting.handler(async ({ input, context, errors }) => {
      const current = await readUnchanged(services, input.revision);
      const relay = input.relay === undefined ? current.relay : toRelaySetting(input.relay, current.relay);
      if (!isUsable(relay)) throw errors.INVALID_HOST();
      const routes = input.routes?.map((route) => toRouteSetting(route, current.routes)) ?? current.routes;
      const wrong = findRouteProblem(routes);
      if (wrong !== null) throw errors.INVALID_ROUTE({ data: wrong });
      const problem = await findProblem(services, { ...current, routes });
      if (problem !== null) throw errors.INVALID_RULE({ data: problem });
      await settings.change({ relay, routes });
      services.logger.info('routing changed', {
        by: context.administrator,
        mode: relay.mode,
        routes: routes.length,
      });
      return describeSetUp(services);
    }),

    tryOut: guardedCalls.relay.tryOut.handler(({ input }) => relayDesk.tryOut(input)),

    testConnection: guardedCalls.relay.testConnection.handler(async function* ({ input }) {
      yield* relayDesk.testConnection(await findHop(services, input));
    }),

    selfTest: guardedCalls.relay.selfTest.handler(async function* () {
      const events = relayDesk.selfTest();
      if (events === null) throw refusal('notListening');
      yield* events;
    }),
  };
}

async function readUnchanged(services: ConsoleServices, revision: string): Promise<HostSettings> {
  const current = await services.settings.read();
  if (revisionOf(current) !== revision) throw refusal('changedMeanwhile');
  return current;
}

function revisionOf({ relayRules, routes, relay }: HostSettings): string {
  const text = JSON.stringify([relayRules, routes, relay]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

async function describeSetUp({ settings, directory }: ConsoleServices): Promise<RelaySetUp> {
  const [current, domains] = await Promise.all([settings.read(), directory.listDomains()]);
  return {
    revision: revisionOf(current),
    rules: current.relayRules,
    routes: current.routes.map(toRouteView),
    relay: toRelayView(current.relay),
    ownDomains: domains.map(({ name }) => name),
  };
}

function toRouteView({ password, ...route }: RouteSetting): RouteView {
  return { ...route, hasPassword: password !== undefined };
}

function toRelayView(relay: RelaySetting): RelaySetUp['relay'] {
  if (relay.mode !== 'smarthost') return relay;
  const { password, ...shown } = relay;
  return { ...shown, hasPassword: password !== undefined };
}

async function findProblem(services: ConsoleServices, wanted: HostSettings): Promise<RuleProblem | null> {
  const domains = await services.directory.listDomains();
  return findRuleProblem(wanted.relayRules, {
    ownDomains: domains.map(({ name }) => name),
    routeNames: wanted.routes.map(({ name }) => name),
  });
}

function isUsable(relay: RelaySetting): boolean {
  if (relay.mode !== 'smarthost') return true;
  const parsed = parseHostPort(relay.host.includes(':') ? `[${relay.host}]` : relay.host);
  return parsed !== null && (relay.user === undefined) === (relay.password === undefined);
}

/** Without a new password the one of the same user stays; it is only ever sent to the host it was saved for. */
function toRelaySetting(wanted: RelayInput, current: RelaySetting): RelaySetting {
  if (wanted.mode !== 'smarthost' || wanted.user === undefined || wanted.password !== undefined)
    return wanted;
  const isSame = current.mode === 'smarthost' && current.host === wanted.host && current.user === wanted.user;
  if (!isSame || current.password === undefined) throw refusal('passwordMissing');
  return { ...wanted, password: current.password };
}

function toRouteSetting({ savedAs, ...wanted }: RouteInput, current: readonly RouteSetting[]): RouteSetting {
  const saved = current.find(({ name }) => name === savedAs);
  if (wanted.user === undefined || wanted.password !== undefined) return wanted;
  const isSame = saved?.user === wanted.user && saved.hosts.join() === wanted.hosts.join();
  if (!isSame || saved.password === undefined) throw refusal('passwordMissing');
  return { ...wanted, password: saved.password };
}

async function findHop({ settings }: ConsoleServices, test: ConnectionTest): Promise<NextHop> {
  const hop = hopToTest(test, await settings.read());
  if (hop === null) throw refusal('invalidDomain');
  if (hop === 'passwordMissing') throw refusal(hop);
  return hop;
}
