/** The next hop that a connection test is about, with the saved password where nobody typed one. */
import type { ConnectionTest } from '../../contract/relay.ts';
import { domainToAscii } from '../../format/domain.ts';
import { parseHostPort } from '../../mail/routing/host-port.ts';
import type { HostPort, NextHop } from '../../mail/routing/port.ts';
import type { HostSettings } from '../port.ts';

type HostsTest = Extract<ConnectionTest, { kind: 'hosts' }>;

/** null: a host or the domain is none. */
export function hopToTest(test: ConnectionTest, settings: HostSettings): NextHop | null | 'passwordMissing' {
  if (test.kind === 'domain') {
    const domain = domainToAscii(test.domain);
    return domain.ok ? { kind: 'mx', domain: domain.value } : null;
  }
  const hosts = test.hosts.map(parseHostPort).filter((host) => host !== null);
  if (hosts.length !== test.hosts.length) return null;
  const hop = { kind: 'hosts', hosts, tls: test.tls, mustVerify: test.verifyCertificate } as const;
  const { user } = test;
  if (user === undefined) return hop;
  const password = test.password ?? findSavedPassword(test, hosts, settings);
  return password === undefined ? 'passwordMissing' : { ...hop, credentials: { user, password } };
}

/** Only where host and user are those that it was saved for. */
function findSavedPassword(
  { user, hosts: texts }: HostsTest,
  hosts: readonly HostPort[],
  { relay, routes }: HostSettings,
): string | undefined {
  const isSmartHost =
    relay.mode === 'smarthost' && relay.user === user && hosts.every(({ host }) => host === relay.host);
  if (isSmartHost) return relay.password;
  return routes.find((route) => route.user === user && route.hosts.join() === texts.join())?.password;
}
