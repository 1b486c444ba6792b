/**
 * IP addresses and the networks they are in, as an administrator writes them: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
 *
 * RFC 4632 §3.1 (CIDR), RFC 4291 §2.2, §2.3 (text of IPv6 addresses and prefixes), §2.5.5.2 (IPv4-mapped addresses).
 * Invariants: an IPv4 client of a listener for both families (`::ffff:192.0.2.7`) is the IPv4 address it stands for, and so
 * is a network of such addresses; an address is never in a network of the other family.
 */
import { isIpv4, isIpv6 } from './domain.ts';

/** All addresses that share their first `prefixLength` bits. */
export interface IpNetwork {
  /** 4 octets for IPv4, 16 for IPv6; zero beyond the prefix. */
  readonly octets: Uint8Array;
  readonly prefixLength: number;
}

const IPV4_OCTETS = 4;
const IPV6_OCTETS = 16;
/** RFC 4291 §2.5.5.2: 80 bits of zero and 16 of one stand before the IPv4 address. */
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
const MAPPED_PREFIX_LENGTH = 8 * MAPPED_PREFIX.length;

/** The address in network order, 4 or 16 octets; null where the text is none. A zone (`fe80::1%eth0`) is read over. */
export function parseIpAddress(text: string): Uint8Array | null {
  if (isIpv4(text)) return Uint8Array.from(text.split('.'), Number);
  // RFC 4007 §11: the zone is about this machine's interfaces.
  const [address = ''] = text.split('%', 1);
  if (!isIpv6(address)) return null;
  const octets = readIpv6(address);
  return isMapped(octets) ? octets.slice(MAPPED_PREFIX.length) : octets;
}

/** An address alone is the network that holds only it; bits beyond the prefix do not count. null where the text is none. */
export function parseIpNetwork(text: string): IpNetwork | null {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  if (rest.length > 0) return null;
  const octets = parseIpAddress(addressText);
  if (octets === null) return null;
  const bits = 8 * octets.length;
  if (lengthText === undefined) return { octets, prefixLength: bits };
  if (!/^\d{1,3}$/.test(lengthText)) return null;
  const written = Number(lengthText);
  const isWrittenMapped = octets.length === IPV4_OCTETS && addressText.includes(':');
  const prefixLength = isWrittenMapped ? written - MAPPED_PREFIX_LENGTH : written;
  return prefixLength < 0 || prefixLength > bits ? null : maskOctets(octets, prefixLength);
}

/** Whether the address, in any spelling, is in the network. What is no address is in none. */
export function isInNetwork(address: string, network: IpNetwork): boolean {
  const octets = parseIpAddress(address);
  return octets !== null && contains(network, { octets, prefixLength: 8 * octets.length });
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: IpNetwork, inner: IpNetwork): boolean {
  if (outer.octets.length !== inner.octets.length || inner.prefixLength < outer.prefixLength) return false;
  const masked = maskOctets(inner.octets, outer.prefixLength);
  return outer.octets.every((octet, index) => octet === masked.octets[index]);
}

function maskOctets(octets: Uint8Array, prefixLength: number): IpNetwork {
  const masked = octets.map((octet, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - 8 * index));
    return octet & (0xff << (8 - kept));
  });
  return { octets: masked, prefixLength };
}

function isMapped(octets: Uint8Array): boolean {
  return MAPPED_PREFIX.every((octet, index) => octet === octets[index]);
}

/** `text` is well-formed. */
function readIpv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const first = readGroups(head);
  const last = tail === undefined ? [] : readGroups(tail);
  const octets = new Uint8Array(IPV6_OCTETS);
  octets.set(first);
  octets.set(last, IPV6_OCTETS - last.length);
  return octets;
}

function readGroups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
