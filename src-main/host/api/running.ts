/** Running handlers: how the server runs on its machine, a restart, and the way into a service. */
import type { RunningOutcome, RunningView } from '../../contract/running.ts';
import type { Done } from '../system-service/port.ts';
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import { remedyFor } from './port-remedy.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 1_000;

export function createRunningHandlers(services: ConsoleServices) {
  const { running, clock, logger } = services;
  return {
    watch: guardedCalls.running.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => describe(services),
        open: running.onChange,
      }),
    ),

    restart: guardedCalls.running.restart.handler(({ context }) => {
      logger.info('restart asked for', { by: context.administrator });
      return outcomeOf(running.restart());
    }),

    handOver: guardedCalls.running.handOver.handler(async ({ context }) => {
      logger.info('to become a service', { by: context.administrator });
      return outcomeOf(await running.handOver());
    }),

    uninstall: guardedCalls.running.uninstall.handler(async ({ context }) => {
      logger.info('the service is to go', { by: context.administrator });
      return outcomeOf(await running.uninstall());
    }),
  };
}

function outcomeOf(done: Done): RunningOutcome {
  return { problem: done.ok ? null : done.error.text };
}

async function describe({ running, listeners, platform, version }: ConsoleServices): Promise<RunningView> {
  const misplaced = listeners().filter(({ problem }) => problem !== null);
  return {
    ...(await running.status()),
    version,
    misplaced: misplaced.map((listener) => ({ ...listener, remedy: remedyFor(listener, platform) })),
  };
}
