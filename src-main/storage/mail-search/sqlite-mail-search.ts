/**
 * The mail search on SQLite: asks the search worker slice by slice, and has its index grow in the background.
 *
 * Invariants: as in mail/mailstore/search/port.ts. fill() may run at any time; what it has not reached is found by reading.
 */
import { setImmediate } from 'node:timers/promises';
import type {
  MailSearch,
  SearchRequest,
  SortCriterion,
  ThreadAlgorithm,
  ThreadEntry,
} from '../../mail/mailstore/search/port.ts';
import { compileQuery, readsMessages } from '../../mail/mailstore/search/query-match.ts';
import type { Uid } from '../../mail/mailstore/port.ts';
import type { ColumnsCache } from '../mail-store/columns-cache.ts';
import { SingleRun } from '../single-run.ts';
import type { RequestTarget } from '../worker-on-demand.ts';
import type { Writer } from '../writer.ts';
import type { MergeStep } from './block-merger.ts';
import { RecentAnswers } from './recent-answers.ts';
import type { searches } from './search-desk.ts';

/** A step of filling, after which searches that came meanwhile have their turn. */
const FILL_STEP_MS = 50;

/** Mail leaves slowly, and looking at all blocks of a million messages takes half a second of the search thread. */
const FILLS_A_MERGE = 50;
/** Places of columns that are tested at a time: a millisecond or two. */
const PLACES_A_SLICE = 50_000;
/** For queries that the columns answer. */
const NO_MESSAGES = {
  emailIdAt: () => '',
  mayContain: () => true,
  open: () => null,
  openEnvelope: () => null,
};

type Searches = typeof searches;
type SearchName = keyof Searches;

export class SqliteMailSearch implements MailSearch {
  readonly #worker: RequestTarget;
  readonly #writer: Writer;
  readonly #columns: ColumnsCache;
  readonly #answers = new RecentAnswers();
  readonly #filling = new SingleRun(() => this.#fill());
  /** Contents up to this one have summaries, or cannot have one; null until it was asked for. */
  #summarizedUpTo: number | null = null;
  #fills = 0;

  constructor(worker: RequestTarget, options: { writer: Writer; columns: ColumnsCache }) {
    this.#worker = worker;
    this.#writer = options.writer;
    this.#columns = options.columns;
  }

  async find(request: SearchRequest): Promise<readonly Uid[]> {
    if (!readsMessages(request.query)) return this.#findInColumns(request);
    const uids: Uid[] = [];
    for (let fromUid: Uid | null = 1; fromUid !== null;) {
      const slice: ReturnType<Searches['find']> = await this.#ask('find', { request, fromUid });
      for (const uid of slice.uids) uids.push(uid);
      fromUid = slice.nextUid;
    }
    return uids;
  }

  async sort(request: SearchRequest, criteria: readonly SortCriterion[]): Promise<readonly Uid[]> {
    const { mailboxId } = request;
    const uids = Uint32Array.from(await this.find(request));
    const question = `sort ${JSON.stringify(criteria)}`;
    return this.#answers.get({ mailboxId, question, uids }, async () =>
      Array.from(await this.#ask('sort', { mailboxId, uids, criteria })),
    );
  }

  async thread(request: SearchRequest, algorithm: ThreadAlgorithm): Promise<readonly ThreadEntry[]> {
    const { mailboxId } = request;
    const uids = Uint32Array.from(await this.find(request));
    return this.#answers.get({ mailboxId, question: algorithm, uids }, () =>
      this.#ask('thread', { mailboxId, uids, algorithm }),
    );
  }

  /** Brings the index up to date: all mail at first, later what has come. */
  fill(): Promise<void> {
    return this.#filling.run();
  }

  /** Stops filling; the worker is closed by whoever started it. */
  close(): Promise<void> {
    return this.#filling.stop();
  }

  /** On this thread, a slice at a time: the way to the worker and back takes longer than most of these searches. */
  async #findInColumns({ mailboxId, query, now }: SearchRequest): Promise<readonly Uid[]> {
    const columns = await this.#columns.read(mailboxId);
    const uids: Uid[] = [];
    if (columns === null) return uids;
    const count = columns.uids.length;
    for (let at = 0; at < count;) {
      const fits = compileQuery(query, { ...NO_MESSAGES, columns, now });
      const end = Math.min(count, at + PLACES_A_SLICE);
      for (; at < end; at++) if (fits(at)) uids.push(columns.uids[at] ?? 0);
      if (at < count) await setImmediate();
    }
    return uids;
  }

  async #fill(): Promise<void> {
    await this.#fillSummaries();
    while (!this.#filling.isStopped) {
      const { block, isDone } = await this.#ask('grow', { forMs: FILL_STEP_MS });
      if (block !== null) await this.#writer.run('addSearchBlock', block);
      if (isDone) break;
    }
    if (this.#fills++ % FILLS_A_MERGE === 0) await this.#mergeBlocks();
  }

  /** Last: what mail has left of the index. */
  async #mergeBlocks(): Promise<void> {
    for (let from: number | null = 0; from !== null && !this.#filling.isStopped;) {
      const step: MergeStep = await this.#ask('findMerge', { from });
      if (step.replacement !== null) await this.#writer.run('replaceSearchBlocks', step.replacement);
      from = step.next;
    }
  }

  /** First: they are quickly made, and lists are what people look at. */
  async #fillSummaries(): Promise<void> {
    while (!this.#filling.isStopped) {
      const args = { afterId: this.#summarizedUpTo, forMs: FILL_STEP_MS };
      const { summaries, upTo, isDone } = await this.#ask('summarize', args);
      if (summaries.length > 0) await this.#writer.run('addSummaries', summaries);
      this.#summarizedUpTo = upTo;
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
