/**
 * Resolver: asks name servers for what relaying and screening need.
 *
 * RFC 1035, RFC 3596 (AAAA), RFC 7505 (null MX). Flow: relay, screening → here → the settings' name servers, or the system's.
 * Invariants: "there is no such name", "there is no such record" and "nobody could say" are three different answers: the
 * first two end a message's way, the last one never does.
 */
import { Resolver } from 'node:dns/promises';
import { isNameServer } from './name-servers.ts';
import { reverseName } from './reverse-name.ts';

export type LookUp<T> =
  | { readonly kind: 'found'; readonly records: readonly T[] }
  /** NXDOMAIN */
  | { readonly kind: 'noSuchName' }
  /** The name exists, without records of this type. */
  | { readonly kind: 'noData' }
  /** No server gave an answer that counts. */
  | { readonly kind: 'temporaryFailure'; readonly reason: string };

export interface MxRecord {
  /** Lower is better. */
  readonly preference: number;
  /** Empty for the null MX. */
  readonly exchange: string;
}

export interface DnsResolver {
  mx(domain: string): Promise<LookUp<MxRecord>>;
  /** IPv4 addresses. */
  a(name: string): Promise<LookUp<string>>;
  /** IPv6 addresses. */
  aaaa(name: string): Promise<LookUp<string>>;
  /** Each record's strings joined without anything between them (RFC 7208 §3.3); one octet, one character. */
  txt(name: string): Promise<LookUp<string>>;
  /** Names of an IP address, in lower case; an address that is none has no name. */
  ptr(address: string): Promise<LookUp<string>>;
}

/** An address with how long its answer may be kept. */
export interface TimedAddress {
  readonly address: string;
  readonly ttlSeconds: number;
}

/** For those who keep answers themselves. */
export interface TimedResolver {
  timedA(name: string): Promise<LookUp<TimedAddress>>;
}

/** The first try's; a further one waits longer. */
const TRY_TIMEOUT_MS = 3_000;
/** With several servers each is asked this often. */
const TRIES = 3;

/** `servers` is asked at every look-up, so that a change counts at once; empty: the system's. */
export function createDnsResolver(options: {
  servers: () => readonly string[];
}): DnsResolver & TimedResolver {
  let current: { servers: string; resolver: Resolver } | undefined;
  const resolver = (): Resolver => {
    const servers = options.servers().filter(isNameServer);
    const key = servers.join(' ');
    if (current?.servers !== key) current = { servers: key, resolver: createResolver(servers) };
    return current.resolver;
  };
  return {
    mx: (domain) =>
      lookUp(async () =>
        (await resolver().resolveMx(domain)).map(({ priority, exchange }) => ({
          preference: priority,
          exchange: plainName(exchange),
        })),
      ),
    a: (name) => lookUp(() => resolver().resolve4(name)),
    timedA: (name) =>
      lookUp(async () =>
        (await resolver().resolve4(name, { ttl: true })).map(({ address, ttl }) => ({
          address,
          ttlSeconds: ttl,
        })),
      ),
    aaaa: (name) => lookUp(() => resolver().resolve6(name)),
    txt: (name) => lookUp(async () => (await resolver().resolveTxt(name)).map((strings) => strings.join(''))),
    ptr: async (address) => {
      const name = reverseName(address);
      if (name === null) return { kind: 'noSuchName' };
      return lookUp(async () => (await resolver().resolvePtr(name)).map(plainName));
    },
  };
}

function plainName(name: string): string {
  return name.replace(/\.$/u, '').toLowerCase();
}

function createResolver(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

async function lookUp<T>(ask: () => Promise<readonly T[]>): Promise<LookUp<T>> {
  try {
    const records = await ask();
    return records.length > 0 ? { kind: 'found', records } : { kind: 'noData' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    // A name that DNS cannot even ask for does not exist.
    if (code === 'ENOTFOUND' || code === 'EBADNAME') return { kind: 'noSuchName' };
    if (code === 'ENODATA') return { kind: 'noData' };
    return { kind: 'temporaryFailure', reason: REASONS[code] ?? code };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'the name servers did not answer',
  ESERVFAIL: 'the name servers could not find out',
  EREFUSED: 'the name servers refused to answer',
  ECONNREFUSED: 'no name server could be reached',
};
