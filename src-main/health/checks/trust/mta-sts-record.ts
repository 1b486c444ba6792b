/** RFC 8461 §3.1: the record that says that there is a policy, and which. */
import type { TextRecord } from '../../../protocol/dns/record-resolver.ts';
import { readPolicyId } from '../../../mail/relay/tls-policy/mta-sts-policy.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, onPage, publish, unanswered, valuesOf, wantedFor, warn, withdraw } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';

export const mtaStsRecord: HealthCheck = {
  id: 'mtaStsRecord',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const name = `_mta-sts.${domain}`;
    const answer = await tools.dns.ask(name, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(name, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    const [wanted] = wantedFor(tools, domain, 'mtaSts');
    const isRight = (its: readonly TextRecord[]): boolean => its.some(({ text }) => text === wanted?.value);
    return [await withSpread(tools, judge(tools, domain, texts), { name, type: 'TXT', isRight })];
  },
};

function judge(tools: CheckTools, domain: string, texts: readonly string[]): CheckFinding {
  const name = `_mta-sts.${domain}`;
  const found = texts.filter((text) => /^v=STS/iu.test(text.trim()));
  const [wanted] = wantedFor(tools, domain, 'mtaSts');
  const isOn = tools.facts.mtaSts.some((each) => each.domain === domain);
  const instead = found.map((text) => textRecord(name, text));
  const fixes = wanted === undefined ? [onPage('certificates', domain)] : [publish(domain, wanted, instead)];
  const sides = { expected: valuesOf(wanted), found, fixes };
  const [text] = found;
  if (text === undefined && !isOn) return warn(tell('mtaStsAbsent', { domain }), { fixes });
  if (text === undefined) return fail(tell('mtaStsRecordMissing', { domain }), sides);
  if (found.length > 1) return fail(tell('mtaStsSeveral', { domain, count: found.length }), sides);
  const id = readPolicyId(found);
  if (id === null) return fail(tell('mtaStsUnreadable', { domain }), sides);
  // Somebody else may serve the policy; the next check looks at what it says.
  if (!isOn)
    return fine(tell('mtaStsElsewhere', { domain }), {
      found,
      fixes: [withdraw(domain, textRecord(name, text))],
    });
  const wantedId = readPolicyId(valuesOf(wanted));
  if (wantedId !== id) return warn(tell('mtaStsOldId', { domain }), sides);
  return fine(tell('mtaStsRecordRight', { domain }), { found });
}
