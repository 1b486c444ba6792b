/** RFC 5321 §5.1, RFC 2181 §10.3: the host of an MX record has its own address; it is no alias. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, publish, unanswered } from '../finding.ts';
import { aliasRecord, addressRecord, mxRecord } from '../found-records.ts';
import { mxHostsOf } from '../mail-hosts.ts';

export const mxNotAlias: HealthCheck = {
  id: 'mxNotAlias',
  card: 'receive',
  about: 'domain',
  async run(tools, domain) {
    const { records, doubt } = await mxHostsOf(tools, domain);
    if (doubt !== null) return [unanswered(domain, { reason: doubt })];
    if (records.length === 0) return [];
    const aliases = await Promise.all(
      records.map(async (record) => ({ record, answer: await tools.dns.ask(record.exchange, 'CNAME') })),
    );
    for (const { record, answer } of aliases) {
      const { exchange, preference } = record;
      if (answer.kind === 'temporaryFailure') return [unanswered(exchange, answer)];
      const [target] = answer.kind === 'found' ? answer.records : [];
      if (target === undefined) continue;
      const sides = { expected: [`${exchange} A`], found: [`${exchange} CNAME ${target}`] };
      const fixes =
        exchange === tools.facts.hostname
          ? [publish(domain, addressRecord(exchange, null), [aliasRecord(exchange, target)])]
          : [publish(domain, mxRecord(domain, preference, target), [mxRecord(domain, preference, exchange)])];
      return [fail(tell('mxIsAlias', { domain, host: exchange, target }), { ...sides, fixes })];
    }
    return [fine(tell('mxNoAlias', { domain }))];
  },
};
