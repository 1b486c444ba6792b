/**
 * Mail search, as retrieval sees it: which messages of a mailbox fit a query, in which order, in which threads.
 *
 * Actor: MS (RFC 5598). RFC 9051 §6.4.4 (SEARCH), RFC 5256 (SORT, THREAD). Flow: IMAP handlers → here → a thread of its own
 * (storage/mail-search/) or, in memory, a walk over all messages (scan-search.ts).
 * Invariants: the answer is what the texts say; an index only spares reading messages that cannot fit. Nothing here keeps
 * the thread busy that serves sockets.
 */
import type { MailboxId, Uid, UidRange } from '../port.ts';

/** Fields of the envelope that have search keys of their own. */
export type EnvelopeTextField = 'bcc' | 'cc' | 'from' | 'subject' | 'to';

/** A search made ready: plain data, sets resolved to UIDs, texts decoded and folded (search-text.ts). */
export type MessageQuery =
  | { readonly kind: 'all' | 'none' }
  /** `flag` in lower case. */
  | { readonly kind: 'flag'; readonly flag: string; readonly isSet: boolean }
  /** Ranges in order. */
  | { readonly kind: 'uids'; readonly ranges: readonly UidRange[] }
  | { readonly kind: 'larger' | 'smaller'; readonly octets: number }
  | { readonly kind: 'modSeq'; readonly modSeq: number }
  | { readonly kind: 'emailId'; readonly objectId: string }
  | { readonly kind: 'age'; readonly relation: 'older' | 'younger'; readonly seconds: number }
  | {
      readonly kind: 'date';
      readonly field: 'internal' | 'sent' | 'saved';
      readonly relation: 'before' | 'on' | 'since';
      /** Midnight of the day, as if it were UTC. */
      readonly day: number;
    }
  | { readonly kind: 'envelope'; readonly field: EnvelopeTextField; readonly text: string }
  /** `field` in lower case; an empty text asks whether the field is there. */
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'not'; readonly query: MessageQuery }
  | { readonly kind: 'or' | 'and'; readonly queries: readonly MessageQuery[] };

/** RFC 5256 §3, RFC 5957: by what SORT orders. */
export type SortField =
  'arrival' | 'cc' | 'date' | 'displayFrom' | 'displayTo' | 'from' | 'size' | 'subject' | 'to';

export interface SortCriterion {
  readonly field: SortField;
  readonly isReverse: boolean;
}

export type ThreadAlgorithm = 'orderedSubject' | 'references';

/** A message of a thread, in the order of RFC 5256 §5: each before its replies, which are one deeper. */
export interface ThreadEntry {
  /** null stands for a message that is only referred to. */
  readonly uid: Uid | null;
  /** 0 begins a thread. */
  readonly depth: number;
}

export interface SearchRequest {
  readonly mailboxId: MailboxId;
  readonly query: MessageQuery;
  /** Milliseconds since 1970 UTC, for OLDER and YOUNGER. */
  readonly now: number;
}

export interface MailSearch {
  /** UIDs of the messages that fit, rising. */
  find(request: SearchRequest): Promise<readonly Uid[]>;
  /** The same in the order of the criteria; where they are equal, by UID. */
  sort(request: SearchRequest, criteria: readonly SortCriterion[]): Promise<readonly Uid[]>;
  /** The same as threads, one after the other. */
  thread(request: SearchRequest, algorithm: ThreadAlgorithm): Promise<readonly ThreadEntry[]>;
}

export { foldText } from './search-text.ts';
