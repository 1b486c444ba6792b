/**
 * Audit area: what was changed by whom, from where, by which means. There is no call that changes or deletes an entry.
 */
import { z } from 'zod';
import { callFor, role } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { count, pageSize, searchText, time } from './values.ts';

export const auditEntry = z.object({
  sequence: count,
  at: time,
  who: z.string(),
  role: role.nullable(),
  address: z.string(),
  means: z.union([
    z.object({ kind: z.enum(['browser', 'desktop', 'provision', 'commandLine', 'server']) }),
    z.object({ kind: z.literal('token'), id: count, name: z.string() }),
  ]),
  call: z.string(),
  input: z.string(),
  changes: z
    .array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
    .readonly(),
  outcome: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

const auditQuery = z.object({
  text: searchText.exactOptional(),
  since: time.exactOptional(),
  until: time.exactOptional(),
  /** Entries older than this one. */
  before: count.exactOptional(),
  limit: pageSize,
});
export type AuditQuery = z.infer<typeof auditQuery>;

export const auditPage = z.object({
  items: z.array(auditEntry).readonly(),
  /** What age or number has cut off: up to which entry, and when. */
  cut: z.object({ sequence: count, at: time }).nullable(),
  /** After so many days, or beyond so many entries, the oldest go. */
  limits: z.object({ keepMs: count, mostEntries: count }),
});
export type AuditPage = z.infer<typeof auditPage>;

export const auditCheck = z.union([
  z.object({ isWhole: z.literal(true), entries: count, lastHash: z.string() }),
  z.object({ isWhole: z.literal(false), entries: count, brokenAt: count }),
]);
export type AuditCheck = z.infer<typeof auditCheck>;

export const auditContract = {
  list: callFor('audit.read').input(auditQuery).output(auditPage),
  watch: callFor('audit.read').input(auditQuery).output(feedOf(auditPage, noChange)),
  /** Computes every hash of the chain again. */
  check: callFor('audit.read').output(auditCheck),
  /** From the oldest on, a piece at a time; `after` of the next piece, null at the end. */
  export: callFor('audit.read')
    .input(z.object({ format: z.enum(['jsonl', 'csv']), after: count.default(0) }))
    .output(z.object({ text: z.string(), after: count.nullable() })),
};
