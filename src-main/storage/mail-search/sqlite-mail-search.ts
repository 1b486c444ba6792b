/**
 * The mail search on SQLite: asks the search worker slice by slice, and has its index grow in the background.
 *
 * Invariants: as in mail/mailstore/search/port.ts. fill() may run at any time; what it has not reached is found by reading.
 */
import type {
  MailSearch,
  SearchRequest,
  SortCriterion,
  ThreadAlgorithm,
  ThreadEntry,
} from '../../mail/mailstore/search/port.ts';
import type { Uid } from '../../mail/mailstore/port.ts';
import type { WorkerClient } from '../worker-client.ts';
import type { Writer } from '../writer.ts';
import type { searches } from './search-desk.ts';

/** A step of filling, after which searches that came meanwhile have their turn. */
const FILL_STEP_MS = 50;

type Searches = typeof searches;
type SearchName = keyof Searches;

export class SqliteMailSearch implements MailSearch {
  readonly #worker: WorkerClient;
  readonly #writer: Writer;
  #isClosed = false;
  #filling: Promise<void> | null = null;

  constructor(worker: WorkerClient, writer: Writer) {
    this.#worker = worker;
    this.#writer = writer;
  }

  async find(request: SearchRequest): Promise<readonly Uid[]> {
    const uids: Uid[] = [];
    for (let fromUid: Uid | null = 1; fromUid !== null;) {
      const slice: ReturnType<Searches['find']> = await this.#ask('find', { request, fromUid });
      for (const uid of slice.uids) uids.push(uid);
      fromUid = slice.nextUid;
    }
    return uids;
  }

  async sort(request: SearchRequest, criteria: readonly SortCriterion[]): Promise<readonly Uid[]> {
    const uids = await this.find(request);
    return this.#ask('sort', { mailboxId: request.mailboxId, uids, criteria });
  }

  async thread(request: SearchRequest, algorithm: ThreadAlgorithm): Promise<readonly ThreadEntry[]> {
    const uids = await this.find(request);
    return this.#ask('thread', { mailboxId: request.mailboxId, uids, algorithm });
  }

  /** Brings the index up to date: all mail at first, later what has come. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  /** Stops filling; the worker is closed by whoever started it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#filling;
  }

  async #fill(): Promise<void> {
    while (!this.#isClosed) {
      const { block, isDone } = await this.#ask('grow', { forMs: FILL_STEP_MS });
      if (block !== null) await this.#writer.run('addSearchBlock', block);
      if (isDone) return;
    }
  }

  #ask<Name extends SearchName>(
    name: Name,
    args: Parameters<Searches[Name]>[1],
  ): Promise<ReturnType<Searches[Name]>> {
    return this.#worker.request(name, args) as Promise<ReturnType<Searches[Name]>>;
  }
}
