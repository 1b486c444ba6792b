/**
 * Makes backups by themselves: at their hour, at once where one was missed, and again an hour after one that failed (a disk that is not
 * plugged in comes back).
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { nextBackupAt } from '../../backup/schedule.ts';
import type { BackupDesk } from './backup-desk.ts';

const LOOK_EVERY_MS = 60_000;
/** After a start mail comes first. */
const FIRST_MS = 10 * 60_000;
const RETRY_MS = 60 * 60_000;

export interface BackupTimer {
  /** null: never by itself. */
  nextAt(): number | null;
  readonly stop: Cancel;
}

type TimedDesk = Pick<BackupDesk, 'settings' | 'runs' | 'backUp' | 'lastBackupAt'>;

export function startBackupSchedule(desk: TimedDesk, clock: Clock): BackupTimer {
  const first = clock.now() + FIRST_MS;
  const nextAt = (): number | null => {
    const { schedule, place } = desk.settings;
    if (schedule === null || place === null) return null;
    const last = desk.lastBackupAt();
    const due = last === null ? first : nextBackupAt(schedule, last);
    const tried = desk.runs.find(({ kind }) => kind === 'backup');
    const retry = tried === undefined || tried.outcome === 'done' ? 0 : tried.endedAt + RETRY_MS;
    return Math.max(due, retry);
  };
  let cancel: Cancel = () => undefined;
  const look = (): void => {
    const due = nextAt();
    // One that is missed waits until the start is over.
    if (due !== null && due <= clock.now() && clock.now() >= first) desk.backUp('scheduled');
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return { nextAt, stop: () => cancel() };
}
