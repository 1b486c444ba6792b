/** What the backup thread and its owner say to each other. */
import type { BackupProblemCode, BackupProgress, PlaceTrouble } from '../../backup/port.ts';

export type ToBackupThread = { readonly kind: 'cancel' };

export type FromBackupThread =
  | { readonly kind: 'progress'; readonly progress: BackupProgress }
  | { readonly kind: 'done'; readonly answer: unknown }
  | {
      readonly kind: 'failed';
      readonly type: 'backup';
      readonly code: BackupProblemCode;
      readonly message: string;
    }
  | { readonly kind: 'failed'; readonly type: 'place'; readonly code: PlaceTrouble; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly type: 'unexpected';
      readonly message: string;
      readonly stack: string;
    };
