/**
 * Settings handlers: listeners and why they are where they are, the server's name, its certificate.
 */
import type { ServerSettings, SettingsChange } from '../../contract/settings.ts';
import { guardedCalls, refusal } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { HOSTNAME } from './hostname.ts';
import { remedyFor } from './port-remedy.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;

export function createSettingsHandlers(services: ConsoleServices) {
  return {
    watch: guardedCalls.settings.watch.handler(({ signal }) =>
      windowFeed({
        clock: services.clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => describeSettings(services),
        open: (changed) =>
          unsubscribeAll(services.settings.onChange(changed), services.onListenersChange(changed)),
      }),
    ),

    change: guardedCalls.settings.change.handler(async ({ input, context }) => {
      await services.settings.change(checkChange(input));
      services.logger.info('settings changed', { by: context.administrator, ...input });
      return describeSettings(services);
    }),
  };
}

async function describeSettings(services: ConsoleServices): Promise<ServerSettings> {
  const settings = await services.settings.read();
  const { hostname, publicAddresses, tellsDevices, noticeLanguage, quietHours } = settings;
  const { allowCleartextAuth, detailSeparators, metricsEnabled } = settings;
  return {
    ...{ hostname, publicAddresses, tellsDevices, noticeLanguage, quietHours },
    ...{ allowCleartextAuth, detailSeparators, metricsEnabled },
    listeners: services
      .listeners()
      .map((listener) => ({ ...listener, remedy: remedyFor(listener, services.platform) })),
    certificate: services.certificate(),
    dataFolder: services.dataFolder,
    version: services.version,
    platform: services.platform,
  };
}

function checkChange(change: SettingsChange): SettingsChange {
  if (change.hostname === undefined) return change;
  const hostname = change.hostname.toLowerCase().replace(/\.$/, '');
  if (!HOSTNAME.test(hostname)) throw refusal('invalidHostname');
  return { ...change, hostname };
}
