/** The names under which DNS keeps what belongs to an IP address: RFC 1035 §3.5 (IPv4), RFC 3596 §2.5 (IPv6). */
import { parseIpAddress } from '../../format/ip-network.ts';

/** `4.3.2.1.in-addr.arpa`, or 32 nibbles and `ip6.arpa`; null where the text is no address. */
export function reverseName(address: string): string | null {
  const labels = reverseLabels(address);
  if (labels === null) return null;
  return `${labels.join('.')}.${labels.length === 4 ? 'in-addr' : 'ip6'}.arpa`;
}

/** The address's octets (IPv4) or nibbles (IPv6), last first. */
export function reverseLabels(address: string): readonly string[] | null {
  return addressLabels(address)?.toReversed() ?? null;
}

/** Octets in decimal (IPv4) or nibbles (IPv6), first first; null where the text is no address. */
export function addressLabels(address: string): readonly string[] | null {
  const octets = parseIpAddress(address);
  if (octets === null) return null;
  if (octets.length === 4) return Array.from(octets, String);
  return Array.from(octets).flatMap((octet) => [(octet >> 4).toString(16), (octet & 0xf).toString(16)]);
}
