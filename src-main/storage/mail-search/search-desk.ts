/**
 * Search desk: answers searches in the search worker, over a read-only connection, a slice of a mailbox at a time.
 *
 * RFC 9051 §6.4.4, RFC 5256. Flow: SqliteMailSearch → worker → here. Invariants: a request takes about SLICE_MS, so that
 * searches of many sessions take turns; what the index cannot rule out is read, and the text decides.
 */
import { compileQuery, readsTexts, type SearchedMailbox } from '../../mail/mailstore/search/query-match.ts';
import type {
  SearchRequest,
  SortCriterion,
  ThreadAlgorithm,
  ThreadEntry,
} from '../../mail/mailstore/search/port.ts';
import type { TextVisitor } from '../../mail/mailstore/search/searchable-message.ts';
import { foldText } from '../../mail/mailstore/search/port.ts';
import { describeMessage, sortMessages, type SortFacts } from '../../mail/mailstore/search/sort-messages.ts';
import { threadMessages } from '../../mail/mailstore/search/thread-messages.ts';
import type { MailboxId, Uid } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { ColumnsCache } from '../mail-store/columns-cache.ts';
import { lowerBound, type StoredColumns } from '../mail-store/mailbox-columns.ts';
import { emailIdOf } from '../mail-store/rows.ts';
import { findMerge, type MergeStep } from './block-merger.ts';
import { CopyReader } from './copy-reader.ts';
import { GramIndex, type FullBlock } from './gram-index.ts';
import { ContentFactsCache } from './content-facts-cache.ts';
import { openStored, unlessGone, type ContentPlace } from './stored-message.ts';
import { summarizeContent, type ContentSummary } from './content-summary.ts';

/** How long other searches may have to wait for one. */
const SLICE_MS = 50;
/** Before a search: what came since the last one is read into the index, once, instead of by every search. */
const CATCH_UP_MS = 200;
const CONTENTS_A_STEP = 32;
const SUMMARIES_A_SLICE = 256;
const MESSAGES_A_STEP = 256;

export interface FoundSlice {
  readonly uids: readonly Uid[];
  /** Where to go on, null at the end. */
  readonly nextUid: Uid | null;
}

export interface SummarySlice {
  readonly summaries: readonly ContentSummary[];
  /** All contents up to this one have been looked at. */
  readonly upTo: number;
  readonly isDone: boolean;
}

export interface Growth {
  /** To be written; the index goes on when it is. */
  readonly block: FullBlock | null;
  readonly isDone: boolean;
}

export class SearchDesk {
  readonly #place: ContentPlace;
  readonly #index: GramIndex;
  readonly #contentFacts: ContentFactsCache;
  readonly #columns: ColumnsCache;
  readonly #now: () => number;

  /** `now` counts milliseconds, from anywhere. */
  constructor(place: ContentPlace, now: () => number) {
    this.#place = place;
    this.#index = new GramIndex(place.connection);
    this.#contentFacts = new ContentFactsCache(place.connection);
    this.#columns = new ColumnsCache(place.connection);
    this.#now = now;
  }

  /** Reads contents into the index, for a while. */
  grow(forMs: number): Growth {
    this.#index.refresh();
    const end = this.#now() + forMs;
    while (this.#index.fullBlock === null) {
      const contents = this.#place.connection.all<{ id: number }>(
        'SELECT id FROM content WHERE id > ? ORDER BY id LIMIT ?',
        this.#index.coveredUpTo,
        CONTENTS_A_STEP,
      );
      if (contents.length === 0) return { block: null, isDone: true };
      for (const { id } of contents) {
        if (this.#index.fullBlock !== null || this.#now() > end) break;
        const message = openStored(this.#place, id, '');
        const visitTexts = (visit: TextVisitor) => unlessGone(() => message?.visitTexts(visit));
        this.#index.add(id, message === null ? null : visitTexts);
      }
      if (this.#now() > end) return { block: this.#index.fullBlock, isDone: false };
    }
    return { block: this.#index.fullBlock, isDone: false };
  }

  find(request: SearchRequest, fromUid: Uid): FoundSlice {
    if (fromUid <= 1 && readsTexts(request.query)) this.grow(CATCH_UP_MS);
    const columns = this.#columns.readAtOnce(request.mailboxId);
    if (columns === null) return { uids: [], nextUid: null };
    const end = this.#now() + SLICE_MS;
    const fits = compileQuery(request.query, this.#openMailbox(request, columns));
    const found: Uid[] = [];
    let at = lowerBound(columns.uids, fromUid);
    while (at < columns.uids.length) {
      const stepEnd = Math.min(columns.uids.length, at + MESSAGES_A_STEP);
      for (; at < stepEnd; at++) if (fits(at)) found.push(columns.uids[at] ?? 0);
      if (this.#now() >= end) break;
    }
    return { uids: found, nextUid: columns.uids[at] ?? null };
  }

  /** Looks for blocks of the index that mail has left (block-merger.ts). */
  findMerge(from: number): MergeStep {
    this.#index.refresh();
    this.#index.forgetRemoved();
    return findMerge(this.#place.connection, this.#index, from);
  }

  /** Makes summaries of contents after this one, or after the newest that has one, for a while. */
  summarize(afterId: number | null, forMs: number): SummarySlice {
    const end = this.#now() + forMs;
    const from = afterId ?? newestSummarized(this.#place.connection);
    const summaries: ContentSummary[] = [];
    const contents = this.#place.connection.all<{ id: number }>(
      'SELECT id FROM content WHERE id > ? ORDER BY id LIMIT ?',
      from,
      SUMMARIES_A_SLICE,
    );
    let upTo = from;
    for (const { id } of contents) {
      const summary = summarizeContent(this.#place, id);
      if (summary !== null) summaries.push(summary);
      upTo = id;
      if (this.#now() > end) break;
    }
    return { summaries, upTo, isDone: contents.length === 0 };
  }

  sort(mailboxId: MailboxId, uids: Uint32Array, criteria: readonly SortCriterion[]): Uint32Array {
    return sortMessages(this.#readFacts(mailboxId, uids), criteria);
  }

  thread(mailboxId: MailboxId, uids: Uint32Array, algorithm: ThreadAlgorithm): readonly ThreadEntry[] {
    return threadMessages(this.#readFacts(mailboxId, uids), algorithm);
  }

  #openMailbox({ mailboxId, now }: SearchRequest, columns: StoredColumns): SearchedMailbox {
    const mayContain = this.#index.matcher();
    const copies = new CopyReader(this.#place, { mailboxId, columns });
    const contentIdAt = (at: number): number => columns.contentIds[at] ?? 0;
    return {
      columns,
      now,
      emailIdAt: (at) => emailIdOf({ content_id: contentIdAt(at) }),
      mayContain: (at, text, place) => {
        if (mayContain(contentIdAt(at), text, place === 'body' ? 'body' : 'header')) return true;
        // The prefix is not part of the content that copies share, so the index does not know it.
        return place === 'header' && foldText(copies.prefixAt(at)).includes(text);
      },
      open: (at) => copies.open(at),
      openEnvelope: (at) => copies.openEnvelope(at),
    };
  }

  #readFacts(mailboxId: MailboxId, uids: Uint32Array): SortFacts[] {
    const columns = this.#columns.readAtOnce(mailboxId);
    if (columns === null) return [];
    const places = findPlaces(columns.uids, uids);
    const contents = this.#contentFacts.readAll(places.map((at) => columns.contentIds[at] ?? 0));
    const facts: SortFacts[] = [];
    for (const [index, at] of places.entries()) {
      const content = contents[index] ?? null;
      if (content === null) continue;
      const entry = {
        uid: columns.uids[at] ?? 0,
        internalDate: columns.internalDates[at] ?? 0,
        sizeBytes: columns.sizes[at] ?? 0,
      };
      facts.push(describeMessage(entry, content));
    }
    return facts;
  }
}

/** Where these UIDs are in the columns; both rise. */
function findPlaces(known: Uint32Array, uids: Uint32Array): number[] {
  const places: number[] = [];
  let at = lowerBound(known, uids[0] ?? 0);
  for (const uid of uids) {
    while ((known[at] ?? Number.POSITIVE_INFINITY) < uid) at++;
    if (known[at] === uid) places.push(at);
  }
  return places;
}

/** They are made in the order of contents, so older ones have theirs. */
function newestSummarized(connection: Connection): number {
  const row = connection.get<{ newest: number | null }>(
    'SELECT max(content_id) AS newest FROM content_summary',
  );
  return row?.newest ?? 0;
}

/** What the worker can be asked, by name. */
export const searches = {
  find: (desk: SearchDesk, args: { request: SearchRequest; fromUid: Uid }) =>
    desk.find(args.request, args.fromUid),
  sort: (
    desk: SearchDesk,
    args: { mailboxId: MailboxId; uids: Uint32Array; criteria: readonly SortCriterion[] },
  ) => desk.sort(args.mailboxId, args.uids, args.criteria),
  thread: (desk: SearchDesk, args: { mailboxId: MailboxId; uids: Uint32Array; algorithm: ThreadAlgorithm }) =>
    desk.thread(args.mailboxId, args.uids, args.algorithm),
  grow: (desk: SearchDesk, args: { forMs: number }) => desk.grow(args.forMs),
  findMerge: (desk: SearchDesk, args: { from: number }) => desk.findMerge(args.from),
  summarize: (desk: SearchDesk, args: { afterId: number | null; forMs: number }) =>
    desk.summarize(args.afterId, args.forMs),
};

/** Runs a search by name; the types were checked where it was asked for. */
export function runSearch(desk: SearchDesk, name: string, args: unknown): unknown {
  const run = searches[name as keyof typeof searches] as (desk: SearchDesk, args: unknown) => unknown;
  return run(desk, args);
}
