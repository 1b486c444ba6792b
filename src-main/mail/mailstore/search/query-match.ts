/** Query match: whether one message fits a query (RFC 9051 §6.4.4). What costs more is read later, and once. */
import { isInSortedRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { MessageQuery } from './port.ts';
import type { SearchableMessage, TextPlace } from './searchable-message.ts';

/** What a search asks about a message without reading it; as in MessageEntry. */
export interface SearchedEntry {
  readonly uid: number;
  readonly modSeq: number;
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly savedAt: number;
  readonly emailId: string;
  /** `flag` in lower case. */
  hasFlag(flag: string): boolean;
}

export interface SearchCandidate {
  readonly entry: SearchedEntry;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** False where an index knows that the folded text is not there in the message. */
  readonly mayContain: (text: string, place: TextPlace) => boolean;
  /** The same object each time; null where the message is gone. */
  readonly open: () => SearchableMessage | null;
}

const DAY_MS = 24 * 60 * 60_000;

export function matchesQuery(query: MessageQuery, candidate: SearchCandidate): boolean {
  const quick = matchesEntry(query, candidate);
  if (quick !== null) return quick;
  return matchesMessage(query, candidate);
}

/** The answer where the entry alone gives it, else null. */
function matchesEntry(query: MessageQuery, candidate: SearchCandidate): boolean | null {
  const { entry } = candidate;
  switch (query.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'flag':
      return entry.hasFlag(query.flag) === query.isSet;
    case 'uids':
      return isInSortedRanges(entry.uid, query.ranges);
    case 'larger':
      return entry.sizeBytes > query.octets;
    case 'smaller':
      return entry.sizeBytes < query.octets;
    case 'emailId':
      return entry.emailId === query.objectId;
    case 'modSeq':
      return entry.modSeq >= query.modSeq;
    case 'age': {
      const isYounger = candidate.now - entry.internalDate <= query.seconds * 1000;
      return isYounger === (query.relation === 'younger');
    }
    case 'date':
      if (query.field === 'sent') return null;
      return matchesDay(dayOf(query.field === 'saved' ? entry.savedAt : entry.internalDate), query);
    case 'not': {
      const inner = matchesEntry(query.query, candidate);
      return inner === null ? null : !inner;
    }
    case 'and':
      return combine(query.queries, candidate, false);
    case 'or':
      return combine(query.queries, candidate, true);
    default:
      return null;
  }
}

/** `decisive` settles it: one true of an OR, one false of an AND. */
function combine(
  queries: readonly MessageQuery[],
  candidate: SearchCandidate,
  decisive: boolean,
): boolean | null {
  let isOpen = false;
  for (const query of queries) {
    const result = matchesEntry(query, candidate);
    if (result === decisive) return decisive;
    isOpen ||= result === null;
  }
  return isOpen ? null : !decisive;
}

function matchesMessage(query: MessageQuery, candidate: SearchCandidate): boolean {
  const quick = matchesEntry(query, candidate);
  if (quick !== null) return quick;
  switch (query.kind) {
    case 'not':
      return !matchesMessage(query.query, candidate);
    case 'and':
      return query.queries.every((each) => matchesMessage(each, candidate));
    case 'or':
      return query.queries.some((each) => matchesMessage(each, candidate));
    default:
      return mayFit(query, candidate) && matchesText(query, candidate.open());
  }
}

/** Whether it is worth reading the message for this key. */
function mayFit(query: MessageQuery, { mayContain }: SearchCandidate): boolean {
  switch (query.kind) {
    case 'header':
      return mayContain(`${query.field.toUpperCase()}:`, 'header') && mayContain(query.text, 'header');
    case 'envelope':
      return mayContain(query.text, 'header');
    case 'body':
      return mayContain(query.text, 'body');
    case 'text':
      return mayContain(query.text, 'header') || mayContain(query.text, 'body');
    default:
      return true;
  }
}

/** Null is a message that was expunged in the meantime: nothing fits it. */
function matchesText(query: MessageQuery, message: SearchableMessage | null): boolean {
  if (message === null) return false;
  switch (query.kind) {
    case 'date': {
      const day = message.sentDay;
      return day !== null && matchesDay(day, query);
    }
    case 'envelope':
      return message.envelopeText(query.field).includes(query.text);
    case 'header':
      return message.fieldTexts(query.field).some((text) => text.includes(query.text));
    case 'body':
      return message.bodyHas(query.text);
    case 'text':
      return message.textHas(query.text);
    default:
      return false;
  }
}

function matchesDay(day: number, query: { relation: 'before' | 'on' | 'since'; day: number }): boolean {
  switch (query.relation) {
    case 'before':
      return day < query.day;
    case 'on':
      return day === query.day;
    case 'since':
      return day >= query.day;
  }
}

/** RFC 9051 §6.4.4: the date without time and zone; INTERNALDATE is told in UTC, so its day is that of UTC. */
function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** Whether messages have to be read for it, so that an index helps. */
export function readsTexts(query: MessageQuery): boolean {
  switch (query.kind) {
    case 'envelope':
    case 'header':
    case 'body':
    case 'text':
      return true;
    case 'not':
      return readsTexts(query.query);
    case 'or':
    case 'and':
      return query.queries.some(readsTexts);
    default:
      return false;
  }
}
