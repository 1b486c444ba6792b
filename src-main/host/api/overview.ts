/**
 * Overview handler: is the mail flowing? Gathers the numbers once a second at most, for each page that looks.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { guardedCalls } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import { readFlowHistory } from './flow-history.ts';
import type { OverviewReader } from './overview-reader.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 1000;
/** Rates sink and the newest minute moves on even when nothing happens. */
const HEARTBEAT_MS = 5000;
/** A bar of an hour's chart is a minute, of the others a quarter of an hour and more. */
const HISTORY_INTERVAL_MS = { hour: 2_000, day: 30_000, week: 60_000, month: 60_000 } as const;

export function createOverviewHandlers(services: ConsoleServices, reader: OverviewReader) {
  const { clock } = services;
  return {
    watch: guardedCalls.overview.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => reader.read(),
        open: (changed) => watchAll(services, changed),
      }),
    ),
    watchHistory: guardedCalls.overview.watchHistory.handler(({ signal, input: { span } }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: HISTORY_INTERVAL_MS[span] },
        snapshot: () => readFlowHistory(services, span),
        open: (changed) => unsubscribeAll(services.meter.onEvent(changed), beatEvery(clock, changed)),
      }),
    ),
  };
}

function watchAll(services: ConsoleServices, changed: () => void) {
  return unsubscribeAll(
    beatEvery(services.clock, changed),
    services.meter.onEvent(changed),
    services.transcripts.onSession(changed),
    services.directory.onChange(changed),
    services.settings.onChange(changed),
    services.onListenersChange(changed),
    services.certificates.onChange(changed),
    services.health.desk.onChange(changed),
  );
}

function beatEvery(clock: Clock, changed: () => void): Cancel {
  let cancel: Cancel = () => undefined;
  const wait = (): void => {
    cancel = clock.after(HEARTBEAT_MS, () => {
      changed();
      wait();
    });
  };
  wait();
  return () => cancel();
}
