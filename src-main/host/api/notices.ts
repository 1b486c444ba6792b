/** Notices handler: what has come to need somebody, as it comes. */
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;

export function createNoticesHandlers({ clock, notices }: ConsoleServices) {
  return {
    watch: guardedCalls.notices.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => Promise.resolve(notices.recent()),
        open: (changed) => notices.onNotice(changed),
      }),
    ),
  };
}
