/** Whether the server's own name leads to the addresses that it has. */
import { tell } from '../../finding-words.ts';
import { isSameAddress, knownAddresses } from '../../own-addresses.ts';
import type { CheckFinding, HealthCheck, HealthFix } from '../../port.ts';
import type { ZoneRecord } from '../../records/zone-record.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, onPage, publish, unanswered, warn } from '../finding.ts';
import { addressRecord } from '../found-records.ts';
import { addressesOf } from '../mail-hosts.ts';
import { withSpread } from '../name-servers.ts';

export const hostAddress: HealthCheck = {
  id: 'hostAddress',
  card: 'receive',
  about: 'server',
  async run(tools) {
    const { hostname } = tools.facts;
    const { addresses, doubt } = await addressesOf(tools, hostname);
    if (doubt !== null) return [{ ...unanswered(hostname, { reason: doubt }), subject: hostname }];
    const [first] = knownAddresses(tools.facts);
    const type = first?.includes(':') === true ? 'AAAA' : 'A';
    const finding = judge(tools, addresses);
    const isRight = (its: readonly string[]): boolean =>
      its.some((address) => first === undefined || isSameAddress(address, first));
    const told = await withSpread(tools, finding, { name: hostname, type, isRight });
    return [{ ...told, subject: hostname }];
  },
};

function judge({ facts }: CheckTools, found: readonly string[]): CheckFinding {
  const { hostname: host } = facts;
  const expected = knownAddresses(facts);
  const foreign = found.filter((address) => !expected.some((own) => isSameAddress(own, address)));
  const fix = (instead: readonly string[]): readonly HealthFix[] =>
    fixesFor(
      facts,
      instead.map((address) => addressRecord(host, address)),
    );
  if (found.length === 0) return fail(tell('hostWithoutAddress', { host }), { expected, fixes: fix([]) });
  if (expected.length === 0) return fine(tell('hostHasAddress', { host }), { found });
  if (foreign.length === found.length)
    return fail(tell('hostElsewhere', { host, found: found.join(', '), own: expected.join(', ') }), {
      ...{ expected, found, fixes: fix(foreign) },
    });
  if (foreign.length > 0)
    return warn(tell('hostAlsoElsewhere', { host, foreign: foreign.join(', ') }), {
      ...{ expected, found, fixes: [...fix(foreign), onPage('settings')] },
    });
  return fine(tell('hostHere', { host }), { found });
}

function fixesFor(facts: CheckTools['facts'], instead: readonly ZoneRecord[]): readonly HealthFix[] {
  const { hostname, domains } = facts;
  const home =
    domains.find(({ name }) => hostname === name || hostname.endsWith(`.${name}`))?.name ?? hostname;
  const [address = null] = knownAddresses(facts);
  return [publish(home, addressRecord(hostname, address), instead)];
}
