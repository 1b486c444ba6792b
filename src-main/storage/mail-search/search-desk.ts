/**
 * Search desk: answers searches in the search worker, over a read-only connection, a slice of a mailbox at a time.
 *
 * RFC 9051 §6.4.4, RFC 5256. Flow: SqliteMailSearch → worker → here. Invariants: a request takes about SLICE_MS, so that
 * searches of many sessions take turns; what the index cannot rule out is read, and the text decides.
 */
import { matchesQuery, readsTexts, type SearchedEntry } from '../../mail/mailstore/search/query-match.ts';
import type {
  SearchRequest,
  SortCriterion,
  ThreadAlgorithm,
  ThreadEntry,
} from '../../mail/mailstore/search/port.ts';
import { foldText } from '../../mail/mailstore/search/port.ts';
import type { SearchableMessage } from '../../mail/mailstore/search/searchable-message.ts';
import { describeMessage, sortMessages, type SortFacts } from '../../mail/mailstore/search/sort-messages.ts';
import { threadMessages } from '../../mail/mailstore/search/thread-messages.ts';
import type { MailboxId, Uid } from '../../mail/mailstore/port.ts';
import { readEntriesOf } from '../mail-store/message-reads.ts';
import { emailIdOf, readKeywords, systemBit, type MessageRow } from '../mail-store/rows.ts';
import { GramIndex, type FullBlock, type MayContain } from './gram-index.ts';
import { ContentFactsCache } from './content-facts-cache.ts';
import { openStored, type ContentPlace } from './stored-message.ts';

/** How long other searches may have to wait for one. */
const SLICE_MS = 50;
/** Before a search: what came since the last one is read into the index, once, instead of by every search. */
const CATCH_UP_MS = 200;
const CONTENTS_A_STEP = 32;
const MESSAGES_A_STEP = 256;

export interface FoundSlice {
  readonly uids: readonly Uid[];
  /** Where to go on, null at the end. */
  readonly nextUid: Uid | null;
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
  readonly #now: () => number;

  /** `now` counts milliseconds, from anywhere. */
  constructor(place: ContentPlace, now: () => number) {
    this.#place = place;
    this.#index = new GramIndex(place.connection);
    this.#contentFacts = new ContentFactsCache(place.connection);
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
        this.#index.add(id, message === null ? null : (visit) => message.visitTexts(visit));
      }
      if (this.#now() > end) return { block: this.#index.fullBlock, isDone: false };
    }
    return { block: this.#index.fullBlock, isDone: false };
  }

  find(request: SearchRequest, fromUid: Uid): FoundSlice {
    if (fromUid <= 1 && readsTexts(request.query)) this.grow(CATCH_UP_MS);
    const end = this.#now() + SLICE_MS;
    const mayContain = this.#index.matcher();
    const uids: Uid[] = [];
    let nextUid = fromUid;
    do {
      const rows = this.#readRows(request.mailboxId, nextUid);
      for (const row of rows) if (this.#fits(request, row, mayContain)) uids.push(row.uid);
      if (rows.length < MESSAGES_A_STEP) return { uids, nextUid: null };
      nextUid = (rows.at(-1)?.uid ?? nextUid) + 1;
    } while (this.#now() < end);
    return { uids, nextUid };
  }

  sort(mailboxId: MailboxId, uids: readonly Uid[], criteria: readonly SortCriterion[]): readonly Uid[] {
    return sortMessages(this.#readFacts(mailboxId, uids), criteria);
  }

  thread(mailboxId: MailboxId, uids: readonly Uid[], algorithm: ThreadAlgorithm): readonly ThreadEntry[] {
    return threadMessages(this.#readFacts(mailboxId, uids), algorithm);
  }

  #readRows(mailboxId: MailboxId, fromUid: Uid): MessageRow[] {
    return this.#place.connection.all<MessageRow>(
      'SELECT * FROM message WHERE mailbox_id = ? AND uid >= ? ORDER BY uid LIMIT ?',
      mailboxId,
      fromUid,
      MESSAGES_A_STEP,
    );
  }

  #fits(request: SearchRequest, row: MessageRow, mayContain: MayContain): boolean {
    let message: SearchableMessage | null | undefined;
    return matchesQuery(request.query, {
      entry: describeRow(row),
      now: request.now,
      // The prefix is not part of the content that copies share, so the index does not know it.
      mayContain: (text, place) =>
        mayContain(row.content_id, text, place) ||
        (place === 'header' && foldText(row.prefix).includes(text)),
      open: () => (message ??= openStored(this.#place, row.content_id, row.prefix)),
    });
  }

  #readFacts(mailboxId: MailboxId, uids: readonly Uid[]): SortFacts[] {
    const facts: SortFacts[] = [];
    for (const entry of readEntriesOf(this.#place.connection, mailboxId, uids)) {
      const content = this.#contentFacts.read(entry.content_id);
      if (content === null) continue;
      const { uid, internal_date: internalDate, size_bytes: sizeBytes } = entry;
      facts.push(describeMessage({ uid, internalDate, sizeBytes }, content));
    }
    return facts;
  }
}

function describeRow(row: MessageRow): SearchedEntry {
  return {
    uid: row.uid,
    modSeq: row.mod_seq,
    internalDate: row.internal_date,
    sizeBytes: row.size_bytes,
    savedAt: row.saved_at,
    emailId: emailIdOf(row),
    hasFlag: (flag) => hasFlag(row, flag),
  };
}

function hasFlag(row: MessageRow, flag: string): boolean {
  const bit = systemBit(flag);
  if (bit !== 0) return (row.flags & bit) !== 0;
  return readKeywords(row.keywords).some((keyword) => keyword.toLowerCase() === flag);
}

/** What the worker can be asked, by name. */
export const searches = {
  find: (desk: SearchDesk, args: { request: SearchRequest; fromUid: Uid }) =>
    desk.find(args.request, args.fromUid),
  sort: (
    desk: SearchDesk,
    args: { mailboxId: MailboxId; uids: readonly Uid[]; criteria: readonly SortCriterion[] },
  ) => desk.sort(args.mailboxId, args.uids, args.criteria),
  thread: (
    desk: SearchDesk,
    args: { mailboxId: MailboxId; uids: readonly Uid[]; algorithm: ThreadAlgorithm },
  ) => desk.thread(args.mailboxId, args.uids, args.algorithm),
  grow: (desk: SearchDesk, args: { forMs: number }) => desk.grow(args.forMs),
};

/** Runs a search by name; the types were checked where it was asked for. */
export function runSearch(desk: SearchDesk, name: string, args: unknown): unknown {
  const run = searches[name as keyof typeof searches] as (desk: SearchDesk, args: unknown) => unknown;
  return run(desk, args);
}
