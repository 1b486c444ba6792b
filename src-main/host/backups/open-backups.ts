/** Backups of a running server: the desk, what is open to be looked through, and the schedule. */
import { HELD_AFTER_RESTORE } from '../../storage/snapshot/prepare-restored.ts';
import type { Storage } from '../../storage/open-storage.ts';
import { BackupDesk, type BackupDeskOptions } from './backup-desk.ts';
import { startBackupSchedule } from './backup-schedule.ts';
import { BrowseDesk, type BrowseDeskOptions } from './browse-desk.ts';
import type { BackupConsole } from './console-port.ts';
import { runInThread } from './run-in-thread.ts';

export interface HostBackupsOptions
  extends
    Omit<BackupDeskOptions, 'storage' | 'runJob'>,
    Omit<BrowseDeskOptions, 'desk' | 'runJob' | 'mailStore' | 'scripts'> {
  readonly storage: Storage;
}

export interface HostBackups extends BackupConsole {
  /** What is under way is cancelled; the next one goes on where it was. */
  stop(): Promise<void>;
}

export async function openBackups(options: HostBackupsOptions): Promise<HostBackups> {
  const { storage, clock } = options;
  const desk = await BackupDesk.open({ ...options, runJob: runInThread });
  const { mailStore, scripts } = storage;
  const browse = new BrowseDesk({ ...options, desk, runJob: runInThread, mailStore, scripts });
  const timer = startBackupSchedule(desk, clock);
  return {
    ...{ desk, browse, nextAt: timer.nextAt },
    countHeld: () => storage.snapshots.countHeld(HELD_AFTER_RESTORE),
    stop: async () => {
      timer.stop();
      await desk.stop();
      await browse.close();
    },
  };
}
