/** Retention handlers: how long transcripts and timelines are kept, and what there is now. */
import type { RetentionView } from '../../contract/retention.ts';
import { guardedCalls } from './base.ts';
import type { ConsoleServices } from './services.ts';

export function createRetentionHandlers(services: ConsoleServices) {
  const { settings, logger } = services;
  return {
    read: guardedCalls.retention.read.handler(() => describe(services)),

    change: guardedCalls.retention.change.handler(async ({ input, context }) => {
      await settings.change({ retention: input });
      logger.info('retention changed', { by: context.administrator, ...input });
      return describe(services);
    }),
  };
}

async function describe({ settings, transcripts, timelines }: ConsoleServices): Promise<RetentionView> {
  const { retention } = await settings.read();
  return { settings: retention, kept: { ...(await transcripts.measure()), ...(await timelines.measure()) } };
}
