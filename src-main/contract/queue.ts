/**
 * Queue area: what is waiting, and why? And what to do about it: a row is one recipient, since each waits for a reason of its own.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { call } from './errors.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { recipientOutcome } from './messages.ts';
import { queueDepth } from './overview.ts';
import { count, id, offset, pageSize, searchText, time } from './values.ts';

export const queueState = z.enum(['queued', 'active', 'deferred', 'held']);
export type QueueState = z.infer<typeof queueState>;

/** One recipient of an entry. */
export const queuePlace = z.object({
  /** The message's trace id. */
  entryId: id,
  ordinal: z.int().nonnegative(),
});
export type QueuePlace = z.infer<typeof queuePlace>;

export const queuedRecipient = z.object({
  ordinal: z.int().nonnegative(),
  address: z.string(),
  state: queueState,
  attempts: count,
  nextAttemptAt: time,
  /** What the last attempt came to; null before the first. */
  lastOutcome: recipientOutcome.nullable(),
});
export type QueuedRecipient = z.infer<typeof queuedRecipient>;

const messageFacts = z.object({
  entryId: id,
  sizeBytes: count,
  /** Empty for the null reverse-path. */
  reversePath: z.string(),
  receivedAt: time,
  origin: z.enum(['submission', 'reception', 'bounce']),
});

export const queueRow = messageFacts.extend({ recipient: queuedRecipient });
export type QueueRow = z.infer<typeof queueRow>;

export const queueEntry = messageFacts.extend({ recipients: z.array(queuedRecipient).readonly() });
export type QueueEntry = z.infer<typeof queueEntry>;

export const queueFilter = z.object({
  state: queueState.nullable().default(null),
  /** Words looked for in addresses, reverse-path, the host that answered, the last reply, the entry's id. */
  text: searchText.default(''),
  /** Exactly this domain of the recipient: the next hop, unless a route says otherwise. */
  domain: z.string().max(LIMITS.domainLength).nullable().default(null),
  /** Exactly this last reply, as a group has it; empty: not tried yet. */
  reply: z.string().max(LIMITS.replyLength).nullable().default(null),
});
export type QueueFilter = z.input<typeof queueFilter>;

export const queueQuery = queueFilter.extend({
  offset: offset.default(0),
  limit: pageSize.default(100),
});
export type QueueQuery = z.input<typeof queueQuery>;

export const queuePage = z.object({
  /** Where in all that matches the items begin. */
  offset,
  /** Oldest first. */
  items: z.array(queueRow).readonly(),
  /** How many match. */
  total: count,
  depth: queueDepth,
});
export type QueuePage = z.infer<typeof queuePage>;

export const queueGroup = z.object({
  key: z.string(),
  queued: count,
  active: count,
  deferred: count,
  held: count,
  oldestReceivedAt: time,
  /** The last reply that most of them share; null where none was tried. */
  reply: z.string().nullable(),
});
export type QueueGroup = z.infer<typeof queueGroup>;

export const queueGroups = z.object({ items: z.array(queueGroup).readonly(), depth: queueDepth });
export type QueueGroups = z.infer<typeof queueGroups>;

export const queueGrouping = queueFilter.extend({ by: z.enum(['domain', 'reply']) });
export type QueueGrouping = z.input<typeof queueGrouping>;

export const queueSelection = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('places'), places: z.array(queuePlace).max(LIMITS.tickedRows).readonly() }),
  /** Everything that matches. */
  z.object({ kind: z.literal('filter'), filter: queueFilter }),
]);
export type QueueSelection = z.input<typeof queueSelection>;

/** `release` undoes `hold` and the other way round; nothing undoes `remove`. */
export const steeringAction = z.enum(['retryNow', 'hold', 'release', 'remove']);
export type SteeringAction = z.infer<typeof steeringAction>;

export const steeringProgress = z.object({
  /** Names the work, to stop it. */
  job: id,
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  /** Recipients changed so far. */
  changed: count,
  /** Recipients that were selected when it began; those that the action does not apply to among them. */
  selected: count,
});
export type SteeringProgress = z.infer<typeof steeringProgress>;

export const queueContract = {
  /** With `after`, what follows that place: a page that stays where it is while others leave. */
  list: call.input(queueQuery.extend({ after: queuePlace.exactOptional() })).output(queuePage),
  watch: call.input(queueQuery).output(feedOf(queuePage, noChange)),
  watchGroups: call.input(queueGrouping).output(feedOf(queueGroups, noChange)),
  /** null when the entry has left the queue. */
  watchEntry: call.input(z.object({ entryId: id })).output(feedOf(queueEntry.nullable(), noChange)),
  /** Goes on to its end when nobody listens any more. */
  steer: call
    .input(z.object({ action: steeringAction, selection: queueSelection }))
    .output(eventIterator(steeringProgress)),
  /** Does the opposite to exactly what a hold or release has changed; only for the newest of them. */
  undoSteering: call.input(z.object({ job: id })).output(eventIterator(steeringProgress)),
  /** What is done stays done. */
  stopSteering: call.input(z.object({ job: id })).output(z.void()),
};
