/** RFC 6698, RFC 7672 §3.1: what DNS says of our key is true of the key in use. It counts only where DNSSEC proves it. */
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import type { RecordAnswer } from '../../../protocol/dns/record-resolver.ts';
import type { TlsaRecord } from '../../../protocol/dns/dnssec-resolver.ts';
import { fail, fine, publish, unanswered, warn } from '../finding.ts';
import { tlsaRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';

export const tlsa: HealthCheck = {
  id: 'tlsa',
  card: 'trust',
  about: 'server',
  async run(tools) {
    const { hostname } = tools.facts;
    const name = `_25._tcp.${hostname}`;
    const answer = await tools.dns.ask(name, 'TLSA');
    if (answer.kind === 'temporaryFailure') return [{ subject: hostname, ...unanswered(name, answer) }];
    const address = await tools.dns.ask(hostname, 'A');
    const finding = judge(tools, answer, address.isProved);
    const isRight = (its: readonly TlsaRecord[]): boolean => its.some((each) => fits(tools, each));
    return [{ subject: hostname, ...(await withSpread(tools, finding, { name, type: 'TLSA', isRight })) }];
  },
};

/** `3 1 1` is compared; `2` names an authority, and other forms cannot be told from the key alone. */
function fits({ facts }: CheckTools, { usage, selector, matchingType, data }: TlsaRecord): boolean {
  return usage === 3 && selector === 1 && matchingType === 1 && facts.keyHashes.includes(data);
}

function judge(tools: CheckTools, answer: RecordAnswer<TlsaRecord>, isHostProved: boolean): CheckFinding {
  const { facts } = tools;
  const { hostname: host, domains } = facts;
  const home = domains.find(({ name }) => host === name || host.endsWith(`.${name}`))?.name ?? host;
  const name = `_25._tcp.${host}`;
  const expected = facts.keyHashes.map((hash) => `3 1 1 ${hash}`);
  const records = answer.kind === 'found' ? answer.records : [];
  const found = records.map((each) => `${each.usage} ${each.selector} ${each.matchingType} ${each.data}`);
  const wrong = found.filter((text) => /^3 1 1 /u.test(text) && !expected.includes(text));
  const instead = wrong.map((text) => tlsaRecord(name, text));
  const fixes = expected.slice(0, 1).map((text) => publish(home, tlsaRecord(name, text), instead));
  if (records.length === 0)
    return isHostProved
      ? warn(tell('tlsaAbsent', { host }), { expected, fixes })
      : fine(tell('tlsaNeedless', { host }));
  if (records.some((each) => fits(tools, each)))
    return answer.isProved
      ? fine(tell('tlsaFits', { host }), { found })
      : fine(tell('tlsaUnproved', { host }), { found });
  if (records.some(({ usage }) => usage === 2)) return fine(tell('tlsaAuthority', { host }), { found });
  // Where DNSSEC proves them, others refuse to deliver.
  const poor = answer.isProved || isHostProved ? fail : warn;
  return poor(tell('tlsaWrong', { host }), { expected, found, fixes });
}
