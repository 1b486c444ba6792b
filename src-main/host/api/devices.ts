/** Device handlers: what phones and mail programs find by themselves for an account. */
import { formatAppleProfile } from '../device-settings/apple-profile.ts';
import { deviceFactsOf } from '../device-settings/offered-services.ts';
import { devicePath } from '../device-settings/paths.ts';
import { guardedCalls, refusal } from './base.ts';
import type { ConsoleServices } from './services.ts';

export function createDevicesHandlers(services: ConsoleServices) {
  const { directory, settings } = services;
  return {
    read: guardedCalls.devices.read.handler(async ({ input }) => {
      const account = (await directory.listAccounts()).find(({ id }) => id === input.accountId);
      if (account === undefined) throw refusal('noSuchAccount');
      const { address, domain, name } = account;
      const { hostname, tellsDevices } = await settings.read();
      const listeners = services.listeners();
      const facts = deviceFactsOf(hostname, listeners);
      const text = formatAppleProfile(address, facts, name);
      return {
        tells: tellsDevices,
        isReachable: listeners.some((each) => each.name === 'https' && each.state === 'listening'),
        link: facts.origin + devicePath(address),
        thunderbird: [`autoconfig.${domain}`, `${domain}/.well-known/autoconfig`],
        outlook: [`autodiscover.${domain}`, `_autodiscover._tcp.${domain}`],
        names: [`autoconfig.${domain}`, `autodiscover.${domain}`],
        profile: text === null ? null : { fileName: `${address}.mobileconfig`, text },
      };
    }),
  };
}
