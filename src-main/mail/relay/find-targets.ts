/**
 * Next hop → the hosts and addresses to try, in order.
 *
 * RFC 5321 §5.1 (MX, implicit MX, loops), RFC 7505 (null MX). Flow: relay → here → DNS.
 * Invariants: mail is never sent to ourselves: we know our own listeners by address and port, and ourselves among MX
 * hosts by name; those that are no better than we are then left out (RFC 5321 §5.1), and where nothing is left the mail fails.
 */
import { isIP } from 'node:net';
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { isAddressLiteral } from '../../format/domain.ts';
import type { DnsResolver, LookUp, MxRecord } from '../../protocol/dns/resolver.ts';
import type { SessionTarget } from '../../protocol/smtp/client/open-session.ts';
import { temporaryProblem, type SessionProblem } from '../../protocol/smtp/client/problem.ts';
import type { HostPort, NextHop } from '../routing/port.ts';
import { MAX_ADDRESSES, MAX_MX_HOSTS } from './limits.ts';

export interface TargetFinderOptions {
  readonly resolver: DnsResolver;
  /** For the order of hosts of equal preference. */
  readonly randomBytes: RandomBytes;
  readonly hostname: () => string;
  /** Whether a listener of ours is there. */
  readonly isOwnListener: (address: string, port: number) => boolean;
  /** The port of MX hosts. */
  readonly mxPort: number;
}

/** At least one target, or why there is none. */
export type FoundTargets = Result<readonly SessionTarget[], SessionProblem>;

interface Candidate extends HostPort {
  /** Lower is better. */
  readonly preference: number;
}

/** What is known of a candidate after its look-ups. */
interface LocatedHost extends Candidate {
  readonly addresses: readonly string[];
  /** Why there are none, where nobody could say. */
  readonly doubt: string | null;
}

export async function findTargets(nextHop: NextHop, options: TargetFinderOptions): Promise<FoundTargets> {
  if (nextHop.kind === 'mx') return findMxTargets(nextHop.domain, options);
  const candidates = nextHop.hosts.map((host, preference) => ({ ...host, preference }));
  const { tls, mustVerify, credentials, protocol } = nextHop;
  const access = {
    tls,
    mustVerify,
    ...(credentials !== undefined && { credentials }),
    ...(protocol !== undefined && { protocol }),
  };
  const located = await locate(candidates, options);
  const found = toTargets(located, access, options);
  if (found.length > 0) return ok(found);
  if (located.some(({ addresses }) => addresses.length > 0)) return err(loop(candidates[0]?.host ?? ''));
  // A name that the administrator wrote can be put right: the mail waits.
  return err(temporaryProblem('4.4.4', `The address of ${namesOf(candidates)} could not be found`));
}

async function findMxTargets(domain: string, options: TargetFinderOptions): Promise<FoundTargets> {
  const candidates = await findMxHosts(domain, options);
  if (!candidates.ok) return candidates;
  const located = await locate(candidates.value.slice(0, MAX_MX_HOSTS), options);
  const found = toTargets(located, { tls: 'opportunistic', mustVerify: false }, options);
  if (found.length > 0) return ok(found);
  if (located.some(({ addresses }) => addresses.length > 0)) return err(loop(domain));
  const doubt = located.find((host) => host.doubt !== null)?.doubt;
  if (doubt !== undefined) return err(unsure(domain, doubt ?? ''));
  const text = `No host that takes mail for ${domain} has an address (${namesOf(candidates.value)})`;
  return err(permanent('5.4.4', text));
}

async function findMxHosts(
  domain: string,
  options: TargetFinderOptions,
): Promise<Result<readonly Candidate[], SessionProblem>> {
  const port = options.mxPort;
  // RFC 5321 §4.1.3
  if (isAddressLiteral(domain)) {
    return ok([{ host: domain.slice(1, -1).replace(/^ipv6:/iu, ''), port, preference: 0 }]);
  }
  const mx = await options.resolver.mx(domain);
  switch (mx.kind) {
    case 'temporaryFailure':
      return err(unsure(domain, mx.reason));
    case 'noSuchName':
      return err(permanent('5.1.2', `There is no domain ${domain}`));
    case 'noData':
      // RFC 5321 §5.1: the implicit MX.
      return ok([{ host: domain, port, preference: 0 }]);
    case 'found':
      return orderMxHosts(domain, mx.records, options);
  }
}

function orderMxHosts(
  domain: string,
  records: readonly MxRecord[],
  options: TargetFinderOptions,
): Result<readonly Candidate[], SessionProblem> {
  const named = records.filter(({ exchange }) => exchange !== '');
  // RFC 7505 §3
  if (named.length === 0) return err(permanent('5.1.10', `${domain} takes no mail (null MX)`));
  const self = options.hostname().toLowerCase();
  const own = named.find(({ exchange }) => exchange === self);
  const better = named.filter(({ preference }) => own === undefined || preference < own.preference);
  if (better.length === 0) return err(loop(domain));
  const candidates = shuffle(better, options.randomBytes)
    .sort((a, b) => a.preference - b.preference)
    .map(({ exchange, preference }) => ({ host: exchange, port: options.mxPort, preference }));
  return ok(candidates);
}

/** RFC 5321 §5.1: hosts of equal preference share the load by chance. */
function shuffle<T>(items: readonly T[], randomBytes: RandomBytes): T[] {
  const keys = randomBytes(items.length);
  return items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function locate(candidates: readonly Candidate[], options: TargetFinderOptions): Promise<LocatedHost[]> {
  return Promise.all(
    candidates.map(async (candidate) => ({ ...candidate, ...(await locateHost(candidate.host, options)) })),
  );
}

async function locateHost(
  host: string,
  { resolver }: TargetFinderOptions,
): Promise<Pick<LocatedHost, 'addresses' | 'doubt'>> {
  if (isIP(host) !== 0) return { addresses: [host], doubt: null };
  // RFC 6761 §6.3: DNS is not asked for this name.
  if (host.toLowerCase() === 'localhost') return { addresses: ['127.0.0.1', '::1'], doubt: null };
  const answers = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  // IPv4 first: offices that have IPv6 often lack the reverse names for it, and large hosts refuse such mail for good.
  const addresses = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return { addresses, doubt: answers.map(doubtOf).find((reason) => reason !== null) ?? null };
}

function doubtOf(answer: LookUp<string>): string | null {
  return answer.kind === 'temporaryFailure' ? answer.reason : null;
}

/** RFC 5321 §5.1: where one of the hosts is this server, it and those that are no better are left out. */
function toTargets(
  located: readonly LocatedHost[],
  access: Pick<SessionTarget, 'tls' | 'mustVerify' | 'credentials' | 'protocol'>,
  { isOwnListener }: TargetFinderOptions,
): readonly SessionTarget[] {
  const own = located.filter(({ addresses, port }) =>
    addresses.some((address) => isOwnListener(address, port)),
  );
  const limit = Math.min(...own.map(({ preference }) => preference));
  return located
    .filter(({ preference }) => preference < limit)
    .flatMap(({ host, port, addresses }) => addresses.map((address) => ({ ...access, host, address, port })))
    .slice(0, MAX_ADDRESSES);
}

function namesOf(candidates: readonly Candidate[]): string {
  return candidates.map(({ host }) => host).join(', ');
}

function permanent(status: string, diagnostic: string): SessionProblem {
  return { isPermanent: true, status, diagnostic };
}

function unsure(domain: string, reason: string): SessionProblem {
  return temporaryProblem('4.4.3', `Who takes mail for ${domain} could not be found out: ${reason}`);
}

/** RFC 3463 §3.5: X.4.6, routing loop. */
function loop(name: string): SessionProblem {
  const text = `Mail for ${name} is to come to this server, but this server does not have that domain`;
  return permanent('5.4.6', text);
}
