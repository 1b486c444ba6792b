/** RFC 1912 §2.1: each address that sends has a name (PTR). Only who gives out the address can set it. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fail, fine, letter, onPage, warn } from '../finding.ts';
import { aboutEachAddress, namesIn } from './sending-addresses.ts';

/** As home lines are called by their providers. */
const GENERIC = /(?:\d{1,3}[-.]){3}\d{1,3}|dyn(?:amic)?[-.\d]|\b(?:dsl|pool|dhcp|ppp|cable)[-.\d]/iu;

export const reverseName: HealthCheck = {
  id: 'reverseName',
  card: 'send',
  about: 'server',
  run: (tools) =>
    aboutEachAddress(tools, (address, answer) => {
      const { hostname: host } = tools.facts;
      const found = namesIn(answer);
      const sides = { expected: [host], found };
      const fixes = [
        letter('reverseName', { address, host }),
        ...(address.includes(':') ? [advice(tell('adviseNoIpv6', {}))] : []),
        onPage('relay'),
      ];
      const [name] = found;
      if (name === undefined)
        return Promise.resolve(fail(tell('ptrMissing', { address }), { ...sides, fixes }));
      if (GENERIC.test(name) && name !== host)
        return Promise.resolve(warn(tell('ptrGeneric', { address, name }), { ...sides, fixes }));
      return Promise.resolve(fine(tell('ptrFound', { address, name }), { found }));
    }),
};
