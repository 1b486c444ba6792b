/** Addresses that nothing can be asked about in public DNS: this machine, the office's own network. */
import { isInNetwork, parseIpNetwork } from '../../format/ip-network.ts';

/** IANA's registries of special-purpose addresses: loopback, private, link-local, shared by providers, unique local. */
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parseIpNetwork(text) ?? []);

export function isPrivateAddress(address: string): boolean {
  return PRIVATE.some((network) => isInNetwork(address, network));
}
