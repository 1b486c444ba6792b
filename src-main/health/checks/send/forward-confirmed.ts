/** RFC 8601 §2.7.3 (iprev): the name of each sending address leads back to it. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, letter, publish, unsure } from '../finding.ts';
import { addressRecord } from '../found-records.ts';
import { addressesOf } from '../mail-hosts.ts';
import { aboutEachAddress, leadsBack, namesIn } from './sending-addresses.ts';

export const forwardConfirmed: HealthCheck = {
  id: 'forwardConfirmed',
  card: 'send',
  about: 'server',
  run: (tools) =>
    aboutEachAddress(tools, async (address, answer) => {
      const names = namesIn(answer);
      const [name] = names;
      if (name === undefined) return null;
      const confirmed = await Promise.all(names.map((each) => leadsBack(tools, each, address)));
      if (confirmed.includes(true)) return fine(tell('ptrConfirmed', { address, name }));
      if (confirmed.includes(null)) return unsure(tell('ptrUnsure', { address, name }));
      const { hostname: host, domains } = tools.facts;
      const home = domains.find((each) => name === each.name || name.endsWith(`.${each.name}`));
      const fixes = [
        // A name of ours we can lead back ourselves; a provider's we cannot.
        ...(home === undefined ? [] : [publish(home.name, addressRecord(name, address))]),
        letter('reverseName', { address, host }),
      ];
      const found = (await addressesOf(tools, name)).addresses;
      return fail(tell('ptrNotConfirmed', { address, name }), { expected: [address], found, fixes });
    }),
};
