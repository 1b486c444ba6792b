/** The network that an address is one of many in, in CIDR form: what one provider's customer or one rack of rented servers has. */
import { parseIpAddress } from '../../format/ip-network.ts';

/** `192.0.2.0/24`; `2001:db8:1::/48` (RFC 6177 §2: a site). What is no address is its own network. */
export function networkOf(address: string): string {
  const octets = parseIpAddress(address);
  if (octets === null) return address;
  if (octets.length === 4) return `${octets.subarray(0, 3).join('.')}.0/24`;
  const group = (at: number) => (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16);
  return `${group(0)}:${group(2)}:${group(4)}::/48`;
}
