/** Maintenance: what has to be forgotten in time, every hour, in small commits that hold nobody up. */
import type { Cancel, Clock } from '../base/clock.ts';
import type { SettingsStore } from './port.ts';

const INTERVAL_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** A commit of this many deletions takes some milliseconds. */
const TIMELINES_A_COMMIT = 200;

export interface PrunableTimelines {
  /** Deletes at most `limit` finished timelines; answers how many. */
  prune(receivedBefore: number, limit: number): Promise<number>;
}

export interface BoundedStore {
  /** Forgets the oldest expunged UIDs of mailboxes that have too many. */
  trimExpunged(): Promise<void>;
  /** Forgets what screening has no use for any more. */
  pruneScreening(): Promise<void>;
}

/** Prunes now and every hour, until the returned function is called. */
export function startMaintenance(options: {
  timelines: PrunableTimelines;
  upkeep: BoundedStore;
  settings: Pick<SettingsStore, 'read' | 'onChange'>;
  clock: Clock;
  onError: (error: unknown) => void;
}): Cancel {
  const { timelines, upkeep, settings, clock, onError } = options;
  let isStopped = false;
  let cancel: Cancel = () => undefined;
  let timelineDays = 0;
  const pruneTimelines = async () => {
    timelineDays = (await settings.read()).retention.timelineDays;
    const receivedBefore = clock.now() - timelineDays * DAY_MS;
    let pruned = TIMELINES_A_COMMIT;
    while (pruned === TIMELINES_A_COMMIT && !isStopped) {
      pruned = await timelines.prune(receivedBefore, TIMELINES_A_COMMIT);
    }
  };
  const prune = async () => {
    await pruneTimelines();
    if (!isStopped) await upkeep.trimExpunged();
    if (!isStopped) await upkeep.pruneScreening();
  };
  const run = () => {
    prune().catch(onError);
    cancel = clock.after(INTERVAL_MS, run);
  };
  run();
  const unsubscribe = settings.onChange(({ retention }) => {
    if (retention.timelineDays < timelineDays) pruneTimelines().catch(onError);
    timelineDays = retention.timelineDays;
  });
  return () => {
    unsubscribe();
    isStopped = true;
    cancel();
  };
}
