/**
 * Feed: how everything that lives reaches the page: first a snapshot, then what changed since.
 *
 * Invariants: `seq` counts the events of one subscription from 0 without a gap; a gap means that events were lost and the
 * page opens the feed again. A snapshot may come again at any time and replaces all that was shown. Changes are upserts
 * (the same key again replaces the row), so hearing one twice does no harm. The host never waits for a page: a page that
 * cannot keep up gets a new snapshot instead of the changes it missed.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

export type FeedEvent<Snapshot, Change> =
  | { readonly type: 'snapshot'; readonly seq: number; readonly snapshot: Snapshot }
  | { readonly type: 'changes'; readonly seq: number; readonly changes: readonly Change[] };

/** The output schema of a feed. */
export function feedOf<Snapshot extends z.ZodType, Change extends z.ZodType>(
  snapshot: Snapshot,
  change: Change,
) {
  const seq = z.int().nonnegative();
  return eventIterator(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('snapshot'), seq, snapshot }),
      z.object({ type: z.literal('changes'), seq, changes: z.array(change).readonly() }),
    ]),
  );
}

/** For feeds that show a whole window each time: they have snapshots only. */
export const noChange = z.never();
