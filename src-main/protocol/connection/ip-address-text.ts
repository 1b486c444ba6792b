/**
 * IP addresses as the system's own sockets spell them, so that one client has one spelling whoever names it.
 *
 * RFC 5952 (IPv6: lower case, the longest run of zero groups shortened), RFC 4291 §2.5.5.2 (IPv4 in IPv6 is IPv4).
 */
import { parseIpAddress } from '../../format/ip-network.ts';

/** `octets`: 4 or 16, in network order. */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => {
    const [high = 0, low = 0] = octets.subarray(2 * index);
    return ((high << 8) | low).toString(16);
  });
  const text = new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
  const plain = parseIpAddress(text);
  return plain?.length === 4 ? plain.join('.') : text;
}

/** What is no address stays as it is. */
export function canonicalIpAddress(text: string): string {
  const octets = parseIpAddress(text);
  return octets === null ? text : formatIpAddress(octets);
}
