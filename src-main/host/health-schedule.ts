/** When health is looked at by itself: every so many hours after the last time, spread so that not all servers ask at once. */
import type { Cancel, Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import type { HealthDesk } from './health-desk.ts';
import type { HostSettings } from './port.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How exactly the time is met. */
const LOOK_EVERY_MS = MINUTE_MS;
/** After a start mail comes first. */
const FIRST_MS = 2 * MINUTE_MS;
const SPREAD_MINUTES = 30;

export interface HealthScheduleOptions {
  readonly desk: HealthDesk;
  readonly settings: () => HostSettings;
  /** Goes before each run by itself. */
  readonly checkDatabase: () => Promise<void>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onError: (error: unknown) => void;
}

export interface HealthSchedule {
  nextRunAt(): number | null;
  readonly stop: Cancel;
}

export function startHealthSchedule(options: HealthScheduleOptions): HealthSchedule {
  const { desk, settings, clock, onError } = options;
  const startedAt = clock.now();
  const [chance = 0] = options.randomBytes(1);
  const spreadMs = (chance % SPREAD_MINUTES) * MINUTE_MS;
  const nextRunAt = (): number | null => {
    const { health, isSetUp } = settings();
    if (!isSetUp || health.everyHours === 0) return null;
    const last = desk.view().lastRun;
    const due = last === null ? 0 : last.endedAt + health.everyHours * HOUR_MS + spreadMs;
    return Math.max(due, startedAt + FIRST_MS);
  };
  let isStopped = false;
  let cancel: Cancel = () => undefined;
  const look = async (): Promise<void> => {
    const due = nextRunAt();
    if (due !== null && due <= clock.now()) {
      await options.checkDatabase().catch(onError);
      await desk.run({ kind: 'all' }).catch(onError);
    }
    if (!isStopped) cancel = clock.after(LOOK_EVERY_MS, () => void look());
  };
  cancel = clock.after(FIRST_MS, () => void look());
  return {
    nextRunAt,
    stop: () => {
      isStopped = true;
      cancel();
    },
  };
}
