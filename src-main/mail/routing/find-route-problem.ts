/** What is wrong with a list of routes; the console and the provision file ask before it is kept. */
import { parseAddress } from '../../format/address.ts';
import { parseIpNetwork } from '../../format/ip-network.ts';
import { canonicalPattern } from './domain-pattern.ts';
import { parseHostPort } from './host-port.ts';
import type { UnnamedRoute } from './name-routes.ts';

export interface RouteProblem {
  /** Position in the list. */
  readonly index: number;
  readonly field: 'name' | 'recipientDomain' | 'senderAccount' | 'senderDomain' | 'client' | 'hosts' | 'user';
  /** The text that is wrong. */
  readonly value: string;
  /** Position among the hosts, where it is one of them. */
  readonly at?: number;
}

/** The first problem, or null. */
export function findRouteProblem(routes: readonly UnnamedRoute[]): RouteProblem | null {
  const names = new Set<string>();
  for (const [index, route] of routes.entries()) {
    const { name } = route;
    if (name !== undefined && names.has(name)) return { index, field: 'name', value: name };
    if (name !== undefined) names.add(name);
    const field = findWrongField(route);
    if (field !== null) return { index, ...field };
  }
  return null;
}

const CHECKS = {
  recipientDomain: canonicalPattern,
  senderDomain: canonicalPattern,
  senderAccount: (text: string) => (parseAddress(text, { allowUtf8: true }).ok ? text : null),
  client: parseIpNetwork,
} as const;

function findWrongField(route: UnnamedRoute): Omit<RouteProblem, 'index'> | null {
  for (const field of Object.keys(CHECKS) as (keyof typeof CHECKS)[]) {
    const value = route[field];
    if (value !== undefined && CHECKS[field](value) === null) return { field, value };
  }
  const at = route.hosts.findIndex((text) => parseHostPort(text) === null);
  if (at >= 0) return { field: 'hosts', value: route.hosts[at] ?? '', at };
  const isWhole = (route.user === undefined) === (route.password === undefined);
  return isWhole ? null : { field: 'user', value: route.user ?? '' };
}

/** With the field first, to follow the path of the route. */
export function describeRouteProblem({ field, value, at }: RouteProblem): string {
  const quoted = JSON.stringify(value);
  const words: Readonly<Record<RouteProblem['field'], string>> = {
    name: `${quoted} stands twice`,
    recipientDomain: `${quoted} is not a domain, *.domain or *`,
    senderDomain: `${quoted} is not a domain, *.domain or *`,
    senderAccount: `${quoted} is not an address`,
    client: `${quoted} is not an address or a network (192.0.2.0/24)`,
    hosts: `${quoted} is not host or host:port`,
    user: 'user and password belong together',
  };
  return `${field}${at === undefined ? '' : `[${at}]`}: ${words[field]}`;
}
