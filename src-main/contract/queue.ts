/**
 * Queue area: what is waiting, and why?
 */
import { z } from 'zod';
import { call } from './errors.ts';
import { feedOf, noChange } from './feed.ts';
import { recipientOutcome } from './messages.ts';
import { queueDepth } from './overview.ts';
import { count, id, offset, pageSize, time } from './values.ts';

export const queuedRecipient = z.object({
  address: z.string(),
  state: z.enum(['queued', 'active', 'deferred', 'held']),
  attempts: count,
  nextAttemptAt: time,
  /** What the last attempt came to; null before the first. */
  lastOutcome: recipientOutcome.nullable(),
});
export type QueuedRecipient = z.infer<typeof queuedRecipient>;

export const queueRow = z.object({
  /** The message's trace id. */
  id,
  sizeBytes: count,
  /** Empty for the null reverse-path. */
  reversePath: z.string(),
  receivedAt: time,
  origin: z.enum(['submission', 'reception', 'bounce']),
  recipients: z.array(queuedRecipient).readonly(),
});
export type QueueRow = z.infer<typeof queueRow>;

export const queueQuery = z.object({ offset: offset.default(0), limit: pageSize.default(100) });
export type QueueQuery = z.input<typeof queueQuery>;

export const queuePage = z.object({
  items: z.array(queueRow).readonly(),
  hasMore: z.boolean(),
  depth: queueDepth,
});
export type QueuePage = z.infer<typeof queuePage>;

export const queueContract = {
  list: call.input(queueQuery).output(queuePage),
  watch: call.input(queueQuery).output(feedOf(queuePage, noChange)),
};
