/** What SORT and THREAD know of contents, kept for the next time: contents never change. */
import { PackedFacts } from '../../mail/mailstore/search/packed-facts.ts';
import { readContentFacts, type ContentFacts } from '../../mail/mailstore/search/sort-messages.ts';
import type { Connection } from '../connection.ts';
import { readIndex } from './stored-message.ts';

/** About 30 MiB; a client sorts the mailbox that it shows again and again. */
const MOST_KEPT = 60_000;
/** Contents that are read with one statement where they lie near each other. */
const MOST_IN_ONE_READ = 256;

export class ContentFactsCache {
  readonly #connection: Connection;
  readonly #kept = new Map<number, ContentFacts>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** In their order; null where a content is gone. */
  readAll(contentIds: readonly number[]): (ContentFacts | null)[] {
    const missing = contentIds.filter((id) => !this.#kept.has(id)).sort((a, b) => a - b);
    const read = new Map<number, ContentFacts>();
    for (const [first, last] of toSpans(missing)) this.#readSpan(first, last, read);
    return contentIds.map((id) => this.#kept.get(id) ?? read.get(id) ?? this.#readIndexed(id));
  }

  #readSpan(first: number, last: number, read: Map<number, ContentFacts>): void {
    const rows = this.#connection.rows<readonly [number, string]>(
      `SELECT content_id, unseal(sorted, 'summary sorted', content_id) FROM content_facts
        WHERE content_id BETWEEN ? AND ? AND sorted IS NOT NULL`,
      first,
      last,
    );
    for (const [id, packed] of rows) {
      const facts = new PackedFacts(packed);
      read.set(id, facts);
      this.#keep(id, facts);
    }
  }

  /** A content that has no summary yet. */
  #readIndexed(contentId: number): ContentFacts | null {
    const index = readIndex(this.#connection, contentId);
    if (index === null) return null;
    const facts = readContentFacts(index);
    this.#keep(contentId, facts);
    return facts;
  }

  /** What is there stays: a larger mailbox that is read through would else drive out everything each time. */
  #keep(contentId: number, facts: ContentFacts): void {
    if (this.#kept.size < MOST_KEPT) this.#kept.set(contentId, facts);
  }
}

/** Rising ids as spans of which at least half is wanted. */
function toSpans(ids: readonly number[]): (readonly [first: number, last: number])[] {
  const spans: (readonly [number, number])[] = [];
  let first = 0;
  let last = -1;
  let count = 0;
  for (const id of ids) {
    if (count > 0 && count < MOST_IN_ONE_READ && id - first < 2 * (count + 1)) {
      last = id;
      count++;
      continue;
    }
    if (count > 0) spans.push([first, last]);
    [first, last, count] = [id, id, 1];
  }
  if (count > 0) spans.push([first, last]);
  return spans;
}
