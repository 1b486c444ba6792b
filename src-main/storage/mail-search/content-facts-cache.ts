/** What SORT and THREAD know of contents, kept for the next time: contents never change. */
import { readContentFacts, type ContentFacts } from '../../mail/mailstore/search/sort-messages.ts';
import type { Connection } from '../connection.ts';
import { readIndex } from './stored-message.ts';

/** About 30 MiB; a client sorts the mailbox that it shows again and again. */
const MOST_KEPT = 60_000;

export class ContentFactsCache {
  readonly #connection: Connection;
  readonly #kept = new Map<number, ContentFacts>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Null where the content is gone. */
  read(contentId: number): ContentFacts | null {
    const kept = this.#kept.get(contentId);
    if (kept !== undefined) return kept;
    const index = readIndex(this.#connection, contentId);
    if (index === null) return null;
    const facts = readContentFacts(index);
    // What is there stays: a larger mailbox that is read through would else drive out everything each time.
    if (this.#kept.size >= MOST_KEPT) return facts;
    this.#kept.set(contentId, facts);
    return facts;
  }
}
