/**
 * DnssecResolver: DNS where it matters whether an answer was proved (DNSSEC): the AD bit of a validating resolver that is trusted.
 *
 * RFC 4035 §3.2.3, RFC 6840 §5.7, §5.8; RFC 7672 §2.1 (who uses DANE must trust the resolver and the way to it). Invariants: AD is
 * believed only from resolvers on this machine, or those that the administrator vouches for; "nobody could say" stays apart
 * from "there is nothing", since a validating resolver answers SERVFAIL where somebody has tampered.
 */
import { AUTHENTIC_DATA, type Packet } from 'dns-packet';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { isLoopback } from '../connection/network-list.ts';
import { askServers, readServers } from './ask-servers.ts';
import { followAliases, plainName, readTlsa } from './read-packet.ts';
import type { LookUp } from './resolver.ts';

/** RFC 6698 §2.1 */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  /** Certificate association data, hexadecimal in lower case. */
  readonly data: string;
}

export interface Proved<T> {
  readonly answer: LookUp<T>;
  /** Whether DNSSEC proves it, whatever it is. */
  readonly isProved: boolean;
  /** Where aliases (CNAME) lead; the name itself where there are none. */
  readonly canonicalName: string;
}

export interface DnssecResolver {
  /** Whether what it says about proofs can be believed. */
  isTrusted(): boolean;
  /** Names of MX hosts, lower case. */
  mx(domain: string): Promise<Proved<string>>;
  a(name: string): Promise<Proved<string>>;
  aaaa(name: string): Promise<Proved<string>>;
  tlsa(name: string): Promise<Proved<TlsaRecord>>;
}

export interface DnssecResolverOptions {
  /** Empty: the system's. */
  readonly servers: () => readonly string[];
  /** Whether the administrator vouches for servers that are not on this machine. */
  readonly trustsServers: () => boolean;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export function createDnssecResolver(options: DnssecResolverOptions): DnssecResolver {
  const lookUp = async <T>(name: string, type: string, read: (data: unknown) => T): Promise<Proved<T>> =>
    readAnswer(await askServers({ name, type }, options), { name, type, read });
  return {
    isTrusted: () => options.trustsServers() || areBelieved(options.servers()),
    mx: (domain) => lookUp(domain, 'MX', (data) => plainName((data as { exchange: string }).exchange)),
    a: (name) => lookUp(name, 'A', String),
    aaaa: (name) => lookUp(name, 'AAAA', String),
    tlsa: (name) => lookUp(name, 'TLSA', readTlsa),
  };
}

/** Whether servers (none: the system's) are believed as they are: all of them run on this machine. */
export function areBelieved(servers: readonly string[]): boolean {
  return readServers(servers).every(({ address }) => isLoopback(address));
}

function readAnswer<T>(
  packet: Packet | null,
  asked: { name: string; type: string; read: (data: unknown) => T },
): Proved<T> {
  const { name, type, read } = asked;
  if (packet === null) {
    const reason = 'the name servers could not find out';
    return { answer: { kind: 'temporaryFailure', reason }, isProved: false, canonicalName: name };
  }
  const answers = packet.answers ?? [];
  const isProved = ((packet.flags ?? 0) & AUTHENTIC_DATA) !== 0;
  const canonicalName = followAliases(name, answers);
  if (packet.rcode === 'NXDOMAIN') return { answer: { kind: 'noSuchName' }, isProved, canonicalName };
  const records = answers
    .filter((each) => each.type === type && plainName(each.name) === canonicalName)
    .map(({ data }) => read(data));
  const answer: LookUp<T> = records.length > 0 ? { kind: 'found', records } : { kind: 'noData' };
  return { answer, isProved, canonicalName };
}
