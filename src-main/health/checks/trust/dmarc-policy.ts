/** RFC 9989 §4.7: what the domain asks others to do with mail that only pretends to be its. */
import type { DmarcRecord } from '../../../protocol/authentication/findings.ts';
import { tell } from '../../finding-words.ts';
import type { HealthCheck, HealthFix } from '../../port.ts';
import { advice, fine, onPage, publish, unsure, warn } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { policyOf } from './dmarc-evaluation.ts';

export const dmarcPolicy: HealthCheck = {
  id: 'dmarcPolicy',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const policy = await policyOf(tools, domain);
    if (policy.kind === 'none') return [];
    if (policy.kind === 'unsure')
      return [unsure(tell('dnsSilent', { name: `_dmarc.${domain}`, reason: policy.reason }))];
    const { record } = policy;
    const found = [record.text];
    const asks = record.domain === domain ? record.policy : (record.subdomainPolicy ?? record.policy);
    if (asks === 'none')
      return [
        warn(tell('dmarcWatches', { domain }), { found, ...strengthen(domain, record, { p: 'quarantine' }) }),
      ];
    if (record.isTesting)
      return [
        warn(tell('dmarcTests', { domain, asks }), { found, ...strengthen(domain, record, { t: null }) }),
      ];
    if (record.percent < 100)
      return [
        warn(tell('dmarcPartly', { domain, asks, percent: record.percent }), {
          found,
          ...strengthen(domain, record, { pct: null }),
        }),
      ];
    return [fine(tell('dmarcAsks', { domain, asks }), { found })];
  },
};

/** The record as it is but for one tag; null takes the tag away. */
function strengthen(
  domain: string,
  record: DmarcRecord,
  change: Readonly<Record<string, string | null>>,
): { readonly expected: readonly string[]; readonly fixes: readonly HealthFix[] } {
  const tags = record.text
    .split(';')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .flatMap((tag) => {
      const name = tag.split('=')[0]?.trim().toLowerCase() ?? '';
      const value = Object.hasOwn(change, name) ? change[name] : undefined;
      if (value === undefined) return [tag];
      return value === null ? [] : [`${name}=${value}`];
    });
  const name = `_dmarc.${record.domain}`;
  const text = tags.join('; ');
  const fixes = [
    publish(domain, textRecord(name, text), [textRecord(name, record.text)]),
    onPage('reports'),
    advice(tell('adviseReportsFirst', {})),
  ];
  return { expected: [text], fixes };
}
