/** Move-in handlers: a whole office from another server, with what will come, progress and catching up. */
import { guardedCalls, valueOf } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;

export function createMoveInHandlers({ moveIn, clock }: ConsoleServices) {
  return {
    watch: guardedCalls.moveIn.watch.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => moveIn.view(),
        open: (changed) => moveIn.onChange(changed),
      }),
    ),
    preview: guardedCalls.moveIn.preview.handler(async ({ input }) => valueOf(await moveIn.preview(input))),
    start: guardedCalls.moveIn.start.handler(async ({ input }) => valueOf(await moveIn.start(input))),
    cancel: guardedCalls.moveIn.cancel.handler(() => moveIn.cancel()),
    catchUp: guardedCalls.moveIn.catchUp.handler(async () => valueOf(await moveIn.catchUp())),
    finish: guardedCalls.moveIn.finish.handler(() => moveIn.finish()),
  };
}
