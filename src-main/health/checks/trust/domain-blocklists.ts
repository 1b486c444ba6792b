/** RFC 5782 §4: whether lists of names that others ask hold the domain. */
import type { HealthCheck } from '../../port.ts';
import { judgeListings } from './listing.ts';

export const domainBlocklists: HealthCheck = {
  id: 'domainBlocklists',
  card: 'trust',
  about: 'domain',
  async run(tools, domain) {
    const lists = tools.facts.blocklists.filter(({ kind }) => kind === 'domain');
    if (lists.length === 0) return [];
    const asked = lists.map((list) => ({ list, name: `${domain}.${list.zone}` }));
    return [await judgeListings(tools, domain, asked)];
  },
};
