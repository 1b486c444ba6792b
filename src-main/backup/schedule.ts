/**
 * Schedule: when the next backup is due, by the clock on the wall of the office.
 *
 * Invariants: what was missed (the machine was off) is due at once; a day that has no such hour, when clocks are changed, has the next one.
 */
export type BackupSchedule =
  | { readonly kind: 'hourly' }
  | { readonly kind: 'daily'; readonly hour: number }
  /** 0: Sunday. */
  | { readonly kind: 'weekly'; readonly weekday: number; readonly hour: number };

const HOUR_MS = 60 * 60_000;
const MOST_DAYS = 8;

/** `after`: when the last one began, or when the schedule was made. */
export function nextBackupAt(schedule: BackupSchedule, after: number): number {
  if (schedule.kind === 'hourly') return after + HOUR_MS;
  const day = new Date(after);
  for (let days = 0; days <= MOST_DAYS; days++) {
    const at = new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, schedule.hour);
    const isDay = schedule.kind === 'daily' || at.getDay() === schedule.weekday;
    if (isDay && at.getTime() > after) return at.getTime();
  }
  throw new RangeError('a week has seven days');
}
