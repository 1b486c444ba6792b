/** Whether each host that takes mail for the domain has an address. */
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unanswered } from '../finding.ts';
import { addressesOf, mxHostsOf } from '../mail-hosts.ts';
import { addressRecord } from '../found-records.ts';
import { knownAddresses } from '../../own-addresses.ts';

export const mxAddresses: HealthCheck = {
  id: 'mxAddresses',
  card: 'receive',
  about: 'domain',
  async run(tools, domain) {
    const { records, doubt } = await mxHostsOf(tools, domain);
    if (doubt !== null) return [unanswered(domain, { reason: doubt })];
    if (records.length === 0) return [];
    const hosts = await Promise.all(
      records.map(async ({ exchange }) => ({ host: exchange, ...(await addressesOf(tools, exchange)) })),
    );
    const found = hosts.map(({ host, addresses }) => `${host}: ${addresses.join(', ') || '—'}`);
    const bare = hosts.filter(({ addresses }) => addresses.length === 0);
    const silent = bare.find((host) => host.doubt !== null);
    if (silent !== undefined) return [unanswered(silent.host, { reason: silent.doubt ?? '' })];
    const [first] = bare;
    if (first !== undefined) return [missing(tools, { domain, host: first.host, found })];
    return [fine(tell('mxAddressesFound', { domain }), { found })];
  },
};

interface Bare {
  readonly domain: string;
  readonly host: string;
  readonly found: readonly string[];
}

function missing({ facts }: CheckTools, { domain, host, found }: Bare): CheckFinding {
  const [address = null] = knownAddresses(facts);
  const expected = [`${host}: ${address ?? 'A'}`];
  const fixes = [publish(domain, addressRecord(host, address))];
  return fail(tell('mxWithoutAddress', { domain, host }), { expected, found, fixes });
}
