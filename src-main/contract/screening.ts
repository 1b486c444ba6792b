/** Filters & quarantine: what is checked of messages and how much it counts, rules, engines, what was learned, what is kept apart. */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { senderCalls } from './senders.ts';
import { findingDetail, count, id, offset, pageSize, searchText, time } from './values.ts';

const points = z.number().min(-100).max(100);
const words = z.string().trim().min(1).max(LIMITS.searchTextLength);
const action = z.enum(['accept', 'junk', 'quarantine', 'reject']);

export const thresholds = z.object({
  junk: points,
  /** null: never by score. */
  quarantine: points.nullable(),
  reject: points.nullable(),
});

/** All that is given must be so; `*` stands for anything. */
export const screeningRule = z.object({
  id,
  name: z.string().trim().min(1).max(LIMITS.nameLength),
  isEnabled: z.boolean(),
  action: z.enum(['accept', 'junk', 'quarantine', 'reject', 'score']),
  /** For `score`. */
  points: points.exactOptional(),
  /** Reverse-path or author: an address, a domain, `*.` and a domain. */
  sender: words.exactOptional(),
  recipient: words.exactOptional(),
  /** Address or network. */
  client: words.exactOptional(),
  header: z.object({ name: words, pattern: words }).exactOptional(),
  body: words.exactOptional(),
  attachment: words.exactOptional(),
  largerThanBytes: count.exactOptional(),
});
export type ScreeningRule = z.infer<typeof screeningRule>;

export const dnsList = z.object({
  zone: words,
  kind: z.enum(['client', 'domain']),
  isEnabled: z.boolean(),
  meanings: z
    .array(z.object({ answers: words, meaning: words, weight: points, refuses: z.boolean().exactOptional() }))
    .max(50)
    .readonly(),
});
export type DnsList = z.infer<typeof dnsList>;

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), host: words, port: z.int().min(1).max(65_535) }),
  z.object({ kind: z.literal('local'), path: z.string().regex(/^\//).max(1000) }),
]);

export const engine = z.object({
  id,
  kind: z.enum(['rspamd', 'spamassassin', 'clamav', 'milter']),
  name: z.string().trim().min(1).max(LIMITS.nameLength),
  isEnabled: z.boolean(),
  target,
  timeoutMs: z.int().min(1000).max(120_000),
  maxOctets: z.int().min(1),
  whenUnavailable: z.enum(['skip', 'defer']),
});
export type Engine = z.infer<typeof engine>;

export const quarantineKind = z.enum(['malicious', 'attachment', 'forged', 'rule', 'junk']);
export type QuarantineKind = z.infer<typeof quarantineKind>;

const handler = z.enum(['account', 'administrators']);

export const screeningSettings = z.object({
  isEnabled: z.boolean(),
  thresholds,
  checksHello: z.boolean(),
  checksHeader: z.boolean(),
  obeysDmarc: z.boolean(),
  greylisting: z.object({ isEnabled: z.boolean(), delayMinutes: z.number().min(1).max(1440) }),
  attachments: z.object({
    isEnabled: z.boolean(),
    extensions: z
      .array(z.string().regex(/^[a-z0-9]{1,20}$/))
      .max(500)
      .readonly(),
    byContent: z.boolean(),
    action: action.exclude(['accept']),
  }),
  bayes: z.object({ isEnabled: z.boolean(), weight: z.number().min(0).max(20) }),
  keepDays: z.int().min(1).max(365),
  /** Of the server's day; null: no digests. */
  digestHour: z.int().min(0).max(23).nullable(),
  /** Who may release what is kept for an account. */
  handledBy: z.record(quarantineKind, handler),
  /** Where people reach the console; null: digests have no links. */
  consoleUrl: z
    .url({ protocol: /^https?$/ })
    .max(LIMITS.searchTextLength)
    .nullable(),
  brakes: z.object({
    isEnabled: z.boolean(),
    messagesPerHour: z.int().min(1),
    newRecipientsPerHour: z.int().min(1),
  }),
});
export type ScreeningSettings = z.infer<typeof screeningSettings>;

/** What a check's finding counts. */
export const findingWeight = z.object({ name: z.string(), weight: points, isChanged: z.boolean() });

export const screeningState = z.object({
  settings: screeningSettings,
  rules: z.array(screeningRule).readonly(),
  weights: z.array(findingWeight).readonly(),
  dnsLists: z
    .array(
      dnsList.extend({
        state: z.enum(['untested', 'working', 'broken', 'undetermined']),
        /** Why it is not believed. */
        reason: z.string().nullable(),
      }),
    )
    .readonly(),
  engines: z.array(engine.extend({ hasPassword: z.boolean() })).readonly(),
  /** Of the office: messages that were learned, and words that came of them. */
  learned: z.object({ junk: count, mail: count, words: count, needed: count }),
  quarantined: count,
});
export type ScreeningState = z.infer<typeof screeningState>;

export const trial = z.object({ isWorking: z.boolean(), detail: z.string() });
export type Trial = z.infer<typeof trial>;

export const quarantinedMessage = z.object({
  id: count,
  /** Whom it is for: one of our accounts or aliases, or an address elsewhere. */
  account: z.string(),
  /** It is for none of our accounts: the office's. */
  isOffices: z.boolean(),
  kind: quarantineKind,
  /** Released, it goes on its way through the queue; otherwise into INBOX. */
  goesOn: z.boolean(),
  traceId: id,
  author: z.string(),
  reversePath: z.string(),
  recipient: z.string(),
  subject: z.string(),
  sizeBytes: count,
  keptAt: time,
  /** When it goes for good. */
  expiresAt: time,
  score: z.number(),
  /** Why it is here. */
  reason: findingDetail,
});
export type QuarantinedMessage = z.infer<typeof quarantinedMessage>;

/** Whose copies are meant. */
export const quarantineOwner = z.enum(['anybody', 'accounts', 'office']);
export type QuarantineOwner = z.infer<typeof quarantineOwner>;

export const quarantineQuery = z.object({
  text: searchText.default(''),
  owner: quarantineOwner.default('anybody'),
  offset: offset.default(0),
  limit: pageSize.default(100),
});

export const quarantinePage = z.object({ items: z.array(quarantinedMessage).readonly(), total: count });
export type QuarantinePage = z.infer<typeof quarantinePage>;

/** Rows that are named, or everything that the filter finds. */
export const quarantineSelection = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ids'), ids: z.array(count).min(1).max(LIMITS.pageSize).readonly() }),
  z.object({ kind: z.literal('filter'), text: searchText, owner: quarantineOwner }),
]);

/** A message to look at safely: words only, nothing that could run or call home. */
export const quarantinedContent = z.object({
  headers: z.array(z.object({ name: z.string(), value: z.string() })).readonly(),
  text: z.string(),
  attachments: z.array(z.string()).readonly(),
  links: z.array(z.string()).readonly(),
  findings: z
    .array(z.object({ check: z.string(), outcome: z.string(), weight: z.number(), detail: findingDetail }))
    .readonly(),
});
export type QuarantinedContent = z.infer<typeof quarantinedContent>;

export const screeningContract = {
  ...senderCalls,
  watch: callFor('settings.read').output(feedOf(screeningState, noChange)),
  changeSettings: callFor('settings.change').input(screeningSettings).output(z.void()),
  /** The whole list, in its order. */
  changeRules: callFor('settings.change')
    .input(z.object({ rules: z.array(screeningRule).max(2000).readonly() }))
    .output(z.void()),
  /** null: what it counts where nobody changed it. */
  changeWeight: callFor('settings.change')
    .input(z.object({ name: words, weight: points.nullable() }))
    .output(z.void()),
  changeDnsLists: callFor('settings.change')
    .input(z.object({ lists: z.array(dnsList).max(100).readonly() }))
    .output(z.void()),
  testDnsList: callFor('settings.change')
    .input(z.object({ zone: words }))
    .output(trial),
  /** The whole list; a password that is left out stays as it is. */
  changeEngines: callFor('settings.change')
    .input(
      z.object({
        engines: z
          .array(engine.extend({ password: words.exactOptional() }))
          .max(20)
          .readonly(),
      }),
    )
    .output(z.void()),
  testEngine: callFor('settings.change')
    .input(z.object({ engine: engine.extend({ password: words.exactOptional() }) }))
    .output(trial),
  /** Forgets all that the office has learned. */
  forgetLearned: callFor('settings.change').output(z.void()),
  watchQuarantine: callFor('queue.read').input(quarantineQuery).output(feedOf(quarantinePage, noChange)),
  /** null where it has left. */
  readQuarantined: callFor('content.read')
    .input(z.object({ id: count }))
    .output(quarantinedContent.nullable()),
  /** On their way, into mailboxes or through the queue; `learns`: as no junk. Answers how many. */
  releaseQuarantined: callFor('queue.change')
    .input(z.object({ selection: quarantineSelection, learns: z.boolean() }))
    .output(z.object({ count })),
  removeQuarantined: callFor('queue.change')
    .input(z.object({ selection: quarantineSelection }))
    .output(z.object({ count })),
};
