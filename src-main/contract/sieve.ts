/**
 * Sieve area: rules and the automatic reply of an account, as people click them and as the Sieve text that they are; the
 * office's scripts before and after everybody's.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, time } from './values.ts';

/** An account, or the office. */
export const scriptOwner = z.union([accountId, z.literal('office')]);
export type ScriptOwner = z.infer<typeof scriptOwner>;

export const scriptUse = z.enum(['active', 'before', 'after']);
export type ScriptUse = z.infer<typeof scriptUse>;

const texts = z
  .array(z.string().min(1).max(LIMITS.sieveTextLength))
  .min(1)
  .max(LIMITS.rulePatterns)
  .readonly();
const mailbox = z.string().min(1).max(LIMITS.mailboxNameLength);
const address = z.string().min(3).max(LIMITS.addressLength);
const isNot = z.boolean();
const comparison = z.enum(['contains', 'is', 'matches']);

export const ruleCondition = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['from', 'to', 'subject']), isNot, comparison, texts }),
  z.object({
    kind: z.literal('header'),
    isNot,
    comparison,
    texts,
    name: z.string().regex(/^[\x21-\x39\x3b-\x7e]{1,76}$/),
  }),
  z.object({ kind: z.literal('size'), isNot, overOctets: z.int().min(1).max(LIMITS.quotaBytes) }),
  /** Mail of a list whose id holds one of the texts; none: of any list. */
  z.object({ kind: z.literal('list'), isNot, texts: texts.or(z.array(z.never()).max(0).readonly()) }),
  z.object({ kind: z.enum(['attachment', 'junk']), isNot }),
]);
export type RuleCondition = z.infer<typeof ruleCondition>;

export const ruleAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), mailbox }),
  z.object({ kind: z.enum(['flag', 'markRead', 'discard']) }),
  z.object({ kind: z.literal('forward'), address, keepsCopy: z.boolean() }),
  z.object({ kind: z.literal('reject'), text: z.string().min(1).max(LIMITS.reasonLength) }),
]);
export type RuleAction = z.infer<typeof ruleAction>;

export const mailRule = z.object({
  kind: z.literal('rule'),
  /** One line. */
  name: z
    .string()
    .max(LIMITS.ruleNameLength)
    .regex(/^[^\r\n]*$/),
  isEnabled: z.boolean(),
  matches: z.enum(['any', 'all']),
  conditions: z.array(ruleCondition).max(LIMITS.ruleConditions).readonly(),
  actions: z.array(ruleAction).max(LIMITS.ruleActions).readonly(),
  /** No rule after it looks at the message. */
  stops: z.boolean(),
});
export type MailRule = z.infer<typeof mailRule>;

/** Part of a script that was written by hand and fits no rule: it stays as it is, in its place. */
export const handWritten = z.object({
  kind: z.literal('text'),
  text: z.string().max(LIMITS.sieveScriptLength),
});
export type HandWritten = z.infer<typeof handWritten>;

const day = z.iso.date().nullable();

export const autoReply = z.object({
  isEnabled: z.boolean(),
  /** null: what came, with `Auto:` before it. */
  subject: z.string().min(1).max(LIMITS.sieveTextLength).nullable(),
  text: z.string().min(1).max(LIMITS.autoReplyLength),
  /** First and last day, in the server's time; null: no bound. */
  from: day,
  until: day,
  /** A sender is answered again after so many days. */
  days: z.int().min(1).max(365),
  /** Further addresses of the account, under which mail is answered. */
  addresses: z.array(address).max(LIMITS.rulePatterns).readonly(),
});
export type AutoReply = z.infer<typeof autoReply>;

export const accountRules = z.object({
  autoReply: autoReply.nullable(),
  items: z
    .array(z.discriminatedUnion('kind', [mailRule, handWritten]))
    .max(LIMITS.mailRules)
    .readonly(),
});
export type AccountRules = z.infer<typeof accountRules>;

/** Something wrong with a script: where, and a sentence without its full stop. */
export const scriptProblem = z.object({ line: count, column: count, text: z.string() });
export type ScriptProblem = z.infer<typeof scriptProblem>;

export const scriptRow = z.object({
  name: z.string(),
  sizeOctets: count,
  use: scriptUse.nullable(),
  changedAt: time,
});
export type ScriptRow = z.infer<typeof scriptRow>;

const scriptName = z.string().min(1).max(LIMITS.scriptNameLength);
const scriptText = z.string().max(LIMITS.sieveScriptLength);

/** An account's script that is run, and what it says as rules. */
export const accountScripts = z.object({
  /** Whose they are. */
  address: z.string(),
  scripts: z.array(scriptRow).readonly(),
  /** The active script; null: there is none yet. */
  name: z.string().nullable(),
  text: z.string(),
  rules: accountRules,
});
export type AccountScripts = z.infer<typeof accountScripts>;

export const checkedText = z.object({
  problems: z.array(scriptProblem).readonly(),
  /** What the text says as rules; null where it is wrong. */
  rules: accountRules.nullable(),
});
export type CheckedText = z.infer<typeof checkedText>;

const named = z.object({ owner: scriptOwner, name: scriptName });

export const sieveContract = {
  watch: callFor('rules.read').input(z.object({ accountId })).output(feedOf(accountScripts, noChange)),
  watchOffice: callFor('rules.read').output(
    feedOf(z.array(scriptRow.extend({ text: z.string() })).readonly(), noChange),
  ),
  /** The text that rules are, and what would be wrong with it (an address that is none, say). */
  compose: callFor('rules.read')
    .input(accountRules)
    .output(z.object({ text: z.string(), problems: z.array(scriptProblem).readonly() })),
  check: callFor('rules.read')
    .input(z.object({ text: scriptText }))
    .output(checkedText),
  /** Stores a script and gives it its use; nothing is stored where there are problems. */
  save: callFor('rules.change')
    .input(named.extend({ text: scriptText, use: scriptUse.nullable() }))
    .output(z.object({ problems: z.array(scriptProblem).readonly() })),
  setUse: callFor('rules.change')
    .input(named.extend({ use: scriptUse.nullable() }))
    .output(z.void()),
  /** Also one that is in use. */
  remove: callFor('rules.change').input(named).output(z.void()),
};
