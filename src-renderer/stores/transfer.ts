/** Transfer store: imports and exports of one account. */
import { defineStore } from 'pinia';
import type { FileFormat, MailServer, TransferJob, TransferView } from '../../src-main/contract/transfer.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useTransferStore = defineStore('transfer', () => {
  const live = createLive<number, TransferView, never>({
    open: (accountId, signal) => useConsole().client.transfer.watch({ accountId }, { signal }),
    show: (view) => view,
  });

  const startExport = (accountId: number, format: FileFormat): Promise<TransferJob> =>
    useConsole().client.transfer.startExport({ accountId, format });
  const startImport = (accountId: number, place: string): Promise<TransferJob> =>
    useConsole().client.transfer.startImport({ accountId, place });
  const startPull = (accountId: number, server: MailServer): Promise<TransferJob> =>
    useConsole().client.transfer.startPull({ accountId, server });
  const cancel = (id: string): Promise<void> => useConsole().client.transfer.cancel({ id });

  return { ...live, startExport, startImport, startPull, cancel };
});
