/** Maintenance: what has to be forgotten in time, every hour, in small commits that hold nobody up. */
import type { Cancel, Clock } from '../base/clock.ts';

const INTERVAL_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** As long as people ask "where is Anna's mail?". */
const KEEP_TIMELINES_DAYS = 90;
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
  clock: Clock;
  onError: (error: unknown) => void;
}): Cancel {
  const { timelines, upkeep, clock, onError } = options;
  let isStopped = false;
  let cancel: Cancel = () => undefined;
  const prune = async () => {
    const receivedBefore = clock.now() - KEEP_TIMELINES_DAYS * DAY_MS;
    let pruned = TIMELINES_A_COMMIT;
    while (pruned === TIMELINES_A_COMMIT && !isStopped) {
      pruned = await timelines.prune(receivedBefore, TIMELINES_A_COMMIT);
    }
    if (!isStopped) await upkeep.trimExpunged();
    if (!isStopped) await upkeep.pruneScreening();
  };
  const run = () => {
    prune().catch(onError);
    cancel = clock.after(INTERVAL_MS, run);
  };
  run();
  return () => {
    isStopped = true;
    cancel();
  };
}
