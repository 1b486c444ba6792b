/** Whether two texts are the same IP address (RFC 5952: IPv6 is written in more than one way). */
import { BlockList, isIPv6 } from 'node:net';

export function sameAddress(one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  if (!isIPv6(one) || !isIPv6(other)) return false;
  const list = new BlockList();
  list.addAddress(one, 'ipv6');
  return list.check(other, 'ipv6');
}
