/** Checks of a provision file that its shape cannot show: names and addresses that are none, doubles. */
import { isIPv6 } from 'node:net';
import { addressKey, canonicalDomain, isValidLocalPart, keyOfAddress } from '../../directory/address-key.ts';
import { parseIpNetwork } from '../../format/ip-network.ts';
import { describeRouteProblem, findRouteProblem } from '../../mail/routing/find-route-problem.ts';
import { nameRoutes } from '../../mail/routing/name-routes.ts';
import type { RouteSetting } from '../../mail/routing/port.ts';
import { describeRuleProblem, findRuleProblem } from '../../mail/routing/relay-rules/find-rule-problem.ts';
import type { RelayRule } from '../../mail/routing/relay-rules/port.ts';
import { parseHostPort } from '../../mail/routing/host-port.ts';
import { isNameServer } from '../../protocol/dns/name-servers.ts';
import { findDeliveryProblem } from './delivery-settings.ts';
import { toRelayRules } from './relay-rules.ts';
import { findScriptProblem } from './scripts.ts';
import type { Provision } from './schema.ts';

/** What is there already; the file is checked together with it. */
export interface CurrentSetUp {
  /** In A-labels. */
  readonly domains: readonly string[];
  /** Addresses of accounts. */
  readonly accounts: readonly string[];
  /** Addresses of groups. */
  readonly groups?: readonly string[];
  readonly routes: readonly RouteSetting[];
  readonly relayRules: readonly RelayRule[];
}

type ProvisionedRoute = NonNullable<Provision['routes']>[number];

/** The first thing wrong, as a sentence with its path, or null. */
export function findProvisionProblem(provision: Provision, current: CurrentSetUp): string | null {
  if (provision.hostname !== undefined && canonicalDomain(provision.hostname) === null) {
    return `hostname: ${JSON.stringify(provision.hostname)} is not a host name`;
  }
  return (
    findDomainProblem(provision.domains) ??
    findTargetProblem(provision.domains) ??
    findDeliveryProblem(provision.domains, current.domains) ??
    findScriptProblem(provision.domains) ??
    findMemberProblem(provision.domains, current) ??
    findNameServerProblem(provision.dns?.servers ?? []) ??
    findNetworkProblem(provision.security) ??
    findRelayProblem(provision.relay) ??
    findRoutesProblem(provision.routes ?? []) ??
    findRelayRulesProblem(provision, current)
  );
}

function findNameServerProblem(servers: readonly string[]): string | null {
  const index = servers.findIndex((server) => !isNameServer(server));
  return index < 0
    ? null
    : `dns.servers[${index}]: ${JSON.stringify(servers[index])} is not address or address:port`;
}

function findNetworkProblem(security: Provision['security']): string | null {
  const lists = {
    'trustedProxies.proxyProtocol': security?.trustedProxies?.proxyProtocol,
    'trustedProxies.xclient': security?.trustedProxies?.xclient,
    'limits.exempt': security?.limits?.exempt,
  };
  for (const [path, networks = []] of Object.entries(lists)) {
    const index = networks.findIndex((network) => parseIpNetwork(network) === null);
    if (index < 0) continue;
    return `security.${path}[${index}]: ${JSON.stringify(networks[index])} is not an address or a network (192.0.2.0/24)`;
  }
  return null;
}

function findRelayProblem(relay: Provision['relay']): string | null {
  if (relay?.mode !== 'smarthost') return null;
  const isHost = isIPv6(relay.host) || (parseHostPort(relay.host) !== null && !/[:[\]]/u.test(relay.host));
  if (!isHost) return `relay.host: ${JSON.stringify(relay.host)} is not a host name or address`;
  const isWhole = (relay.user === undefined) === (relay.password === undefined);
  return isWhole ? null : 'relay: user and password belong together';
}

function findRoutesProblem(routes: readonly ProvisionedRoute[]): string | null {
  const problem = findRouteProblem(routes);
  return problem === null ? null : `routes[${problem.index}].${describeRouteProblem(problem)}`;
}

/** Rules that stay as they are count too: their routes must not go. */
function findRelayRulesProblem(provision: Provision, current: CurrentSetUp): string | null {
  if (provision.relayRules === undefined && provision.routes === undefined) return null;
  const rules = provision.relayRules === undefined ? current.relayRules : toRelayRules(provision.relayRules);
  const routes = provision.routes === undefined ? current.routes : nameRoutes(provision.routes);
  const named = provision.domains.flatMap(({ name }) => canonicalDomain(name) ?? []);
  const problem = findRuleProblem(rules, {
    ownDomains: [...current.domains, ...named],
    routeNames: routes.map(({ name }) => name),
  });
  if (problem === null) return null;
  const key = problem.field === 'clients' ? 'client' : problem.field;
  return `relayRules[${problem.index}].${key}: ${describeRuleProblem(problem)}`;
}

function findDomainProblem(domains: Provision['domains']): string | null {
  const taken = new Set<string>();
  for (const [index, domain] of domains.entries()) {
    const path = `domains[${index}]`;
    const canonical = canonicalDomain(domain.name);
    if (canonical === null) return `${path}.name: ${JSON.stringify(domain.name)} is not a domain name`;
    const owners = [
      ...domain.accounts.map(({ localPart }, at) => ({
        localPart,
        path: `${path}.accounts[${at}].localPart`,
      })),
      ...domain.aliases.map(({ localPart }, at) => ({ localPart, path: `${path}.aliases[${at}].localPart` })),
      ...domain.groups.map(({ localPart }, at) => ({ localPart, path: `${path}.groups[${at}].localPart` })),
      ...domain.sharedMailboxes.map(({ localPart }, at) => ({
        localPart,
        path: `${path}.sharedMailboxes[${at}].localPart`,
      })),
    ];
    for (const owner of owners) {
      const text = JSON.stringify(owner.localPart);
      if (!isValidLocalPart(owner.localPart)) return `${owner.path}: ${text} is not a local-part`;
      const key = addressKey(owner.localPart, canonical);
      if (taken.has(key)) return `${owner.path}: ${text} stands twice in ${canonical}`;
      taken.add(key);
    }
  }
  return null;
}

function findTargetProblem(domains: Provision['domains']): string | null {
  for (const [index, domain] of domains.entries()) {
    for (const [at, alias] of domain.aliases.entries()) {
      for (const [target, address] of alias.to.entries()) {
        const path = `domains[${index}].aliases[${at}].to[${target}]`;
        if (keyOfAddress(address) === null) return `${path}: ${JSON.stringify(address)} is not an address`;
      }
    }
  }
  return null;
}

/** Who is given rights must be here, or in the file. */
function findMemberProblem(domains: Provision['domains'], current: CurrentSetUp): string | null {
  const named = domains.flatMap(({ name, accounts, groups }) =>
    [...accounts, ...groups].map(({ localPart }) => addressKey(localPart, canonicalDomain(name) ?? name)),
  );
  const known = new Set([
    'anyone',
    ...named,
    ...[...current.accounts, ...(current.groups ?? [])].flatMap((address) => keyOfAddress(address) ?? []),
  ]);
  for (const [index, domain] of domains.entries()) {
    for (const [at, { members }] of domain.sharedMailboxes.entries()) {
      const member = members.findIndex(({ account }) => !known.has(keyOfAddress(account) ?? account));
      if (member < 0) continue;
      const path = `domains[${index}].sharedMailboxes[${at}].members[${member}].account`;
      return `${path}: ${JSON.stringify(members[member]?.account)} is no account and no group`;
    }
  }
  return null;
}
