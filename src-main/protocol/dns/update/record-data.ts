/** What stands in the data of mail's records (RFC 1035 §3.3, RFC 3596, RFC 2782, RFC 6698 §2.1), as fields and as octets. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { MAX_STRING_OCTETS } from './limits.ts';
import { TYPES } from './message.ts';
import { decodeName, DnsFormatError, encodeName, readUint16, uint16 } from './octets.ts';

export type MailRecordType = 'MX' | 'A' | 'AAAA' | 'TXT' | 'SRV' | 'CNAME' | 'TLSA';

export interface RecordFields {
  readonly type: MailRecordType;
  /** MX: preference; SRV: priority; null elsewhere. */
  readonly priority: number | null;
  readonly weight: number | null;
  readonly port: number | null;
  /** A name without the dot at its end, an address, a text of octets, or the fields of TLSA. */
  readonly value: string;
}

/** Throws a DnsFormatError where the fields are no record. */
export function encodeData({ type, priority, weight, port, value }: RecordFields): Buffer {
  switch (type) {
    case 'MX':
      return Buffer.concat([uint16(priority ?? 0), encodeName(value)]);
    case 'SRV':
      return Buffer.concat([uint16(priority ?? 0, weight ?? 0, port ?? 0), encodeName(value)]);
    case 'CNAME':
      return encodeName(value);
    case 'A':
    case 'AAAA':
      return encodeAddress(type, value);
    case 'TXT':
      return encodeText(value);
    case 'TLSA':
      return encodeTlsa(value);
  }
}

function encodeAddress(type: 'A' | 'AAAA', address: string): Buffer {
  if (type === 'A' ? !isIPv4(address) : !isIPv6(address))
    throw new DnsFormatError(`${address} is no address`);
  if (type === 'A') return Buffer.from(address.split('.').map(Number));
  return encodeIpv6(address);
}

/** RFC 4291 §2.2 */
function encodeIpv6(address: string): Buffer {
  const [head = '', tail] = withoutDots(address).split('::');
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return uint16(...before, ...(tail === undefined ? [] : zeros), ...after);
}

/** The last 32 bits may stand as IPv4. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/u, (_whole, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

function encodeText(text: string): Buffer {
  const octets = Buffer.from(text, 'latin1');
  const count = Math.max(1, Math.ceil(octets.length / MAX_STRING_OCTETS));
  const strings = Array.from({ length: count }, (_, index) =>
    octets.subarray(MAX_STRING_OCTETS * index, MAX_STRING_OCTETS * (index + 1)),
  );
  return Buffer.concat(strings.flatMap((string) => [Buffer.from([string.length]), string]));
}

function encodeTlsa(text: string): Buffer {
  const [usage, selector, matchingType, data = ''] = text.split(' ');
  return Buffer.concat([Buffer.from([usage, selector, matchingType].map(Number)), Buffer.from(data, 'hex')]);
}

/** null where the type is none of mail's, or the data not what its type has. */
export function decodeData(type: number, data: Buffer): RecordFields | null {
  const name = TYPE_NAMES.get(type);
  if (name === undefined) return null;
  try {
    return decodeFields(name, data);
  } catch (error) {
    if (error instanceof DnsFormatError) return null;
    throw error;
  }
}

const TYPE_NAMES: ReadonlyMap<number, MailRecordType> = new Map(
  (['MX', 'A', 'AAAA', 'TXT', 'SRV', 'CNAME', 'TLSA'] as const).map((name) => [TYPES[name], name]),
);

function decodeFields(type: MailRecordType, data: Buffer): RecordFields {
  const fields = { type, priority: null, weight: null, port: null };
  switch (type) {
    case 'MX':
      return { ...fields, priority: readUint16(data, 0), value: nameAt(data, 2) };
    case 'SRV': {
      const [priority, weight, port] = [readUint16(data, 0), readUint16(data, 2), readUint16(data, 4)];
      return { type, priority, weight, port, value: nameAt(data, 6) };
    }
    case 'CNAME':
      return { ...fields, value: nameAt(data, 0) };
    case 'A':
      return { ...fields, value: [...data].join('.') };
    case 'AAAA':
      return { ...fields, value: ipv6Text(data) };
    case 'TXT':
      return { ...fields, value: joinStrings(data) };
    case 'TLSA':
      return { ...fields, value: [...data.subarray(0, 3), data.toString('hex', 3)].join(' ') };
  }
}

function nameAt(data: Buffer, at: number): string {
  return decodeName(data, at).name.toLowerCase();
}

/** As RFC 5952 writes it. */
function ipv6Text(data: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => readUint16(data, 2 * index).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

function joinStrings(data: Buffer): string {
  const strings: string[] = [];
  for (let at = 0; at < data.length; at += 1 + (data[at] ?? 0)) {
    strings.push(data.toString('latin1', at + 1, at + 1 + (data[at] ?? 0)));
  }
  return strings.join('');
}
