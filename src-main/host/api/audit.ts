/** Audit handlers: reading, checking and taking away the audit log. None of them changes it. */
import type { AuditPage, AuditQuery } from '../../contract/audit.ts';
import { formatCsv } from '../../format/csv.ts';
import { AUDIT_LIMITS } from '../audit/audit-log.ts';
import type { AuditEntry } from '../audit/port.ts';
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 1_000;
/** One answer stays below some megabytes (audit-log.ts bounds an entry). */
const ENTRIES_PER_PIECE = 250;

const COLUMNS = [
  ...['sequence', 'time', 'who', 'role', 'address', 'means', 'call', 'outcome', 'input', 'changes'],
  ...['previous hash', 'hash'],
] as const;

export function createAuditHandlers({ access: { audit }, clock }: ConsoleServices) {
  const read = async (query: AuditQuery): Promise<AuditPage> => {
    const [items, cut] = await Promise.all([audit.list(query), audit.readCut()]);
    return { items, cut: cut && { sequence: cut.sequence, at: cut.at }, limits: AUDIT_LIMITS };
  };
  return {
    list: guardedCalls.audit.list.handler(({ input }) => read(input)),
    watch: guardedCalls.audit.watch.handler(({ input, signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => read(input),
        open: (changed) => audit.onChange(changed),
      }),
    ),
    check: guardedCalls.audit.check.handler(() => audit.check()),
    export: guardedCalls.audit.export.handler(async ({ input: { format, after } }) => {
      const entries = await audit.listAfter(after, ENTRIES_PER_PIECE);
      const last = entries.length < ENTRIES_PER_PIECE ? null : (entries.at(-1)?.sequence ?? null);
      const isFirst = after === 0;
      return { text: format === 'jsonl' ? toJsonLines(entries) : toCsv(entries, isFirst), after: last };
    }),
  };
}

function toJsonLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function toCsv(entries: readonly AuditEntry[], withHead: boolean): string {
  const rows = entries.map((entry) => [
    ...[String(entry.sequence), new Date(entry.at).toISOString(), entry.who, entry.role ?? '', entry.address],
    ...[
      entry.means.kind === 'token' ? `token ${entry.means.name}` : entry.means.kind,
      entry.call,
      entry.outcome,
    ],
    ...[
      entry.input,
      entry.changes.map(({ path, before, after }) => `${path}: ${before} -> ${after}`).join('\n'),
    ],
    ...[entry.previousHash, entry.hash],
  ]);
  return formatCsv(withHead ? [COLUMNS, ...rows] : rows);
}
