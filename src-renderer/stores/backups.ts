/** Backups store: where they go, what is there, what is under way, and what is open to be looked through. */
import { defineStore } from 'pinia';
import type {
  BackupPlace,
  BackupPlan,
  BackupsView,
  BackupTroubleView,
  BrowsedAccount,
  BrowsedMessage,
  MailRestoreOrder,
} from '../../src-main/contract/backups.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

type Outcome = Promise<{ trouble: BackupTroubleView | null }>;

export const useBackupsStore = defineStore('backups', () => {
  const calls = () => useConsole().client.backups;
  const live = createLive<void, BackupsView, never>({
    open: (_, signal) => calls().watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  return {
    live,
    look: (): Promise<void> => calls().look(),
    setPlace: (place: BackupPlace, recoveryKey: string) => calls().setPlace({ place, recoveryKey }),
    keepKey: (): Promise<void> => calls().keepKey(),
    showKey: async (): Promise<string> => (await calls().showKey()).recoveryKey,
    setPlan: (plan: BackupPlan): Promise<void> => calls().setPlan(plan),
    start: (kind: 'backup' | 'verify'): Outcome => calls().start({ kind }),
    cancel: (): Promise<void> => calls().cancel(),
    remove: (snapshotId: string): Outcome => calls().remove({ snapshotId }),
    restoreAll: (snapshotId: string): Outcome => calls().restoreAll({ snapshotId }),
    settleHeld: (action: 'release' | 'delete'): Promise<void> => calls().settleHeld({ action }),
    open: (snapshotId: string): Outcome => calls().open({ snapshotId }),
    close: (): Promise<void> => calls().close(),
    accounts: async (): Promise<readonly BrowsedAccount[]> => (await calls().accounts()).accounts,
    messages: (
      query: Parameters<ReturnType<typeof calls>['messages']>[0],
    ): Promise<{ messages: readonly BrowsedMessage[]; before: number | null }> => calls().messages(query),
    restoreMail: (order: MailRestoreOrder): Outcome => calls().restoreMail(order),
  };
});
