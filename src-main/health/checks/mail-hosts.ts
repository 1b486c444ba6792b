/** The hosts that take mail for our domains: what several checks begin with. */
import { isSameAddress } from '../own-addresses.ts';
import type { CheckTools } from '../tools.ts';
import type { MxRecord } from '../../protocol/dns/resolver.ts';

/** RFC 5321 §5.1: the best first; the null MX (RFC 7505) names no host. */
export async function mxHostsOf(
  { dns }: CheckTools,
  domain: string,
): Promise<{ readonly records: readonly MxRecord[]; readonly doubt: string | null }> {
  const answer = await dns.ask(domain, 'MX');
  if (answer.kind === 'temporaryFailure') return { records: [], doubt: answer.reason };
  const records = answer.kind === 'found' ? answer.records.filter(({ exchange }) => exchange !== '') : [];
  return { records: records.toSorted((one, other) => one.preference - other.preference), doubt: null };
}

export async function addressesOf(
  { dns }: CheckTools,
  host: string,
): Promise<{ readonly addresses: readonly string[]; readonly doubt: string | null }> {
  const answers = await Promise.all([dns.ask(host, 'A'), dns.ask(host, 'AAAA')]);
  const failed = answers.find((answer) => answer.kind === 'temporaryFailure');
  const addresses = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return { addresses, doubt: failed?.kind === 'temporaryFailure' ? failed.reason : null };
}

export interface MailHostAddress {
  readonly host: string;
  readonly address: string;
}

export interface MailHostAddresses {
  readonly places: readonly MailHostAddress[];
  readonly doubt: string | null;
}

/** Every address at which mail for one of our domains is taken, each once. */
export async function mailHostAddresses(tools: CheckTools): Promise<MailHostAddresses> {
  const domains = await Promise.all(tools.facts.domains.map(({ name }) => mxHostsOf(tools, name)));
  const hosts = new Set(domains.flatMap(({ records }) => records.map(({ exchange }) => exchange)));
  hosts.add(tools.facts.hostname);
  const found = await Promise.all(
    Array.from(hosts, async (host) => ({ host, ...(await addressesOf(tools, host)) })),
  );
  const places = found.flatMap(({ host, addresses }) => addresses.map((address) => ({ host, address })));
  const doubts = [...domains, ...found].map(({ doubt }) => doubt);
  return { places: withoutTwins(places), doubt: doubts.find((doubt) => doubt !== null) ?? null };
}

function withoutTwins(places: readonly MailHostAddress[]): readonly MailHostAddress[] {
  return places.filter(
    ({ address }, index) => places.findIndex((other) => isSameAddress(other.address, address)) === index,
  );
}

export async function isOurs(tools: CheckTools, address: string): Promise<boolean> {
  const { addresses } = await tools.ownAddresses();
  return [...addresses, ...tools.facts.localAddresses].some((own) => isSameAddress(own, address));
}
