/** What scripts may know besides the message, from mailstore, marks, verdict and directory. */
import { shiftIndex } from '../../../../format/shift-index.ts';
import type { Finding, Verdict } from '../../../verdict.ts';
import type { FilterRequest } from '../../port.ts';
import type { SieveEnvironment, SieveMessage } from '../running/environment.ts';
import type { AccountFilterOptions } from './filter-context.ts';

export const DUPLICATE_MARK = 'duplicate';

/** Points at which a message is as good as certainly junk. */
const CERTAIN_SCORE = 10;

export function createEnvironment(options: AccountFilterOptions, request: FilterRequest): SieveEnvironment {
  const { scripts, mailStore, marks } = options;
  const { account, entry, at } = request;
  return {
    envelope: { from: entry.reversePath, to: request.recipient },
    now: at,
    zoneMinutesAt: options.zoneMinutesAt,
    separators: options.separators(),
    items: environmentItems(options, request),
    spamPercent: request.verdict === undefined ? null : spamPercent(request.verdict),
    virusLevel: virusLevel(request.verdict),
    mailboxExists: async (name) => (await mailStore.findMailbox(account.id, name)) !== null,
    hasSpecialUse: async (mailbox, use) =>
      (await mailStore.listMailboxes(account.id)).some(
        ({ name, specialUse }) =>
          specialUse?.toLowerCase() === use.toLowerCase() && (mailbox === null || mailbox === name),
      ),
    readAnnotation: (mailbox, name) => readAnnotation(options, { accountId: account.id, mailbox, name }),
    isDuplicate: (key) => marks.hasMark({ accountId: account.id, kind: DUPLICATE_MARK, key }, at),
    readScript: async (location, name) =>
      (await scripts.read(location === 'global' ? 'office' : account.id, name))?.text ?? null,
  };
}

/** RFC 5183 §4.1 */
function environmentItems(options: AccountFilterOptions, { account }: FilterRequest) {
  return {
    domain: account.domain,
    host: options.hostname(),
    location: 'MDA',
    name: 'Postroom',
    phase: 'during',
  };
}

/** The score as a share of certainty; what was decided stands above it: 50 and more is junk, less is not. */
export function spamPercent({ action, score }: Verdict): number {
  const percent = Math.round(Math.min(Math.max(score / CERTAIN_SCORE, 0), 1) * 100);
  return action === 'accept' ? Math.min(percent, 49) : Math.max(percent, 50);
}

/** By what is found; the first that is found counts. Nothing is cured here, so 2 and 3 never come. */
const VIRUS_LEVELS: readonly (readonly [level: 1 | 4 | 5, isMeant: (finding: Finding) => boolean])[] = [
  [5, ({ outcome }) => outcome === 'malicious'],
  [4, ({ check, outcome }) => check === 'attachment' && SUSPICIOUS.has(outcome)],
  [1, ({ outcome }) => outcome === 'clean'],
];
/** Attachments that may carry one; an encrypted archive was only not looked into. */
const SUSPICIOUS: ReadonlySet<string> = new Set(['forbiddenType', 'forbiddenInside', 'isProgram']);

/** RFC 5235 §3.3: 0 not tested, 1 clean, 4 possibly a virus, 5 certainly one. */
export function virusLevel(verdict: Verdict | undefined): 0 | 1 | 4 | 5 {
  const findings = verdict?.findings ?? [];
  return VIRUS_LEVELS.find(([, isMeant]) => findings.some(isMeant))?.[0] ?? 0;
}

async function readAnnotation(
  { mailStore }: AccountFilterOptions,
  { accountId, mailbox, name }: { accountId: number; mailbox: string | null; name: string },
): Promise<string | null> {
  const found = mailbox === null ? null : await mailStore.findMailbox(accountId, mailbox);
  if (mailbox !== null && found === null) return null;
  const entries = await mailStore.metadata.list(found?.id ?? 'server', accountId);
  const entry = entries.find((each) => each.name === name.toLowerCase());
  return entry === undefined ? null : new TextDecoder().decode(entry.value);
}

/** The message as it would be filed: the fields above the content, then the content. */
export function joinedMessage({ prefix, octets }: FilterRequest): SieveMessage {
  const above = new TextEncoder().encode(prefix);
  return {
    sizeBytes: above.length + octets.sizeBytes,
    index: shiftIndex(octets.index, above.length),
    readRange: async (start, end) => {
      const head = above.subarray(Math.min(start, above.length), Math.min(end, above.length));
      if (end <= above.length) return head;
      const rest = await octets.readRange(Math.max(0, start - above.length), end - above.length);
      return head.length === 0 ? rest : Buffer.concat([head, rest]);
    },
  };
}
