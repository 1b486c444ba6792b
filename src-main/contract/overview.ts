/**
 * Overview area: is the mail flowing? One feed with the state of every box of a message's way.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { healthText } from './health.ts';
import { count, mailProtocol, time } from './values.ts';

/** What happened, in messages; `refused` counts recipients refused during sessions. */
export const flowCounts = z.object({
  received: count,
  submitted: count,
  refused: count,
  delivered: count,
  relayed: count,
  deferred: count,
  /** Given up here: no such mailbox, no such domain. */
  failed: count,
  /** Given up because the next hop said so. */
  relayFailed: count,
  read: count,
  /** Judged on their way in; of them into Junk, into quarantine, and refused for what they hold. */
  screened: count,
  foundJunk: count,
  keptApart: count,
  turnedAway: count,
});
export type FlowCounts = z.infer<typeof flowCounts>;

export const flowMinute = flowCounts.extend({ minuteStart: time });
export type FlowMinute = z.infer<typeof flowMinute>;

/** A box on the map of a message's way; boxes that do not exist yet are not sent. */
export const stageName = z.enum([
  'reception',
  'submission',
  'screening',
  'queue',
  'delivery',
  'relay',
  'mailboxes',
  'imap',
  'pop3',
]);
export type StageName = z.infer<typeof stageName>;

export const stageState = z.object({
  stage: stageName,
  /** `idle`: fine, nothing happened in the last minute. `off`: no listener, on purpose. */
  state: z.enum(['ok', 'idle', 'warning', 'error', 'off']),
  /** What is wrong; null when nothing is. */
  problem: z
    .enum([
      'listenerFailed',
      'listenerPartlyFailed',
      'mailWaits',
      'mailHeld',
      'deliveriesFail',
      'nextHopsRest',
      'relayingFails',
      'overQuota',
    ])
    .nullable(),
  /** Messages (imap, pop3: sessions open now) of the last 60 s; mailboxes: messages put in. */
  perMinute: count,
  /** What stands in the box now: queue: recipients waiting; relay: recipients under way; servers: open sessions; mailboxes: accounts; delivery, screening: nothing. */
  inside: count,
  /** Screening: what came of it in the last 60 s. */
  sorted: z.object({ foundJunk: count, keptApart: count, turnedAway: count }).exactOptional(),
});
export type StageState = z.infer<typeof stageState>;

/** A thing that needs the administrator, worst first. */
export const attention = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('listenerFailed'),
    severity: z.literal('error'),
    listener: z.string(),
    port: z.int(),
  }),
  z.object({
    kind: z.literal('listenerMoved'),
    severity: z.literal('warning'),
    listener: z.string(),
    standardPort: z.int(),
    port: z.int(),
  }),
  z.object({ kind: z.literal('diskLow'), severity: z.enum(['warning', 'error']), freeBytes: count }),
  z.object({
    kind: z.literal('certificateEnds'),
    severity: z.enum(['warning', 'error']),
    notAfter: time,
  }),
  /** What the authority was asked for did not come; `error`: little time is left, or there is none yet. */
  z.object({
    kind: z.literal('certificateNotRenewed'),
    severity: z.enum(['warning', 'error']),
    name: z.string(),
    notAfter: time.nullable(),
  }),
  /** Certificate files that cannot be used as they are now. */
  z.object({ kind: z.literal('certificateFileBad'), severity: z.literal('warning'), path: z.string() }),
  /** An order waits for a record that somebody must publish. */
  z.object({ kind: z.literal('proofWaits'), severity: z.literal('warning'), record: z.string() }),
  z.object({ kind: z.literal('certificateSelfSigned'), severity: z.literal('notice') }),
  /** The last backup, or the look at it, did not end well. */
  z.object({ kind: z.literal('backupFailed'), severity: z.literal('error'), endedAt: time }),
  /** Mail in the queue that a restore brought back: it may have gone already. */
  z.object({ kind: z.literal('heldAfterRestore'), severity: z.literal('warning'), recipients: count }),
  z.object({
    kind: z.literal('mailWaits'),
    severity: z.literal('warning'),
    recipients: count,
    oldestReceivedAt: time,
  }),
  z.object({ kind: z.literal('overQuota'), severity: z.literal('warning'), accounts: count }),
  z.object({ kind: z.literal('nearQuota'), severity: z.literal('notice'), accounts: count }),
  /** An account sends far more than usual: its mail is held until somebody looks. */
  z.object({ kind: z.literal('accountBraked'), severity: z.literal('warning'), account: z.string() }),
  /** A signing key's record is to be published, or is not what it should be. */
  z.object({ kind: z.literal('keyWaits'), severity: z.literal('notice'), domain: z.string() }),
  z.object({ kind: z.literal('keyUnpublished'), severity: z.literal('error'), domain: z.string() }),
  /** A health check that found an error which nothing else here tells. */
  z.object({
    kind: z.literal('healthError'),
    severity: z.literal('error'),
    check: z.string(),
    domain: z.string(),
    subject: z.string(),
    text: healthText,
  }),
  z.object({ kind: z.literal('cleartextAuth'), severity: z.literal('warning') }),
  z.object({ kind: z.literal('noDomain'), severity: z.literal('notice') }),
  z.object({ kind: z.literal('noAccount'), severity: z.literal('notice') }),
]);
export type Attention = z.infer<typeof attention>;

export const queueDepth = z.object({
  queued: count,
  active: count,
  deferred: count,
  held: count,
  oldestReceivedAt: time.nullable(),
});
export type QueueDepth = z.infer<typeof queueDepth>;

export const overview = z.object({
  at: time,
  stages: z.array(stageState).readonly(),
  totals: flowCounts,
  queue: queueDepth,
  openSessions: z.record(mailProtocol, count),
  attention: z.array(attention).readonly(),
  diskFreeBytes: count,
  certificateNotAfter: time,
  accounts: count,
  mailBytes: count,
  mailMessages: count,
});
export type Overview = z.infer<typeof overview>;

/** How far back a chart looks. */
export const flowSpan = z.enum(['hour', 'day', 'week', 'month']);
export type FlowSpan = z.infer<typeof flowSpan>;

export const flowBar = flowCounts.extend({
  start: time,
  /** Recipients in the queue at its fullest. */
  mostWaiting: count,
  /** The greatest age of what waited, in ms. */
  oldestMs: count,
});
export type FlowBar = z.infer<typeof flowBar>;

/** Every bar of the span, oldest first, the last one unfinished. */
export const flowHistory = z.object({ span: flowSpan, barMs: count, bars: z.array(flowBar).readonly() });
export type FlowHistory = z.infer<typeof flowHistory>;

export const overviewContract = {
  watch: callFor('queue.read').output(feedOf(overview, noChange)),
  /** A chart, drawn anew as time goes on. */
  watchHistory: callFor('queue.read')
    .input(z.object({ span: flowSpan }))
    .output(feedOf(flowHistory, noChange)),
};
