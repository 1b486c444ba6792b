/** RFC 7208 §2.3: bounces have no sender; then the name in EHLO is what others ask about. */
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unsure, warn } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { evaluateAll, type Evaluated } from './spf-evaluation.ts';

export const spfHello: HealthCheck = {
  id: 'spfHello',
  card: 'trust',
  about: 'server',
  async run(tools) {
    const { hostname } = tools.facts;
    // RFC 7208 §2.3: a name of one label is no domain that could be asked about.
    if (tools.facts.leaving.mode !== 'direct' || !hostname.includes('.')) return [];
    const evaluated = await evaluateAll(tools, hostname, 'helo');
    if (evaluated === null) return [];
    if (evaluated.kind === 'unsure') return [{ ...evaluated.finding, subject: hostname }];
    return [{ ...judgeHello(tools, evaluated.results), subject: hostname }];
  },
};

function judgeHello({ facts }: CheckTools, results: readonly Evaluated[]): CheckFinding {
  const { hostname: host, domains } = facts;
  const found = results.map(({ address, spf }) => `${address}: ${spf.result}`);
  const home = domains.find(({ name }) => host === name || host.endsWith(`.${name}`))?.name ?? host;
  const record = textRecord(host, 'v=spf1 a -all');
  const doubtful = results.find(({ spf }) => spf.result === 'temperror');
  if (doubtful !== undefined) return unsure(tell('spfUnsure', { domain: host, reason: doubtful.spf.reason }));
  const failing = results.find(({ spf }) => spf.result !== 'pass');
  if (failing === undefined) return fine(tell('spfHelloPasses', { host }), { found });
  const sides = { expected: [record.value ?? ''], found, fixes: [publish(home, record)] };
  if (failing.spf.result === 'none') return warn(tell('spfHelloMissing', { host }), sides);
  return fail(tell('spfHelloFails', { host, address: failing.address, result: failing.spf.result }), sides);
}
