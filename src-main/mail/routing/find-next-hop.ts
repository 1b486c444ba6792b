/**
 * Where mail for a domain that is not ours goes: a route of ours, else the smart host, else the domain's MX hosts.
 *
 * Invariants: an exact route goes before a wildcard, and a longer wildcard before a shorter one, whatever their order.
 */
import { domainToAscii } from '../../format/domain.ts';
import { parseHostPort } from './host-port.ts';
import type { NextHop, RelaySetting, RouteSetting, RoutingSettings } from './port.ts';

/** `domain` is in A-labels, or an address literal. null: relaying is switched off, and no route says otherwise. */
export function findNextHop(domain: string, settings: RoutingSettings): NextHop | null {
  const [route] = settings.routes
    .filter(({ recipientDomain }) => matches(recipientDomain, domain))
    .sort((a, b) => precedence(b.recipientDomain) - precedence(a.recipientDomain));
  return route === undefined ? defaultNextHop(domain, settings.relay) : nextHopOf(route);
}

/** The form in which the domains of routes compare; null where the pattern is none. */
export function canonicalPattern(pattern: string): string | null {
  if (pattern === '*') return pattern;
  const isWildcard = pattern.startsWith('*.');
  const ascii = domainToAscii(isWildcard ? pattern.slice(2) : pattern);
  if (!ascii.ok) return null;
  return isWildcard ? `*.${ascii.value}` : ascii.value;
}

function matches(pattern: string, domain: string): boolean {
  const canonical = canonicalPattern(pattern);
  if (canonical === null) return false;
  return canonical.startsWith('*') ? domain.endsWith(canonical.slice(1)) : domain === canonical;
}

function precedence(pattern: string): number {
  return pattern.startsWith('*') ? pattern.length : Infinity;
}

function nextHopOf({ hosts, tls }: RouteSetting): NextHop {
  const parsed = hosts.map(parseHostPort).filter((host) => host !== null);
  return { kind: 'hosts', hosts: parsed, tls, mustVerify: false };
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
