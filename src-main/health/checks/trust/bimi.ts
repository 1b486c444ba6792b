/** BIMI (draft-brand-indicators-for-message-identification): a picture beside the domain's mail. Nobody needs one. */
import { parseTagList } from '../../../protocol/authentication/tag-list.ts';
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, unanswered, warn, withdraw } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { policyOf } from './dmarc-evaluation.ts';

export const bimi: HealthCheck = {
  id: 'bimi',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const name = `default._bimi.${domain}`;
    const answer = await tools.dns.ask(name, 'TXT');
    if (answer.kind === 'temporaryFailure') return [unanswered(name, answer)];
    const texts = answer.kind === 'found' ? answer.records.map(({ text }) => text) : [];
    const found = texts.filter((text) => /bimi/iu.test(text));
    const [text] = found;
    if (text === undefined) return [fine(tell('bimiAbsent', { domain }))];
    const tags = parseTagList(text);
    const fixes = [withdraw(domain, textRecord(name, text))];
    const location = tags?.get('l') ?? '';
    if (
      found.length > 1 ||
      tags?.get('v') !== 'BIMI1' ||
      (location !== '' && !/^https:\/\/\S+\.svgz?$/iu.test(location))
    )
      return [
        fail(tell('bimiBroken', { domain }), { expected: ['v=BIMI1; l=https://…/logo.svg'], found, fixes }),
      ];
    const policy = await policyOf(tools, domain);
    const isEnforced =
      policy.kind === 'found' && policy.record.policy !== 'none' && policy.record.percent === 100;
    if (!isEnforced) return [warn(tell('bimiNotShown', { domain }), { found, fixes })];
    return [fine(tell('bimiThere', { domain }), { found })];
  },
};
