/** RFC 7505: a null MX says that the domain takes no mail at all. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, publish, unanswered, wantedFor } from '../finding.ts';
import { mxRecord } from '../found-records.ts';

export const nullMx: HealthCheck = {
  id: 'nullMx',
  card: 'receive',
  about: 'domain',
  async run(tools, domain) {
    const answer = await tools.dns.ask(domain, 'MX');
    if (answer.kind === 'temporaryFailure') return [unanswered(domain, answer)];
    const nulls = answer.kind === 'found' ? answer.records.filter(({ exchange }) => exchange === '') : [];
    if (nulls.length === 0) return [fine(tell('nullMxAbsent', { domain }))];
    const instead = nulls.map(({ preference }) => mxRecord(domain, preference, '.'));
    const fixes = wantedFor(tools, domain, 'receive').map((record) => publish(domain, record, instead));
    const sides = { expected: [`10 ${tools.facts.hostname}`], found: ['0 .'] };
    return [fail(tell('nullMxFound', { domain }), { ...sides, fixes })];
  },
};
