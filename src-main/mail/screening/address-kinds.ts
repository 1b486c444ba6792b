/** Addresses that nothing can be asked about in public DNS: this machine, the office's own network. */
import { isInNetwork, parseIpNetwork } from '../../format/ip-network.ts';

/** RFC 1122 §3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.3, §2.5.6, RFC 6598. */
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
