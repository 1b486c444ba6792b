/**
 * The PROXY protocol's header, versions 1 and 2: who the client behind a proxy is.
 *
 * Source: "The PROXY protocol", HAProxy, 2020-03-05, §2.1 (v1, a line), §2.2 (v2, octets). Flow: listener → here → engine.
 * Invariants: what is not exactly a header is refused, never guessed at; memory is bounded by the longest header; the octets
 * after the header are the client's and stay untouched.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { canonicalIpAddress, formatIpAddress } from './ip-address-text.ts';

export interface ProxiedEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

export type ProxyHeader =
  /** The header goes on. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed' }
  /** `ends` is null where the proxy speaks for itself (LOCAL) or does not know. `octets`: the header's length. */
  | { readonly kind: 'header'; readonly ends: ProxiedEnds | null; readonly octets: number };

/** §2.1: the longest line of version 1, CRLF included. */
const MAX_LINE_OCTETS = 107;
/** §2.2 allows 65,535 octets of TLVs; a TLS client's certificate name is the longest that proxies send. */
const MAX_BINARY_OCTETS = 16 * 1024;

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const LINE_START = Buffer.from('PROXY ', 'latin1');
/** Signature, version and command, family and protocol, length. */
const FIXED_OCTETS = 16;

const INCOMPLETE: ProxyHeader = { kind: 'incomplete' };
const MALFORMED: ProxyHeader = { kind: 'malformed' };

/** Reads the header at the start of what a proxy has sent so far. */
export function parseProxyHeader(octets: Buffer): ProxyHeader {
  if (startsAlike(octets, SIGNATURE)) return parseBinary(octets);
  return startsAlike(octets, LINE_START) ? parseLine(octets) : MALFORMED;
}

/** Whether one is the beginning of the other. */
function startsAlike(octets: Buffer, start: Buffer): boolean {
  const length = Math.min(octets.length, start.length);
  return octets.subarray(0, length).equals(start.subarray(0, length));
}

function parseLine(octets: Buffer): ProxyHeader {
  const end = octets.subarray(0, MAX_LINE_OCTETS).indexOf('\r\n');
  if (end === -1) return octets.length < MAX_LINE_OCTETS ? INCOMPLETE : MALFORMED;
  const line = octets.toString('latin1', 0, end);
  const length = end + 2;
  // §2.1: what follows UNKNOWN is ignored.
  if (line === 'PROXY UNKNOWN' || line.startsWith('PROXY UNKNOWN '))
    return { kind: 'header', ends: null, octets: length };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] =
    line.split(' ');
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : null;
  const remotePort = readPort(sourcePort);
  const localPort = readPort(destinationPort);
  if (isAddress === null || rest.length > 0 || remotePort === null || localPort === null) return MALFORMED;
  if (!isAddress(source) || !isAddress(destination)) return MALFORMED;
  const ends = {
    remoteAddress: canonicalIpAddress(source),
    remotePort,
    localAddress: canonicalIpAddress(destination),
    localPort,
  };
  return { kind: 'header', ends, octets: length };
}

/** §2.1: without leading zeros. */
function readPort(text: string): number | null {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Infinity;
  return port <= 65_535 ? port : null;
}

function parseBinary(octets: Buffer): ProxyHeader {
  if (octets.length < FIXED_OCTETS) return INCOMPLETE;
  const length = octets.readUInt16BE(14);
  if (length > MAX_BINARY_OCTETS) return MALFORMED;
  const command = octets[12];
  if (command !== LOCAL && command !== PROXY) return MALFORMED;
  if (octets.length < FIXED_OCTETS + length) return INCOMPLETE;
  const header = { kind: 'header', octets: FIXED_OCTETS + length } as const;
  const family = octets[13];
  // §2.2: with LOCAL the address block is not looked at; UNSPEC says that there is none.
  if (command === LOCAL || family === UNSPEC) return { ...header, ends: null };
  const ends = readEnds(octets.subarray(FIXED_OCTETS, FIXED_OCTETS + length), family);
  return ends === null ? MALFORMED : { ...header, ends };
}

const LOCAL = 0x20;
const PROXY = 0x21;
const UNSPEC = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The address block; what follows it are TLVs, which we do not need. null: another family than TCP's, or too short. */
function readEnds(block: Buffer, family: number | undefined): ProxiedEnds | null {
  const size = family === TCP4 ? 4 : family === TCP6 ? 16 : null;
  if (size === null || block.length < 2 * size + 4) return null;
  return {
    remoteAddress: formatIpAddress(block.subarray(0, size)),
    localAddress: formatIpAddress(block.subarray(size, 2 * size)),
    remotePort: block.readUInt16BE(2 * size),
    localPort: block.readUInt16BE(2 * size + 2),
  };
}
