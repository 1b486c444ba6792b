/**
 * Messages area: where is Anna's mail? Search in the host, and one timeline per message.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { findingDetail, count, id, pageSize, searchText, time, tlsDetails } from './values.ts';

export const messageState = z.enum(['waiting', 'done', 'failed', 'deleted']);
export type MessageState = z.infer<typeof messageState>;

const via = z.enum(['submission', 'reception', 'bounce']);

export const messageRow = z.object({
  traceId: id,
  receivedAt: time,
  via,
  /** Empty for the null reverse-path. */
  reversePath: z.string(),
  author: z.string(),
  recipients: z.array(z.string()).readonly(),
  /** null: the caller's role may not see what messages say. */
  subject: z.string().nullable(),
  messageId: z.string().nullable(),
  sizeBytes: count,
  state: messageState,
  /** Only where a person's mail is asked for: where it lies in their mailboxes now; null: nowhere (any more). */
  mailbox: z.string().nullable().exactOptional(),
});
export type MessageRow = z.infer<typeof messageRow>;

/** TLS with the server of an attempt. */
export const attemptTls = z.object({
  /** What the recipients' domain asks for; `none`: nothing. */
  policy: z.string(),
  /** null: in clear text, or not reached. */
  version: z.string().nullable(),
  cipher: z.string().nullable(),
  /** What proved the server; null: nothing did. */
  provedBy: z.string().nullable(),
  /** Why nothing did. */
  problem: z.string().nullable(),
  certificate: z
    .object({
      subject: z.string(),
      issuer: z.string(),
      names: z.array(z.string()).readonly(),
      notBefore: time,
      notAfter: time,
      fingerprint: z.string(),
    })
    .nullable(),
});
export type AttemptTls = z.infer<typeof attemptTls>;

/** What one attempt came to, in the fields of RFC 3464 §2.3. */
export const recipientOutcome = z.object({
  kind: z.enum(['delivered', 'relayed', 'deferred', 'failed']),
  recipient: z.string(),
  status: z.string(),
  remoteMta: z.string().exactOptional(),
  diagnostic: z.string(),
  at: time,
});
export type RecipientOutcome = z.infer<typeof recipientOutcome>;

const eventBase = z.object({ traceId: id, at: time });
const names = z.array(z.string()).readonly();

export const timelineEvent = z.discriminatedUnion('type', [
  eventBase.extend({
    type: z.literal('received'),
    via,
    sessionId: id.exactOptional(),
    remoteAddress: z.string().exactOptional(),
    remoteName: z.string().exactOptional(),
    account: z.string().exactOptional(),
    tls: tlsDetails.exactOptional(),
    reversePath: z.string(),
    recipients: names,
    /** Names of the relay rules that allowed them, by position. */
    rules: names.exactOptional(),
    sizeBytes: count,
  }),
  eventBase.extend({
    type: z.literal('repaired'),
    what: z.array(z.enum(['dateAdded', 'messageIdAdded', 'bccRemoved', 'fromAdded'])).readonly(),
  }),
  eventBase.extend({
    type: z.literal('screened'),
    action: z.enum(['accept', 'junk', 'quarantine', 'reject', 'defer']),
    score: z.number(),
    findings: z
      .array(z.object({ check: z.string(), outcome: z.string(), weight: z.number(), detail: findingDetail }))
      .readonly(),
    /** `check.outcome` of the finding that decided, or `score`. */
    decidedBy: z.string(),
  }),
  eventBase.extend({ type: z.literal('quarantined'), account: z.string(), reason: findingDetail }),
  eventBase.extend({
    type: z.literal('quarantineReleased'),
    account: z.string(),
    by: z.string().nullable(),
    followingTraceId: id.exactOptional(),
  }),
  eventBase.extend({
    type: z.literal('quarantineRemoved'),
    account: z.string(),
    by: z.string().nullable(),
  }),
  eventBase.extend({ type: z.literal('queued'), recipients: names }),
  eventBase.extend({
    type: z.literal('expanded'),
    recipient: z.string(),
    by: z.enum(['alias', 'group', 'catchAll']),
    into: names,
  }),
  eventBase.extend({
    type: z.literal('awaitsModeration'),
    recipient: z.string(),
    group: z.string(),
    /** The moderators who were told by mail. */
    asked: names.default([]),
    /** null: held before moderators were told. */
    noticeTraceId: id.nullable().default(null),
  }),
  eventBase.extend({
    type: z.literal('moderationAnswered'),
    group: z.string(),
    /** null: somebody had decided before. */
    decision: z.enum(['approve', 'refuse']).nullable(),
    by: z.string(),
    heldTraceId: id,
  }),
  eventBase.extend({ type: z.literal('filtered'), account: z.string(), rules: names }),
  eventBase.extend({ type: z.literal('discarded'), account: z.string(), rule: z.string() }),
  eventBase.extend({
    type: z.literal('forwarded'),
    account: z.string(),
    to: names,
    followingTraceId: id,
  }),
  eventBase.extend({ type: z.literal('forwardingLoop'), account: z.string() }),
  eventBase.extend({
    type: z.literal('answered'),
    account: z.string(),
    kind: z.enum(['vacation', 'notification', 'rejection', 'scriptProblem']),
    to: names,
    followingTraceId: id,
  }),
  eventBase.extend({
    type: z.literal('attempted'),
    attempt: z.int(),
    outcome: recipientOutcome,
    account: z.string().exactOptional(),
    mailbox: z.string().exactOptional(),
    /** The account is a shared mailbox. */
    isShared: z.literal(true).exactOptional(),
    /** The file, folder, program or server that it was handed over to. */
    handedTo: z.string().exactOptional(),
    remoteAddress: z.string().exactOptional(),
    tls: attemptTls.exactOptional(),
    sessionId: id.exactOptional(),
  }),
  eventBase.extend({
    type: z.literal('bounced'),
    action: z.enum(['failed', 'delayed', 'delivered', 'relayed']),
    recipients: names,
    to: z.string(),
    dsnTraceId: id,
  }),
  eventBase.extend({
    type: z.literal('unreported'),
    recipients: names,
    why: z.enum(['nullReversePath', 'notAsked']),
  }),
  eventBase.extend({
    type: z.enum(['held', 'removed']),
    recipient: z.string(),
    by: z.string(),
  }),
  eventBase.extend({
    type: z.literal('released'),
    recipient: z.string(),
    by: z.string(),
    /** Its moderators were asked. */
    group: z.string().exactOptional(),
  }),
  eventBase.extend({ type: z.literal('heldByRule'), recipient: z.string(), rule: z.string() }),
  eventBase.extend({
    type: z.literal('nextHopChanged'),
    recipient: z.string(),
    nextHop: z.string().nullable(),
    by: z.string(),
  }),
  eventBase.extend({
    type: z.literal('recipientChanged'),
    recipient: z.string(),
    into: z.string(),
    by: z.string(),
  }),
  eventBase.extend({ type: z.literal('recipientAdded'), recipient: z.string(), by: z.string() }),
  eventBase.extend({
    type: z.literal('returned'),
    recipient: z.string(),
    reason: z.string(),
    by: z.string(),
  }),
  eventBase.extend({ type: z.literal('finished') }),
  eventBase.extend({
    type: z.enum(['moved', 'copied']),
    account: z.string(),
    mailbox: z.string(),
    to: z.string(),
    /** Where it went to another account. */
    toAccount: z.string().exactOptional(),
    /** What the junk filter learned from it. */
    lesson: z.enum(['junk', 'notJunk']).exactOptional(),
  }),
  eventBase.extend({ type: z.literal('expunged'), account: z.string(), mailbox: z.string() }),
  eventBase.extend({
    type: z.literal('bouncedBack'),
    action: z.enum(['failed', 'delayed', 'delivered', 'relayed', 'expanded']),
    recipient: z.string(),
    status: z.string(),
    reportingMta: z.string(),
    diagnostic: z.string(),
    dsnTraceId: id,
  }),
  eventBase.extend({
    type: z.literal('follows'),
    as: z.enum(['forward', 'answer', 'dsn', 'foreignDsn', 'release']),
    originTraceId: id,
  }),
  eventBase.extend({
    type: z.literal('read'),
    by: z.enum(['imap', 'pop3']),
    account: z.string(),
    mailbox: z.string(),
    sessionId: id.exactOptional(),
  }),
]);
export type TimelineEvent = z.infer<typeof timelineEvent>;

export const messageTimeline = z.object({
  summary: messageRow,
  /** Oldest first. */
  events: z.array(timelineEvent).readonly(),
});
export type MessageTimeline = z.infer<typeof messageTimeline>;

export const messageFilter = z.object({
  /** Words looked for in addresses, subject, Message-ID, hosts; a trace id; or a bounce, as it was received. */
  text: z.string().trim().max(LIMITS.pastedLength).default(''),
  state: messageState.nullable().default(null),
  /** Only what came for this address or went out from it, with where it lies now. */
  person: searchText.default(''),
  limit: pageSize.default(100),
});
export type MessageFilter = z.input<typeof messageFilter>;

export const messagePage = z.object({
  items: z.array(messageRow).readonly(),
  hasMore: z.boolean(),
  /** What `before` has to be for the next page; null: there is none. */
  next: z.string().nullable(),
});
export type MessagePage = z.infer<typeof messagePage>;

export const messagesContract = {
  /** Newest first; `before` (`next` of the page before) asks for the next page. */
  list: callFor('messages.read')
    .input(messageFilter.extend({ before: id.exactOptional() }))
    .output(messagePage),
  /** The first page, then rows that came or changed. */
  watch: callFor('messages.read').input(messageFilter).output(feedOf(messagePage, messageRow)),
  timeline: callFor('messages.read')
    .input(z.object({ traceId: id }))
    .output(messageTimeline),
  /** null while there is no such message (yet). */
  watchTimeline: callFor('messages.read')
    .input(z.object({ traceId: id }))
    .output(feedOf(messageTimeline.nullable(), noChange)),
};
