/**
 * Our own public addresses: those that the administrator names (behind NAT nobody else can know), those that our host name has in
 * DNS, and where nobody has named any those of this machine that are not private.
 */
import { isInNetwork, parseIpAddress, parseIpNetwork, type IpNetwork } from '../format/ip-network.ts';
import type { RecordResolver } from '../protocol/dns/record-resolver.ts';
import type { HealthFacts } from './facts.ts';
import type { OwnAddresses } from './tools.ts';

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5.6, loopback; nothing there is reached from the Internet. */
const PRIVATE_NETWORKS: readonly IpNetwork[] = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'],
  ...['fc00::/7', 'fe80::/10', '::1/128'],
].flatMap((text) => parseIpNetwork(text) ?? []);

export async function findOwnAddresses(
  facts: Pick<HealthFacts, 'hostname' | 'publicAddresses' | 'localAddresses'>,
  dns: Pick<RecordResolver, 'ask'>,
): Promise<OwnAddresses> {
  const answers = await Promise.all([dns.ask(facts.hostname, 'A'), dns.ask(facts.hostname, 'AAAA')]);
  const failed = answers.find((answer) => answer.kind === 'temporaryFailure');
  const named = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return {
    addresses: withoutTwins([...knownAddresses(facts), ...named.filter(isPublicAddress)]),
    doubt: failed?.kind === 'temporaryFailure' ? failed.reason : null,
  };
}

/** What is known without DNS: the administrator's word, else what this machine has. */
export function knownAddresses({
  publicAddresses,
  localAddresses,
}: Pick<HealthFacts, 'publicAddresses' | 'localAddresses'>): readonly string[] {
  return withoutTwins(publicAddresses.length > 0 ? publicAddresses : localAddresses.filter(isPublicAddress));
}

export function isPublicAddress(address: string): boolean {
  return parseIpAddress(address) !== null && !PRIVATE_NETWORKS.some((net) => isInNetwork(address, net));
}

export function isSameAddress(one: string, other: string): boolean {
  return String(parseIpAddress(one)) === String(parseIpAddress(other));
}

export function familyOf(address: string): 4 | 6 {
  return parseIpAddress(address)?.length === 4 ? 4 : 6;
}

function withoutTwins(addresses: readonly string[]): readonly string[] {
  return addresses.filter(
    (address, index) => addresses.findIndex((other) => isSameAddress(address, other)) === index,
  );
}
