/** RFC 9989 §4.7: there is one DMARC record that counts for the domain, and it can be read. */
import type { TextRecord } from '../../../protocol/dns/record-resolver.ts';
import { isDmarcRecord, parseDmarcRecord } from '../../../protocol/authentication/dmarc/record.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unanswered, valuesOf, wantedFor } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';
import { policyOf } from './dmarc-evaluation.ts';

export const dmarcRecord: HealthCheck = {
  id: 'dmarcRecord',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const name = `_dmarc.${domain}`;
    const answer = await tools.dns.ask(name, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(name, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    const inherited = texts.some(isDmarcRecord) ? null : await policyOf(tools, domain);
    if (inherited?.kind === 'found')
      return [
        fine(tell('dmarcInherited', { domain, from: inherited.record.domain }), {
          found: [inherited.record.text],
        }),
      ];
    const isRight = (its: readonly TextRecord[]): boolean =>
      its.some(({ text }) => parseDmarcRecord(domain, text) !== null);
    return [await withSpread(tools, judgeRecords(tools, domain, texts), { name, type: 'TXT', isRight })];
  },
};

function judgeRecords(tools: CheckTools, domain: string, texts: readonly string[]): CheckFinding {
  const name = `_dmarc.${domain}`;
  const found = texts.filter((text) => /dmarc/iu.test(text));
  const [wanted] = wantedFor(tools, domain, 'dmarc');
  const instead = found.map((text) => textRecord(name, text));
  const fixes = wanted === undefined ? [] : [publish(domain, wanted, instead)];
  const sides = { expected: valuesOf(wanted), found, fixes };
  const counting = texts.filter(isDmarcRecord);
  const [text] = counting;
  if (found.length === 0) return fail(tell('dmarcMissing', { domain }), sides);
  if (counting.length > 1) return fail(tell('dmarcSeveral', { domain, count: counting.length }), sides);
  if (text === undefined || parseDmarcRecord(domain, text) === null)
    return fail(tell('dmarcUnreadable', { domain }), sides);
  return fine(tell('dmarcReadable', { domain }), { found });
}
