/**
 * Notices area: things that have come to need the administrator, as they come.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { attention } from './overview.ts';
import { id, time } from './values.ts';

export const notice = z.object({
  id,
  /** When it was told, after quiet hours where it waited. */
  at: time,
  item: attention,
});
export type Notice = z.infer<typeof notice>;

export const noticesContract = {
  /** The newest last; a page shows those that came since it looked. */
  watch: callFor('queue.read').output(feedOf(z.array(notice).readonly(), noChange)),
};
