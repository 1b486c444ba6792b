/** RFC 7208 §4.6.4: at most ten terms ask DNS, and two of the names that they lead to may be missing. */
import { MAX_SPF_LOOK_UPS } from '../../../protocol/authentication/limits.ts';
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fail, fine, unsure, warn } from '../finding.ts';
import { evaluate, isWorthEvaluating } from './spf-evaluation.ts';

/** So many leave room for one more service. */
const MANY_LOOK_UPS = MAX_SPF_LOOK_UPS - 1;

export const spfLookUps: HealthCheck = {
  id: 'spfLookUps',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    if (!(await isWorthEvaluating(tools, domain))) return [];
    // From an address that nothing matches (RFC 5737), every term is walked.
    const clientAddress = '192.0.2.1';
    const sender = `postmaster@${domain}`;
    const spf = await evaluate(tools, { identity: 'mailfrom', domain, sender, clientAddress });
    if (spf.result === 'temperror') return [unsure(tell('spfUnsure', { domain, reason: spf.reason }))];
    const most = MAX_SPF_LOOK_UPS;
    const found = [String(spf.lookUps)];
    const sides = { expected: [`≤ ${most}`], found, fixes: [advice(tell('adviseSpfShorter', {}))] };
    if (spf.lookUps > most) return [fail(tell('spfTooManyLookUps', { domain, most }), sides)];
    if (spf.result === 'permerror') return [fail(tell('spfBroken', { domain, reason: spf.reason }), sides)];
    if (spf.lookUps >= MANY_LOOK_UPS)
      return [warn(tell('spfManyLookUps', { domain, count: spf.lookUps, most }), sides)];
    return [fine(tell('spfFewLookUps', { domain, count: spf.lookUps, most }), { found })];
  },
};
