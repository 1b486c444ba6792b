/** Backups, as the console's handlers see them. */
import type { BackupDesk } from './backup-desk.ts';
import type { BrowseDesk } from './browse-desk.ts';

export interface BackupConsole {
  readonly desk: Pick<
    BackupDesk,
    | 'onChange'
    | 'settings'
    | 'runs'
    | 'known'
    | 'isRestartDue'
    | 'title'
    | 'lastBackupAt'
    | 'lastTrialAt'
    | 'lastFailure'
    | 'setPlace'
    | 'change'
    | 'look'
    | 'backUp'
    | 'verify'
    | 'remove'
    | 'restoreAll'
    | 'findAt'
    | 'restoreFrom'
  > & { readonly slot: Pick<BackupDesk['slot'], 'view' | 'cancel'> };
  readonly browse: Pick<
    BrowseDesk,
    'open' | 'openSnapshot' | 'close' | 'accounts' | 'messages' | 'restoreMail'
  >;
  /** null: never by itself. */
  nextAt(): number | null;
  /** Recipients that are held since a restore. */
  countHeld(): number;
}
