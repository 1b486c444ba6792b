/** The publishing desk over the running host: DNS as the settings have it, HTTPS to providers, the records that we want. */
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { addressesOf } from '../../health/publishing/look-up-records.ts';
import { askServer } from '../../protocol/dns/ask-server.ts';
import { askServers } from '../../protocol/dns/ask-servers.ts';
import { createHttpsClient } from '../../protocol/https/https-client.ts';
import { listWantedRecords } from '../api/dns-records.ts';
import type { ConsoleServices } from '../api/services.ts';
import type { SettingsStore } from '../port.ts';
import type { AppliedChangeStore } from './port.ts';
import { PublishingDesk } from './publishing-desk.ts';

const API_TIMEOUT_MS = 20_000;
/** A page of a thousand records. */
const MAX_API_OCTETS = 8 * 1024 * 1024;
const DNS_PORT = 53;

export function openPublishingDesk(
  options: Pick<ConsoleServices, 'directory' | 'signing' | 'certificates' | 'listeners'> & {
    readonly storage: { readonly settings: SettingsStore; readonly dnsChanges: AppliedChangeStore };
    readonly clock: Clock;
    readonly randomBytes: RandomBytes;
  },
): PublishingDesk {
  const { storage, clock, randomBytes } = options;
  const { settings } = storage;
  const ask = async (question: { name: string; type: string }) => {
    const { dnsServers } = await settings.read();
    return askServers(question, { servers: () => dnsServers, clock, randomBytes });
  };
  const send = createHttpsClient({ clock, timeoutMs: API_TIMEOUT_MS, maxOctets: MAX_API_OCTETS });
  const locate = async (host: string) => (await addressesOf(host, ask))[0]?.address ?? null;
  return new PublishingDesk({
    ...{ settings, clock, ask, changes: storage.dnsChanges },
    tools: { clock, randomBytes, send, locate },
    askAt: (address) => (question) =>
      askServer(question, { server: { address, port: DNS_PORT }, clock, randomBytes }),
    wanted: () => listWantedRecords({ ...options, settings }),
  });
}
