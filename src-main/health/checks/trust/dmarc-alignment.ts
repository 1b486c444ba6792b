/** RFC 9989 §4.4: mail of the domain is proved by its own signature, and by SPF of its own name. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, press, unsure, warn } from '../finding.ts';
import { evaluateAll } from './spf-evaluation.ts';

export const dmarcAlignment: HealthCheck = {
  id: 'dmarcAlignment',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    // We sign with d= the author's domain, and our reverse-paths are in it: both fit, strictly too.
    const active = tools.facts.signingKeys.filter((key) => key.domain === domain && key.state === 'active');
    const isSigned = active.length > 0;
    const evaluated = await evaluateAll(tools, domain, 'mailfrom');
    const spf = evaluated?.kind === 'evaluated' ? evaluated.results : [];
    const passes = spf.length > 0 && spf.every((each) => each.spf.result === 'pass');
    const isUnknown = evaluated?.kind === 'unsure' || spf.some((each) => each.spf.result === 'temperror');
    const found = [
      `DKIM: ${isSigned ? `d=${domain}` : '—'}`,
      `SPF: ${isUnknown ? '?' : passes ? domain : '—'}`,
    ];
    const fixes = [press('makeSigningKey', domain)];
    if (isSigned && passes) return [fine(tell('alignedBoth', { domain }), { found })];
    if (isSigned) return [fine(tell('alignedByKey', { domain }), { found })];
    if (isUnknown) return [unsure(tell('alignmentUnsure', { domain }), { found, fixes })];
    if (passes) return [warn(tell('alignedBySpf', { domain }), { found, fixes })];
    return [fail(tell('notAligned', { domain }), { expected: [`d=${domain}`], found, fixes })];
  },
};
