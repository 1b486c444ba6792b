/** RFC 7208 §3.2, §4.5, §4.6: the domain has one SPF record, and one that can be read. */
import type { TextRecord } from '../../../protocol/dns/record-resolver.ts';
import { isSpfRecord, parseSpfRecord } from '../../../protocol/authentication/spf/record.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck, HealthFix } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, publish, unanswered, valuesOf, wantedFor } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';

export const spfRecord: HealthCheck = {
  id: 'spfRecord',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const answer = await tools.dns.ask(domain, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(domain, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    const isRight = (its: readonly TextRecord[]): boolean =>
      its.filter(({ text }) => isReadable(text)).length === 1;
    const finding = judgeRecords(tools, domain, texts);
    return [await withSpread(tools, finding, { name: domain, type: 'TXT', isRight })];
  },
};

function isReadable(text: string): boolean {
  return isSpfRecord(text) && parseSpfRecord(text).ok;
}

function judgeRecords(tools: CheckTools, domain: string, texts: readonly string[]): CheckFinding {
  const found = texts.filter(isSpfRecord);
  const [wanted] = wantedFor(tools, domain, 'spf');
  const expected = valuesOf(wanted);
  const fix = (text?: string): readonly HealthFix[] => {
    const record = text === undefined ? wanted : textRecord(domain, text);
    const instead = found.filter((each) => each !== record?.value).map((each) => textRecord(domain, each));
    return record === undefined ? [] : [publish(domain, record, instead)];
  };
  const [text, ...others] = found;
  if (text === undefined) {
    // What begins nearly right is a slip: `spf1`, `V=SPF1`, an old SPF2.
    const [near] = texts.filter((each) => /^"?\s*(?:v\s*=\s*)?spf/iu.test(each));
    if (near === undefined) return fail(tell('spfMissing', { domain }), { expected, fixes: fix() });
    return fail(tell('spfMisspelled', { domain }), { expected, found: [near], fixes: fix() });
  }
  if (others.length > 0) {
    const merged = mergeRecords(found);
    return fail(tell('spfSeveral', { domain, count: found.length }), {
      expected: [merged],
      found,
      fixes: fix(merged),
    });
  }
  const parsed = parseSpfRecord(text);
  if (!parsed.ok)
    return fail(tell('spfUnreadable', { domain, reason: parsed.error }), { expected, found, fixes: fix() });
  const last = parsed.value.directives.at(-1);
  if (last?.mechanism.kind === 'all' && last.qualifier === '+')
    return fail(tell('spfAllowsAll', { domain }), {
      expected,
      found,
      fixes: fix(text.replace(/\+?all\b/iu, '-all')),
    });
  return fine(tell('spfReadable', { domain }), { found });
}

/** All that any of them allows, once, and the strictest end that stands in them. */
export function mergeRecords(records: readonly string[]): string {
  const terms = records.flatMap((text) => text.split(/\s+/u).slice(1)).filter((term) => term !== '');
  const isEnd = (term: string): boolean => /^[-~?+]?all$/iu.test(term);
  const ends = terms.filter(isEnd).map((term) => term.toLowerCase());
  const end = ['-all', '~all', '?all'].find((each) => ends.includes(each)) ?? '~all';
  const allowed = [...new Set(terms.filter((term) => !isEnd(term)))];
  return ['v=spf1', ...allowed, end].join(' ');
}
