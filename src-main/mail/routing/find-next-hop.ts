/**
 * Where mail for a domain that is not ours goes: a route of ours, else the smart host, else the domain's MX hosts.
 *
 * Invariants: an exact route goes before a wildcard, and a longer wildcard before a shorter one; of routes for the same
 * recipients the one that asks more of sender and client goes first. Their order decides only between equals.
 */
import { parseAddress } from '../../format/address.ts';
import { isInNetwork, parseIpNetwork } from '../../format/ip-network.ts';
import type { ChosenNextHop, RetrySchedule } from '../queue/port.ts';
import { isInDomains } from './domain-pattern.ts';
import { parseHostPort } from './host-port.ts';
import type {
  MessageFacts,
  NextHop,
  RelaySetting,
  RouteRetry,
  RouteSetting,
  RoutingSettings,
} from './port.ts';

export interface NextHopQuery {
  /** Of the recipient; in A-labels, or an address literal. */
  readonly domain: string;
  readonly message?: MessageFacts | undefined;
}

/** null: relaying is switched off, and no route says otherwise. */
export function findNextHop(query: NextHopQuery, settings: RoutingSettings): NextHop | null {
  const route = findRoute(query, settings.routes);
  return route === null ? defaultNextHop(query.domain, settings.relay) : nextHopOf(route);
}

/** The route that counts, or null. */
export function findRoute(query: NextHopQuery, routes: readonly RouteSetting[]): RouteSetting | null {
  const [route] = routes
    .filter((candidate) => fits(candidate, query))
    .sort(
      (a, b) =>
        compareNumbers(precedence(b.recipientDomain), precedence(a.recipientDomain)) ||
        conditions(b) - conditions(a),
    );
  return route ?? null;
}

function fits(
  { recipientDomain, senderAccount, senderDomain, client }: RouteSetting,
  query: NextHopQuery,
): boolean {
  const { domain, message } = query;
  if (!isInDomains(domain, recipientDomain)) return false;
  if (senderAccount !== undefined && !isSameAccount(message?.client?.account, senderAccount)) return false;
  if (senderDomain !== undefined && !isFromDomain(message?.reversePath ?? '', senderDomain)) return false;
  return client === undefined || isClient(message?.client?.address ?? '', client);
}

function isSameAccount(account: string | undefined, wanted: string): boolean {
  return account?.toLowerCase() === wanted.toLowerCase();
}

function isFromDomain(reversePath: string, pattern: string): boolean {
  const address = parseAddress(reversePath, { allowUtf8: true });
  return address.ok && isInDomains(address.value.asciiDomain, pattern);
}

function isClient(address: string, pattern: string): boolean {
  const network = parseIpNetwork(pattern);
  return network !== null && isInNetwork(address, network);
}

function conditions({ senderAccount, senderDomain, client }: RouteSetting): number {
  return [senderAccount, senderDomain, client].filter((condition) => condition !== undefined).length;
}

/** Infinity may stand on both sides. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function precedence(pattern: string): number {
  return pattern.startsWith('*') ? pattern.length : Infinity;
}

/** Where mail goes that takes this route. */
export function nextHopOf(route: RouteSetting): NextHop {
  const { name, hosts, protocol, tls, user, password, retry, maxSessions, messagesPerMinute } = route;
  return {
    kind: 'hosts',
    hosts: hosts.map(parseHostPort).filter((host) => host !== null),
    tls,
    mustVerify: route.verifyCertificate,
    ...(user !== undefined && { credentials: { user, password: password ?? '' } }),
    ...(protocol === 'lmtp' && { protocol }),
    route: name,
    ...(retry !== undefined && { retry: toSchedule(retry) }),
    ...(maxSessions !== undefined && { maxSessions }),
    ...(messagesPerMinute !== undefined && { messagesPerMinute }),
  };
}

function toSchedule(retry: RouteRetry): Partial<RetrySchedule> {
  const { firstRetrySeconds, longestRetrySeconds, delayWarningSeconds, lifetimeSeconds } = retry;
  return {
    ...(firstRetrySeconds !== undefined && { firstRetryMs: 1000 * firstRetrySeconds }),
    ...(longestRetrySeconds !== undefined && { longestRetryMs: 1000 * longestRetrySeconds }),
    ...(delayWarningSeconds !== undefined && { delayWarningMs: 1000 * delayWarningSeconds }),
    ...(lifetimeSeconds !== undefined && { lifetimeMs: 1000 * lifetimeSeconds }),
  };
}

function defaultNextHop(domain: string, relay: RelaySetting): NextHop | null {
  switch (relay.mode) {
    case 'off':
      return null;
    case 'direct':
      return { kind: 'mx', domain };
    case 'smarthost': {
      const { host, port, user, password, verifyCertificate } = relay;
      return {
        kind: 'hosts',
        hosts: [{ host, port }],
        tls: relay.tls === 'starttls' ? 'required' : relay.tls,
        mustVerify: verifyCertificate,
        ...(user !== undefined && { credentials: { user, password: password ?? '' } }),
      };
    }
  }
}

/** Where an administrator's choice leads; null where the route is gone. */
export function findChosenNextHop(chosen: ChosenNextHop, { routes }: RoutingSettings): NextHop | null {
  if (chosen.kind === 'host') {
    const { host, port, tls } = chosen;
    return { kind: 'hosts', hosts: [{ host, port }], tls, mustVerify: false };
  }
  const route = routes.find(({ name }) => name === chosen.name);
  return route === undefined ? null : nextHopOf(route);
}
