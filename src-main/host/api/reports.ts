/**
 * Report handlers: what others tell of our domains, summed up; and whether we tell them.
 */
import type { ReportSettings } from '../../contract/reports.ts';
import { parseAddress } from '../../format/address.ts';
import type { HostSettings } from '../port.ts';
import { guardedCalls, refusal } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

/** Sums over a year of reports take some milliseconds. */
const FEED_INTERVAL_MS = 1_000;
const DAY_MS = 24 * 60 * 60_000;

export function createReportHandlers({ clock, logger, reports, settings }: ConsoleServices) {
  const queryOf = ({ domain, days }: { domain: string | null; days: number }) => ({
    domain,
    since: clock.now() - days * DAY_MS,
  });
  const feed = { clock, intervalMs: FEED_INTERVAL_MS, open: reports.onChange };
  return {
    watchDmarc: guardedCalls.reports.watchDmarc.handler(({ input, signal }) =>
      windowFeed({ ...feed, signal, snapshot: () => reports.summarizeDmarc(queryOf(input)) }),
    ),

    watchTls: guardedCalls.reports.watchTls.handler(({ input, signal }) =>
      windowFeed({ ...feed, signal, snapshot: () => reports.summarizeTls(queryOf(input)) }),
    ),

    watchSettings: guardedCalls.reports.watchSettings.handler(({ signal }) =>
      windowFeed({
        ...feed,
        signal,
        snapshot: async () => toView(await settings.read()),
        open: (changed) => settings.onChange(() => changed()),
      }),
    ),

    changeSettings: guardedCalls.reports.changeSettings.handler(async ({ input, context }) => {
      const { rotateAfterDays, ...change } = input;
      const isWrong = change.addresses.some((address) => !parseAddress(address, { allowUtf8: true }).ok);
      if (isWrong) throw refusal('invalidAddress');
      await settings.change({ reports: change, signing: { rotateAfterDays } });
      logger.info('report settings changed', { by: context.administrator, ...input });
    }),
  };
}

function toView({ reports, signing }: HostSettings): ReportSettings {
  return { ...reports, rotateAfterDays: signing.rotateAfterDays };
}
