/** RFC 5782 §2.1, §2.4: whether lists that others ask hold the addresses that we send from. */
import { reverseLabels } from '../../../protocol/dns/reverse-name.ts';
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { unanswered, unsure } from '../finding.ts';
import { judgeListings } from './listing.ts';

export const addressBlocklists: HealthCheck = {
  id: 'addressBlocklists',
  card: 'trust',
  about: 'server',
  async run(tools) {
    const { addresses, doubt } = await tools.ownAddresses();
    const { hostname: host, blocklists } = tools.facts;
    if (addresses.length === 0)
      return [doubt === null ? unsure(tell('noOwnAddress', { host })) : unanswered(host, { reason: doubt })];
    const lists = blocklists.filter(({ kind }) => kind === 'address');
    return Promise.all(
      addresses.map(async (address) => {
        const labels = (reverseLabels(address) ?? []).join('.');
        const asked = lists.map((list) => ({ list, name: `${labels}.${list.zone}` }));
        return { subject: address, ...(await judgeListings(tools, address, asked)) };
      }),
    );
  },
};
