/** Search match: whether one message fits a search plan (RFC 9051 §6.4.4). What costs more is read later, and once. */
import { isInSortedRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { MessageEntry, OpenMessage } from '../../mailstore/port.ts';
import type { SearchPlan } from './search-plan.ts';
import { SearchableMessage } from './searchable-message.ts';

export interface SearchCandidate {
  readonly entry: MessageEntry;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly open: () => Promise<OpenMessage | null>;
}

const DAY_MS = 24 * 60 * 60_000;

export async function matchesSearch(plan: SearchPlan, candidate: SearchCandidate): Promise<boolean> {
  const quick = matchesEntry(plan, candidate);
  if (quick !== null) return quick;
  const message = await candidate.open();
  // Expunged in the meantime.
  return message !== null && matchesMessage(plan, candidate, new SearchableMessage(message));
}

/** The answer where the entry alone gives it, else null. */
function matchesEntry(plan: SearchPlan, candidate: SearchCandidate): boolean | null {
  const { entry } = candidate;
  switch (plan.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'flag':
      return entry.flags.some((flag) => flag.toLowerCase() === plan.flag) === plan.isSet;
    case 'uids':
      return isInSortedRanges(entry.uid, plan.ranges);
    case 'larger':
      return entry.sizeBytes > plan.octets;
    case 'smaller':
      return entry.sizeBytes < plan.octets;
    case 'modSeq':
      return entry.modSeq >= plan.modSeq;
    case 'age': {
      const isYounger = candidate.now - entry.internalDate <= plan.seconds * 1000;
      return isYounger === (plan.relation === 'younger');
    }
    case 'date':
      return plan.field === 'internal' ? matchesDay(dayOf(entry.internalDate), plan) : null;
    case 'not': {
      const inner = matchesEntry(plan.plan, candidate);
      return inner === null ? null : !inner;
    }
    case 'and':
      return combine(plan.plans, candidate, false);
    case 'or':
      return combine(plan.plans, candidate, true);
    default:
      return null;
  }
}

/** `decisive` settles it: one true of an OR, one false of an AND. */
function combine(
  plans: readonly SearchPlan[],
  candidate: SearchCandidate,
  decisive: boolean,
): boolean | null {
  let isOpen = false;
  for (const plan of plans) {
    const result = matchesEntry(plan, candidate);
    if (result === decisive) return decisive;
    isOpen ||= result === null;
  }
  return isOpen ? null : !decisive;
}

async function matchesMessage(
  plan: SearchPlan,
  candidate: SearchCandidate,
  message: SearchableMessage,
): Promise<boolean> {
  const quick = matchesEntry(plan, candidate);
  if (quick !== null) return quick;
  switch (plan.kind) {
    case 'date': {
      const day = message.sentDay;
      return day !== null && matchesDay(day, plan);
    }
    case 'envelope':
      return message.envelopeText(plan.field).includes(plan.text);
    case 'header':
      return (await message.fieldTexts(plan.field)).some((text) => text.includes(plan.text));
    case 'body':
      return message.bodyHas(plan.text);
    case 'text':
      return message.textHas(plan.text);
    case 'not':
      return !(await matchesMessage(plan.plan, candidate, message));
    case 'and':
      for (const each of plan.plans) if (!(await matchesMessage(each, candidate, message))) return false;
      return true;
    case 'or':
      for (const each of plan.plans) if (await matchesMessage(each, candidate, message)) return true;
      return false;
    default:
      return false;
  }
}

function matchesDay(day: number, plan: { relation: 'before' | 'on' | 'since'; day: number }): boolean {
  switch (plan.relation) {
    case 'before':
      return day < plan.day;
    case 'on':
      return day === plan.day;
    case 'since':
      return day >= plan.day;
  }
}

/** RFC 9051 §6.4.4: the date without time and zone; INTERNALDATE is told in UTC, so its day is that of UTC. */
function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
