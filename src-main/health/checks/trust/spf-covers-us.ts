/** RFC 7208 §4: each address that we send from passes the domain's SPF. */
import { isSpfRecord } from '../../../protocol/authentication/spf/record.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck, HealthFix } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unsure } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { evaluateAll, isWorthEvaluating, type Evaluated } from './spf-evaluation.ts';

export const spfCoversUs: HealthCheck = {
  id: 'spfCoversUs',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    if (!(await isWorthEvaluating(tools, domain))) return [];
    const evaluated = await evaluateAll(tools, domain, 'mailfrom');
    if (evaluated === null) return [];
    if (evaluated.kind === 'unsure') return [evaluated.finding];
    return [judgeCover(tools, domain, evaluated.results)];
  },
};

function judgeCover(tools: CheckTools, domain: string, results: readonly Evaluated[]): CheckFinding {
  const found = results.map(({ address, spf }) => `${address}: ${spf.result}`);
  const expected = results.map(({ address }) => `${address}: pass`);
  const doubtful = results.find(({ spf }) => spf.result === 'temperror');
  if (doubtful !== undefined)
    return unsure(tell('spfUnsure', { domain, reason: doubtful.spf.reason }), { found });
  const failing = results.filter(({ spf }) => spf.result !== 'pass');
  const [first] = failing;
  if (first === undefined) return fine(tell('spfPassesAll', { domain }), { found });
  if (tools.facts.leaving.mode === 'smarthost') return fine(tell('spfSmartHost', { domain }), { found });
  const { address, spf } = first;
  const values = { domain, address, result: spf.result, reason: spf.reason };
  return fail(tell('spfFailsOurs', values), { expected, found, fixes: coverFixes(domain, failing) });
}

/** The record as it is, with our addresses before its end. */
function coverFixes(domain: string, failing: readonly Evaluated[]): readonly HealthFix[] {
  const text = failing[0]?.spf.steps.find(({ depth, term }) => depth === 0 && isSpfRecord(term))?.term;
  if (text === undefined) return [];
  const added = failing.map(({ address }) => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`);
  const [version = 'v=spf1', ...terms] = text.split(/\s+/u);
  const record = textRecord(domain, [version, ...added, ...terms].join(' '));
  return [publish(domain, record, [textRecord(domain, text)])];
}
