/**
 * FETCH (RFC 9051 §6.4.5; CHANGEDSINCE and VANISHED: RFC 7162 §3.1.4, §3.2.6; PARTIAL: RFC 9394 §3.3).
 *
 * Invariants: what the index knows (ENVELOPE, BODYSTRUCTURE) is answered without touching the content; \Seen is set before
 * the answer and told in it; other sessions are let through during a long FETCH.
 */
import type { MessageIndex } from '../../../format/message-index.ts';
import type { FetchCommand } from '../../../protocol/imap/grammar/command.ts';
import type { FetchItem } from '../../../protocol/imap/grammar/fetch-item.ts';
import type { CommandIo, Completion, Response } from '../../../protocol/imap/server/session.ts';
import { takeRange, type ResultRange } from '../../../protocol/imap/grammar/result-range.ts';
import { isInSortedRanges, toRanges } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { MessageEntry, ModSeq, OpenMessage, Uid, UidRange } from '../../mailstore/port.ts';
import type { ResponseSink } from './announcements.ts';
import { breather } from './breather.ts';
import { bad, okay, refuse } from './completion.ts';
import { formatAnswer } from './fetch-answer.ts';
import { fetchListing, planListing } from './fetch-listing.ts';
import type { ImapSession } from './imap-session.ts';
import { INDEX_BATCH } from './limits.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';
import { tellVanished } from './resynchronize.ts';

/** What the items of one FETCH need. */
interface FetchPlan {
  readonly items: readonly FetchItem[];
  readonly withUid: boolean;
  readonly needsIndex: boolean;
  readonly needsContent: boolean;
  readonly setsSeen: boolean;
}

export async function fetch(session: ImapSession, command: FetchCommand, io: CommandIo): Promise<Completion> {
  const ranges = resolveSet(session, command.set, command.isUid);
  if (ranges === null) return INVALID_SET;
  const { changedSince, vanished, partial } = command.modifiers;
  if (vanished && !(command.isUid && session.isQresync)) return VANISHED_NOT_ALLOWED;
  if (asksForModSeqs(command)) await session.enableCondStore(io);
  if (vanished && changedSince !== null) {
    const known = command.set.kind === 'saved' ? ranges : command.set.ranges;
    await tellVanished(session, { since: changedSince, known, io });
  }
  const plan = planFetch(session, command);
  // RFC 9394 §3.4: the page is taken first; what has changed in it is told then.
  const wanted = partial === null ? ranges : pageOf(session, ranges, partial);
  const listingPlan = plan.setsSeen ? null : planListing(itemsOf(plan));
  if (listingPlan !== null) {
    const answerOthers = (uids: readonly Uid[]) => answerSome(session, plan, uids);
    const { isUidOnly } = session;
    const listing = { plan: listingPlan, ranges: wanted, changedSince, isUidOnly, answerOthers };
    return complete(await fetchListing(session, listing, io));
  }
  const entries = await listFetched(session, wanted, changedSince);
  const seen = plan.setsSeen ? await markSeen(session, entries) : new Map<Uid, MessageEntry>();
  const outcome = await tellEntries(session, { plan, entries, seen }, io);
  if (outcome === 'unknownEncoding') return refuse('The transfer encoding is not known', 'UNKNOWN-CTE');
  return complete(outcome === 'complete');
}

/** FETCH responses that nobody has asked for now: what NOTIFY wants to know of new messages (RFC 5465 §5.2). \Seen stays. */
export async function tellMessages(
  session: ImapSession,
  { items, entries }: { items: readonly FetchItem[]; entries: readonly MessageEntry[] },
  sink: ResponseSink,
): Promise<void> {
  const wanted: FetchItem[] = [...items];
  const has = (kind: FetchItem['kind']): boolean => items.some((item) => item.kind === kind);
  // RFC 7162 §3.1: with flags that nobody asked for now comes their MODSEQ.
  if (session.isCondStore && has('flags') && !has('modSeq')) wanted.push({ kind: 'modSeq' });
  const plan = { ...planItems(wanted), withUid: false, setsSeen: false };
  await tellEntries(session, { plan, entries, seen: new Map() }, sink);
}

/** Answers for one message after the other; those that are gone make it incomplete. */
async function tellEntries(
  session: ImapSession,
  { plan, entries, seen }: { plan: FetchPlan; entries: readonly MessageEntry[]; seen: SeenEntries },
  sink: ResponseSink,
): Promise<'complete' | 'incomplete' | 'unknownEncoding'> {
  const breathe = breather(session.options.clock);
  let outcome: 'complete' | 'incomplete' = 'complete';
  for (let at = 0; at < entries.length; at += INDEX_BATCH) {
    const batch = entries.slice(at, at + INDEX_BATCH);
    const indexes = plan.needsIndex ? await readIndexes(session, batch) : NO_INDEXES;
    for (const entry of batch) {
      const { uid } = entry;
      const answering = answerFor(session, { plan, entry, index: indexes.get(uid), seen: seen.get(uid) });
      // Not awaited where it is there already: a turn for each of 100,000 messages is time too.
      const answer = answering instanceof Promise ? await answering : answering;
      if (answer === 'unknownEncoding') return answer;
      if (answer === null) outcome = 'incomplete';
      else {
        const sent = sink.send(answer);
        if (sent !== undefined) await sent;
      }
      const rest = breathe();
      if (rest !== undefined) await rest;
    }
  }
  return outcome;
}

/** RFC 5530: some were expunged by another session, and this client has not heard of it. */
function complete(isComplete: boolean): Completion {
  return isComplete ? okay('FETCH completed') : okay('Some messages are gone', 'EXPUNGEISSUED');
}

/** Answers one by one, for messages whose summary does not have it. */
async function answerSome(
  session: ImapSession,
  plan: FetchPlan,
  uids: readonly Uid[],
): Promise<ReadonlyMap<Uid, Response | null>> {
  const entries = await session.mailbox.store.listEntries(session.mailbox.id, toRanges(uids));
  const indexes = plan.needsIndex ? await readIndexes(session, entries) : NO_INDEXES;
  const answers = new Map<Uid, Response | null>();
  for (const entry of entries) {
    const answering = answerFor(session, { plan, entry, index: indexes.get(entry.uid), seen: undefined });
    const answer = answering instanceof Promise ? await answering : answering;
    if (answer !== 'unknownEncoding') answers.set(entry.uid, answer);
  }
  return answers;
}

type SeenEntries = ReadonlyMap<Uid, MessageEntry>;

/** Answered from the message's index. */
const INDEX_ITEMS: readonly FetchItem['kind'][] = ['envelope', 'body', 'bodyStructure', 'preview'];

const VANISHED_NOT_ALLOWED = bad('VANISHED needs UID FETCH and ENABLE QRESYNC');

/** RFC 7162 §3.1: both make this session a CONDSTORE-aware one. */
function asksForModSeqs({ items, modifiers }: FetchCommand): boolean {
  return modifiers.changedSince !== null || items.some((item) => item.kind === 'modSeq');
}

/** RFC 9394 §3.3: of the messages that the client knows. */
function pageOf(session: ImapSession, ranges: readonly UidRange[], page: ResultRange): readonly UidRange[] {
  return toRanges(takeRange(session.mailbox.uidsIn(ranges), page));
}

/** What has changed since is looked up as such: a large mailbox is not read for a few changes. */
async function listFetched(
  session: ImapSession,
  ranges: readonly UidRange[],
  changedSince: ModSeq | null,
): Promise<readonly MessageEntry[]> {
  const { mailbox } = session;
  if (changedSince === null) return mailbox.store.listEntries(mailbox.id, ranges);
  const { changed } = await mailbox.store.changesSince(mailbox.id, changedSince);
  return changed.filter((entry) => isInSortedRanges(entry.uid, ranges));
}

const NO_INDEXES: ReadonlyMap<Uid, MessageIndex> = new Map();

function planFetch(session: ImapSession, { items, isUid, modifiers }: FetchCommand): FetchPlan {
  const kinds = new Set(items.map((item) => item.kind));
  const setsSeen = items.some((item) => 'isPeek' in item && !item.isPeek);
  // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for MODSEQ too.
  const asked: FetchItem[] = [...items];
  if (modifiers.changedSince !== null && !kinds.has('modSeq')) asked.push({ kind: 'modSeq' });
  return {
    ...planItems(asked),
    withUid: isUid && !session.isUidOnly && !kinds.has('uid'),
    // RFC 4314 §4
    setsSeen: setsSeen && session.mailbox.may('s'),
  };
}

function planItems(items: readonly FetchItem[]): Pick<FetchPlan, 'items' | 'needsIndex' | 'needsContent'> {
  const kinds = new Set(items.map((item) => item.kind));
  return {
    items,
    needsIndex: INDEX_ITEMS.some((kind) => kinds.has(kind)),
    needsContent: kinds.has('section') || kinds.has('binary') || kinds.has('binarySize'),
  };
}

/** Sets \Seen where it is missing; returns the entries that changed, and lets their timelines know. */
async function markSeen(
  session: ImapSession,
  entries: readonly MessageEntry[],
): Promise<Map<Uid, MessageEntry>> {
  const unseen = entries.filter((entry) => !entry.flags.includes('\\Seen')).map((entry) => entry.uid);
  if (unseen.length === 0) return new Map();
  const { mailbox } = session;
  const change = { uids: toRanges(unseen), operation: 'add', flags: ['\\Seen'] } as const;
  const { entries: changed } = await mailbox.store.storeFlags(mailbox.id, change);
  mailbox.noteTold(changed);
  for (const entry of changed) session.reportRead(entry.traceId);
  return new Map(changed.map((entry) => [entry.uid, entry]));
}

function readIndexes(
  session: ImapSession,
  batch: readonly MessageEntry[],
): Promise<ReadonlyMap<Uid, MessageIndex>> {
  const uids = batch.map((entry) => entry.uid);
  return session.mailbox.store.readIndexes(session.mailbox.id, uids);
}

interface FetchedMessage {
  readonly plan: FetchPlan;
  readonly entry: MessageEntry;
  readonly index: MessageIndex | undefined;
  /** The entry after \Seen was set by this FETCH. */
  readonly seen: MessageEntry | undefined;
}

/** Null where the message is gone or unknown to the client. */
function answerFor(session: ImapSession, fetched: FetchedMessage): MaybeAnswer | Promise<MaybeAnswer> {
  const { plan, entry, index } = fetched;
  const { mailbox } = session;
  const sequence = mailbox.sequenceOf(entry.uid);
  if (sequence === 0 || (plan.needsIndex && index === undefined)) return null;
  if (!plan.needsContent) return formatFetched(session, fetched, { sequence, message: null });
  return session.options.mailStore
    .openMessage(mailbox.id, entry.uid)
    .then((message) => (message === null ? null : formatFetched(session, fetched, { sequence, message })));
}

function itemsOf({ items, withUid }: FetchPlan): FetchItem[] {
  return withUid ? [{ kind: 'uid' }, ...items] : [...items];
}

type MaybeAnswer = Response | 'unknownEncoding' | null;

function formatFetched(
  session: ImapSession,
  { plan, entry, index, seen }: FetchedMessage,
  { sequence, message }: { sequence: number; message: OpenMessage | null },
): MaybeAnswer | Promise<MaybeAnswer> {
  const { isUtf8, isUidOnly } = session;
  const facts = { sequence, entry: seen ?? entry, index, message, isUtf8, isUidOnly };
  const items = itemsOf(plan);
  if (seen !== undefined) {
    const has = (kind: FetchItem['kind']): boolean => items.some((item) => item.kind === kind);
    if (!has('flags')) items.push({ kind: 'flags' });
    if (session.isCondStore && !has('modSeq')) items.push({ kind: 'modSeq' });
  }
  return formatAnswer(facts, items);
}
