/** RFC 5321 §4.1.4: the name we say in EHLO is the name that the address has. Large receivers compare them. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fine, letter, onPage, warn } from '../finding.ts';
import { aboutEachAddress, namesIn } from './sending-addresses.ts';

export const helloName: HealthCheck = {
  id: 'helloName',
  card: 'send',
  about: 'server',
  run: (tools) =>
    aboutEachAddress(tools, (address, answer) => {
      const { hostname: host } = tools.facts;
      const found = namesIn(answer);
      if (found.length === 0) return Promise.resolve(null);
      if (found.includes(host))
        return Promise.resolve(fine(tell('helloIsName', { address, host }), { found }));
      const fixes = [letter('reverseName', { address, host }), onPage('settings')];
      const values = { address, host, name: found.join(', ') };
      return Promise.resolve(warn(tell('helloOtherName', values), { expected: [host], found, fixes }));
    }),
};
