/** RFC 5321 §5.1: whether DNS says at all where mail for the domain goes. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fail, fine, publish, unanswered, wantedFor, warn } from '../finding.ts';
import { withSpread } from '../name-servers.ts';
import { addressesOf } from '../mail-hosts.ts';

export const mxExists: HealthCheck = {
  id: 'mxExists',
  card: 'receive',
  about: 'domain',
  async run(tools, domain) {
    const answer = await tools.dns.ask(domain, 'MX');
    const expected = [`10 ${tools.facts.hostname}`];
    const fixes = wantedFor(tools, domain, 'receive').map((record) => publish(domain, record));
    switch (answer.kind) {
      case 'temporaryFailure':
        return [unanswered(domain, answer)];
      case 'found': {
        const found = answer.records.map(({ preference, exchange }) => `${preference} ${exchange}`);
        return [fine(tell('mxFound', { domain, count: answer.records.length }), { found })];
      }
      case 'noSuchName':
        return [
          fail(tell('domainUnknown', { domain }), {
            expected,
            fixes: [advice(tell('adviseRegister', { domain }))],
          }),
        ];
      case 'noData': {
        // RFC 5321 §5.1: the implicit MX.
        const { addresses } = await addressesOf(tools, domain);
        const finding =
          addresses.length > 0
            ? warn(tell('mxImplicit', { domain }), { expected, found: addresses, fixes })
            : fail(tell('mxMissing', { domain }), { expected, fixes });
        const isRight = (its: readonly unknown[]): boolean => its.length > 0;
        return [await withSpread(tools, finding, { name: domain, type: 'MX', isRight })];
      }
    }
  },
};
