/** RFC 5321 §5.1: whether the hosts that take mail for the domain are this server. */
import type { MxRecord } from '../../../protocol/dns/resolver.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unanswered, wantedFor, warn } from '../finding.ts';
import { addressesOf, isOurs } from '../mail-hosts.ts';
import { withSpread } from '../name-servers.ts';
import { mxRecord } from '../found-records.ts';

export const mxPointsHere: HealthCheck = {
  id: 'mxPointsHere',
  card: 'receive',
  about: 'domain',
  async run(tools, domain) {
    const answer = await tools.dns.ask(domain, 'MX');
    if (answer.kind === 'temporaryFailure') return [unanswered(domain, answer)];
    const records = answer.kind === 'found' ? answer.records.filter(({ exchange }) => exchange !== '') : [];
    // What is not there is another check's matter.
    if (records.length === 0) return [];
    const hosts = await Promise.all(
      records.map(async (record) => ({ ...record, isOwn: await leadsHere(tools, record.exchange) })),
    );
    const isRight = (its: readonly MxRecord[]): boolean =>
      its.length > 0 && its.every(({ exchange }) => exchange === tools.facts.hostname);
    return [await withSpread(tools, judge(tools, domain, hosts), { name: domain, type: 'MX', isRight })];
  },
};

type Host = MxRecord & { readonly isOwn: boolean };

function judge(tools: CheckTools, domain: string, hosts: readonly Host[]): CheckFinding {
  const { hostname } = tools.facts;
  const found = hosts.map(({ preference, exchange }) => `${preference} ${exchange}`);
  const best = Math.min(...hosts.map(({ preference }) => preference));
  const foreign = hosts.filter(({ isOwn }) => !isOwn);
  const sides = { expected: [`10 ${hostname}`], found };
  const others = foreign.map(({ exchange }) => exchange).join(', ');
  if (foreign.length === 0) return fine(tell('mxHere', { domain, host: hostname }), { found });
  const instead = foreign.map(({ preference, exchange }) => mxRecord(domain, preference, exchange));
  const fixes = wantedFor(tools, domain, 'receive').map((record) => publish(domain, record, instead));
  if (foreign.length === hosts.length)
    return fail(tell('mxElsewhere', { domain, others, host: hostname }), { ...sides, fixes });
  const isBestOurs = hosts.some(({ isOwn, preference }) => isOwn && preference === best);
  return isBestOurs
    ? warn(tell('mxAlsoElsewhere', { domain, others, host: hostname }), { ...sides, fixes })
    : fail(tell('mxFirstElsewhere', { domain, others, host: hostname }), { ...sides, fixes });
}

async function leadsHere(tools: CheckTools, host: string): Promise<boolean> {
  if (host === tools.facts.hostname) return true;
  const { addresses } = await addressesOf(tools, host);
  const own = await Promise.all(addresses.map((address) => isOurs(tools, address)));
  return own.some(Boolean);
}
