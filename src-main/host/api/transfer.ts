/** Transfer handlers: imports and exports of accounts, with progress. */
import type { Account, AccountId } from '../../directory/port.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

export function createTransferHandlers(services: ConsoleServices) {
  const { transfers, clock, logger } = services;
  const view = async (accountId: AccountId) => ({
    folder: transfers.folder,
    places: await transfers.listPlaces(),
    jobs: transfers.list().filter((job) => job.accountId === accountId),
  });
  return {
    watch: guardedCalls.transfer.watch.handler(({ input, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => view(input.accountId),
        open: (changed) => transfers.onChange(changed),
      }),
    ),

    startExport: guardedCalls.transfer.startExport.handler(async ({ input, context }) => {
      const account = await findAccount(services, input.accountId);
      logger.info('export begins', { account: account.address, by: context.administrator });
      return valueOf(transfers.startExport(account, input.format));
    }),

    startImport: guardedCalls.transfer.startImport.handler(async ({ input, context }) => {
      const account = await findAccount(services, input.accountId);
      const { place } = input;
      logger.info('import begins', { account: account.address, place, by: context.administrator });
      return valueOf(await transfers.startImport(account, place));
    }),

    startPull: guardedCalls.transfer.startPull.handler(async ({ input, context }) => {
      const account = await findAccount(services, input.accountId);
      const { host, user } = input.server;
      logger.info('import begins', { account: account.address, host, user, by: context.administrator });
      return valueOf(transfers.startPull(account, input.server));
    }),

    cancel: guardedCalls.transfer.cancel.handler(({ input }) => transfers.cancel(input.id)),
  };
}

async function findAccount({ directory }: ConsoleServices, id: AccountId): Promise<Account> {
  const account = (await directory.listAccounts()).find((each) => each.id === id);
  if (account === undefined) throw refusal('noSuchAccount');
  return account;
}
