/** RFC 5321 §4.5.1, RFC 2142: postmaster and abuse of the domain reach somebody. Postroom gives them to the first account. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fine, onPage, warn } from '../finding.ts';

export const roleAddresses: HealthCheck = {
  id: 'roleAddresses',
  card: 'receive',
  about: 'domain',
  run({ facts }, domain) {
    const accounts = facts.domains.find(({ name }) => name === domain)?.accounts ?? 0;
    const finding =
      accounts > 0
        ? fine(tell('rolesRead', { domain }))
        : warn(tell('rolesUnread', { domain }), { fixes: [onPage('accounts', domain)] });
    return Promise.resolve([finding]);
  },
};
