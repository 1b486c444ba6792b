/**
 * Queue area: what is waiting, and why? And what to do about it: a row is one recipient, since each waits for a reason of its own.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { recipientOutcome } from './messages.ts';
import { queueDepth } from './overview.ts';
import { count, id, offset, pageSize, searchText, time } from './values.ts';

const recipientAddress = z.string().trim().min(1).max(LIMITS.addressLength);

export const queueState = z.enum(['queued', 'active', 'deferred', 'held']);
export type QueueState = z.infer<typeof queueState>;

/** One recipient of an entry. */
export const queuePlace = z.object({
  /** The message's trace id. */
  entryId: id,
  ordinal: z.int().nonnegative(),
});
export type QueuePlace = z.infer<typeof queuePlace>;

/** A route of ours by its name, or a host. */
export const chosenNextHop = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('route'), name: z.string().min(1).max(LIMITS.nameLength) }),
  z.object({
    kind: z.literal('host'),
    host: z.string().trim().min(1).max(LIMITS.domainLength),
    port: z.int().min(1).max(65_535),
    tls: z.enum(['opportunistic', 'required', 'implicit', 'none']),
  }),
]);
export type ChosenNextHop = z.infer<typeof chosenNextHop>;

export const attemptPhase = z.enum([
  'waiting',
  'findingHost',
  'connecting',
  'tls',
  'signIn',
  'envelope',
  'content',
  'waitingForReply',
]);

/** How far an attempt is. */
export const attemptProgress = z.object({
  phase: attemptPhase,
  host: z.string().exactOptional(),
  /** Of the content, 0 to 100. */
  percent: z.number().exactOptional(),
});
export type AttemptProgress = z.infer<typeof attemptProgress>;

export const queuedRecipient = z.object({
  ordinal: z.int().nonnegative(),
  address: z.string(),
  state: queueState,
  attempts: count,
  nextAttemptAt: time,
  /** What the last attempt came to; null before the first. */
  lastOutcome: recipientOutcome.nullable(),
  /** As people call it: a route, a smart host, or the domain whose MX hosts take the mail. */
  nextHop: z.string(),
  /** Set where an administrator chose it. */
  chosenNextHop: chosenNextHop.nullable(),
  /** The hold rule that holds it; null where an administrator does. */
  heldBy: z.string().nullable(),
  /** The group whose moderators decide while it is held; null: nobody was asked. */
  moderatedGroup: z.string().nullable(),
  /** null unless it is under way. */
  progress: attemptProgress.nullable(),
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
  /** Exactly this next hop, as a group has it. */
  nextHop: z.string().max(LIMITS.nextHopLength).nullable().default(null),
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

export const queueGrouping = queueFilter.extend({ by: z.enum(['nextHop', 'reply']) });
export type QueueGrouping = z.input<typeof queueGrouping>;

export const queueSelection = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('places'), places: z.array(queuePlace).max(LIMITS.tickedRows).readonly() }),
  /** Everything that matches. */
  z.object({ kind: z.literal('filter'), filter: queueFilter }),
]);
export type QueueSelection = z.input<typeof queueSelection>;

/** Nothing undoes `remove` and `bounce`. */
export const steeringOrder = z.discriminatedUnion('action', [
  z.object({ action: z.enum(['retryNow', 'hold', 'release', 'remove']) }),
  /** null: back to the normal way. */
  z.object({ action: z.literal('changeNextHop'), nextHop: chosenNextHop.nullable() }),
  /** Fails with a DSN to the sender. */
  z.object({ action: z.literal('bounce'), reason: z.string().trim().min(1).max(LIMITS.reasonLength) }),
]);
export type SteeringOrder = z.infer<typeof steeringOrder>;
export type SteeringAction = SteeringOrder['action'];

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

/** Other recipients for one entry. */
export const recipientEdit = z.object({
  entryId: id,
  change: z
    .array(z.object({ ordinal: z.int().nonnegative(), address: recipientAddress }))
    .max(LIMITS.editedRecipients)
    .readonly(),
  add: z.array(recipientAddress).max(LIMITS.editedRecipients).readonly(),
  remove: z.array(z.int().nonnegative()).max(LIMITS.editedRecipients).readonly(),
});
export type RecipientEdit = z.infer<typeof recipientEdit>;

/** A next hop that mail is waiting for, or that rests. */
export const nextHopState = z.object({
  name: z.string(),
  /** Attempts that are there now, and those in line. */
  sessions: count,
  waiting: count,
  /** It refused us and is left alone until then, unless somebody says otherwise. */
  restsUntil: time.nullable(),
  /** `status diagnostic` of what it said. */
  reason: z.string().nullable(),
});
export type NextHopState = z.infer<typeof nextHopState>;

/** What is asked must all be so; null: not asked. */
export const holdConditions = z.object({
  /** An address, a domain, `*.` and a domain; empty: the null reverse-path. */
  sender: z.string().trim().max(LIMITS.addressLength).nullable().default(null),
  recipient: z.string().trim().min(1).max(LIMITS.addressLength).nullable().default(null),
  /** An address, or a network: `192.0.2.0/24`. */
  client: z.string().trim().min(1).max(LIMITS.networkLength).nullable().default(null),
  /** The address of the account that the client signed in to. */
  account: z.string().trim().min(1).max(LIMITS.addressLength).nullable().default(null),
  largerThanBytes: count.nullable().default(null),
});

export const holdRule = holdConditions.extend({ id, name: z.string(), isEnabled: z.boolean() });
export type HoldRule = z.infer<typeof holdRule>;

export const newHoldRule = holdConditions.extend({
  name: z.string().trim().min(1).max(LIMITS.nameLength),
  /** Hold what waits already and matches, too. */
  includesWaiting: z.boolean().default(false),
});
export type NewHoldRule = z.input<typeof newHoldRule>;

export const queueContract = {
  /** With `after`, what follows that place: a page that stays where it is while others leave. */
  list: callFor('queue.read')
    .input(queueQuery.extend({ after: queuePlace.exactOptional() }))
    .output(queuePage),
  watch: callFor('queue.read').input(queueQuery).output(feedOf(queuePage, noChange)),
  watchGroups: callFor('queue.read').input(queueGrouping).output(feedOf(queueGroups, noChange)),
  /** null when the entry has left the queue. */
  watchEntry: callFor('queue.read')
    .input(z.object({ entryId: id }))
    .output(feedOf(queueEntry.nullable(), noChange)),
  /** Goes on to its end when nobody listens any more. */
  steer: callFor('queue.change')
    .input(z.object({ order: steeringOrder, selection: queueSelection }))
    .output(eventIterator(steeringProgress)),
  /** Answers the job's name, to undo it. Recipients under way cannot be edited. */
  editRecipients: callFor('queue.change')
    .input(recipientEdit)
    .output(z.object({ job: id })),
  /** Does the opposite to exactly what the newest order has changed, where there is an opposite. */
  undoSteering: callFor('queue.change')
    .input(z.object({ job: id }))
    .output(eventIterator(steeringProgress)),
  /** What is done stays done. */
  stopSteering: callFor('queue.change')
    .input(z.object({ job: id }))
    .output(z.void()),
  /** Names of the routes that a next hop can be chosen from. */
  listRoutes: callFor('queue.read').output(z.array(z.string()).readonly()),
  watchNextHops: callFor('queue.read').output(feedOf(z.array(nextHopState).readonly(), noChange)),
  /** Ends its rest. */
  tryNextHop: callFor('queue.change')
    .input(z.object({ name: z.string().max(LIMITS.nextHopLength) }))
    .output(z.void()),
  watchHoldRules: callFor('queue.read').output(feedOf(z.array(holdRule).readonly(), noChange)),
  /** Answers how many that wait are held now. */
  addHoldRule: callFor('queue.change')
    .input(newHoldRule)
    .output(z.object({ held: count })),
  enableHoldRule: callFor('queue.change')
    .input(z.object({ id, isEnabled: z.boolean() }))
    .output(z.void()),
  removeHoldRule: callFor('queue.change').input(z.object({ id })).output(z.void()),
};
