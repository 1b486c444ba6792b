/** Encryption handlers: on, off, how far it is, a new key. */
import { dirname, resolve } from 'node:path';
import type { EncryptionView } from '../../contract/encryption.ts';
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

export function createEncryptionHandlers(services: ConsoleServices) {
  const { encryption, clock, logger } = services;
  return {
    watch: guardedCalls.encryption.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => Promise.resolve(describe(services)),
        open: encryption.onChange,
      }),
    ),

    switch: guardedCalls.encryption.switch.handler(async ({ input: { isOn }, context }) => {
      await encryption.switch(isOn);
      logger.info(isOn ? 'encryption switched on' : 'encryption switched off', { by: context.administrator });
    }),

    pause: guardedCalls.encryption.pause.handler(async ({ input: { isPaused } }) =>
      encryption.pause(isPaused),
    ),

    rotate: guardedCalls.encryption.rotate.handler(async ({ context }) => {
      await encryption.rotate();
      logger.info('encryption key changed', { by: context.administrator });
    }),
  };
}

function describe({ encryption, dataFolder }: ConsoleServices): EncryptionView {
  const { changedAt, ...status } = encryption.status();
  return {
    ...status,
    changedAt: changedAt === 0 ? null : changedAt,
    isKeyInFolder: dirname(resolve(status.keyPath)) === resolve(dataFolder),
  };
}
