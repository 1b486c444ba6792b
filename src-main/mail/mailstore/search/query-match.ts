/**
 * Query match: a query made into one test of a message's place in its mailbox's columns (RFC 9051 §6.4.4). What costs more is
 * read later, and once; flags, UIDs, MODSEQs, dates and sizes need no message at all.
 */
import { isInSortedRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { MessageColumns } from '../port.ts';
import type { MessageQuery } from './port.ts';
import type { SearchableMessage, SearchedEnvelope, TextPlace } from './searchable-message.ts';

/** `envelope`: in header fields that all copies of the message share. */
export type SearchedPlace = TextPlace | 'envelope';

/** A mailbox that is searched; `at` is a place in its columns. */
export interface SearchedMailbox {
  readonly columns: MessageColumns;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly emailIdAt: (at: number) => string;
  /** False where an index knows that the folded text is not there in the message. */
  readonly mayContain: (at: number, text: string, place: SearchedPlace) => boolean;
  /** What searches ask of a message's envelope; null where the message is gone. */
  readonly openEnvelope: (at: number) => SearchedEnvelope | null;
  /** The same object each time; null where the message is gone. */
  readonly open: (at: number) => SearchableMessage | null;
}

export type MessageTest = (at: number) => boolean;

const ALL: MessageTest = () => true;
const NONE: MessageTest = () => false;

const DAY_MS = 24 * 60 * 60_000;

/** To be made anew when other work has had its turn: flags may be new then. */
export function compileQuery(query: MessageQuery, mailbox: SearchedMailbox): MessageTest {
  switch (query.kind) {
    case 'not': {
      const inner = compileQuery(query.query, mailbox);
      return (at) => !inner(at);
    }
    case 'and': {
      const tests = compileAll(query.queries, mailbox);
      return tests.reduce((all, test) => (at) => all(at) && test(at), ALL);
    }
    case 'or': {
      const tests = compileAll(query.queries, mailbox);
      return tests.reduce((all, test) => (at) => all(at) || test(at), NONE);
    }
    case 'envelope': {
      const { mayContain, openEnvelope } = mailbox;
      const { text, field } = query;
      return (at) =>
        mayContain(at, text, 'envelope') && openEnvelope(at)?.envelopeText(field).includes(text) === true;
    }
    case 'header':
    case 'body':
    case 'text':
      return (at) => mayFit(query, mailbox, at) && matchesText(query, mailbox.open(at));
    default:
      return compileKey(query, mailbox);
  }
}

/** What needs no message first. */
function compileAll(queries: readonly MessageQuery[], mailbox: SearchedMailbox): MessageTest[] {
  const quick = queries.filter((query) => !readsMessages(query));
  const others = queries.filter(readsMessages);
  return [...quick, ...others].map((query) => compileQuery(query, mailbox));
}

type Key = Exclude<MessageQuery, { kind: 'not' | 'and' | 'or' | 'envelope' | 'header' | 'body' | 'text' }>;

/** Keys about what is known of a message without its texts. */
function compileKey(query: Key, mailbox: SearchedMailbox): MessageTest {
  const { columns, now, emailIdAt, openEnvelope } = mailbox;
  switch (query.kind) {
    case 'all':
      return ALL;
    case 'none':
      return NONE;
    case 'flag':
      return compileFlag(query, columns);
    case 'uids':
      return (at) => isInSortedRanges(columns.uids[at] ?? 0, query.ranges);
    case 'larger':
      return (at) => (columns.sizes[at] ?? 0) > query.octets;
    case 'smaller':
      return (at) => (columns.sizes[at] ?? 0) < query.octets;
    case 'emailId':
      return (at) => emailIdAt(at) === query.objectId;
    case 'modSeq':
      return (at) => (columns.modSeqs[at] ?? 0) >= query.modSeq;
    case 'age': {
      const since = now - query.seconds * 1000;
      const isYounger = query.relation === 'younger';
      return (at) => (columns.internalDates[at] ?? 0) >= since === isYounger;
    }
    case 'date': {
      if (query.field === 'sent') return (at) => matchesSentDay(query, openEnvelope(at));
      const dates = query.field === 'saved' ? columns.savedDates : columns.internalDates;
      return (at) => matchesDay(dayOf(dates[at] ?? 0), query);
    }
  }
}

function compileFlag(
  { flag, isSet }: Extract<MessageQuery, { kind: 'flag' }>,
  { flagIds, flagLists }: MessageColumns,
): MessageTest {
  const fits = flagLists.map((flags) => flags.some((each) => each.toLowerCase() === flag) === isSet);
  return (at) => fits[flagIds[at] ?? 0] === true;
}

type TextKey = Extract<MessageQuery, { kind: 'header' | 'body' | 'text' }>;

/** Whether it is worth reading the message for this key. */
function mayFit(query: TextKey, { mayContain }: SearchedMailbox, at: number): boolean {
  switch (query.kind) {
    case 'header':
      return (
        mayContain(at, `${query.field.toUpperCase()}:`, 'header') && mayContain(at, query.text, 'header')
      );
    case 'body':
      return mayContain(at, query.text, 'body');
    case 'text':
      return mayContain(at, query.text, 'header') || mayContain(at, query.text, 'body');
  }
}

/** Null is a message that was expunged in the meantime: nothing fits it. */
function matchesText(query: TextKey, message: SearchableMessage | null): boolean {
  if (message === null) return false;
  switch (query.kind) {
    case 'header':
      return message.fieldTexts(query.field).some((text) => text.includes(query.text));
    case 'body':
      return message.bodyHas(query.text);
    case 'text':
      return message.textHas(query.text);
  }
}

type DateKey = Extract<MessageQuery, { kind: 'date' }>;

function matchesSentDay(query: DateKey, envelope: SearchedEnvelope | null): boolean {
  const day = envelope?.sentDay ?? null;
  return day !== null && matchesDay(day, query);
}

function matchesDay(day: number, query: DateKey): boolean {
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

/** Whether the columns alone do not give the answer. */
export function readsMessages(query: MessageQuery): boolean {
  switch (query.kind) {
    case 'date':
      return query.field === 'sent';
    // Not in the columns.
    case 'emailId':
      return true;
    case 'not':
      return readsMessages(query.query);
    case 'or':
    case 'and':
      return query.queries.some(readsMessages);
    default:
      return readsTexts(query);
  }
}
