/** What went wrong with a backup, as it is kept and shown. */
import { BackupProblem, PlaceProblem } from '../../backup/port.ts';
import type { BackupTrouble } from './port.ts';

export const UNDER_WAY: BackupTrouble = {
  code: 'underWay',
  message: 'something else about backups is under way',
};

export function describeTrouble(error: unknown): BackupTrouble {
  if (error instanceof BackupProblem) return { code: error.code, message: error.message };
  if (error instanceof PlaceProblem) return { code: error.trouble, message: error.message };
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error) };
}
