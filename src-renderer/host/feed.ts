/**
 * Feed: follows one of the contract's feeds for as long as somebody looks, through lost connections and gaps.
 *
 * Invariants: what is heard is in order; a gap in `seq` opens the feed anew, which brings a new snapshot.
 */
import type { FeedEvent } from '../../src-main/contract/feed.ts';
import { type Connection, ConnectionLostError } from './connection.ts';

export type FeedStatus = 'loading' | 'live' | 'stale' | 'failed';

export interface FeedOptions<Snapshot, Change> {
  readonly connection: Connection;
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<FeedEvent<Snapshot, Change>>>;
  readonly onEvent: (event: FeedEvent<Snapshot, Change>) => void;
  /** `problem` comes with `failed`. */
  readonly onStatus: (status: FeedStatus, problem?: unknown) => void;
}

/** After a gap or a quick end: not at once, so that a host in trouble is not asked in a tight circle. */
const REOPEN_PAUSE_MS = 500;
const FOREVER_MS = 2 ** 31 - 1;

/** Starts to follow; the answer stops it. */
export function followFeed<Snapshot, Change>(options: FeedOptions<Snapshot, Change>): () => void {
  const abort = new AbortController();
  void follow(options, abort.signal);
  return () => abort.abort();
}

async function follow<Snapshot, Change>(
  options: FeedOptions<Snapshot, Change>,
  signal: AbortSignal,
): Promise<void> {
  let wasLive = false;
  while (!signal.aborted) {
    options.onStatus(wasLive ? 'stale' : 'loading');
    try {
      await options.connection.whenOpen(FOREVER_MS);
      await listen(options, signal, () => (wasLive = true));
    } catch (problem) {
      if (signal.aborted) return;
      if (isRefusal(problem)) return options.onStatus('failed', problem);
    }
    if (!signal.aborted) {
      options.onStatus(wasLive ? 'stale' : 'loading');
      await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
    }
  }
}

async function listen<Snapshot, Change>(
  options: FeedOptions<Snapshot, Change>,
  signal: AbortSignal,
  onLive: () => void,
): Promise<void> {
  const round = new AbortController();
  const stop = (): void => round.abort();
  signal.addEventListener('abort', stop);
  try {
    let expected = 0;
    for await (const event of await options.open(round.signal)) {
      if (signal.aborted || event.seq !== expected) return;
      expected = event.seq + 1;
      options.onEvent(event);
      onLive();
      options.onStatus('live');
    }
  } finally {
    signal.removeEventListener('abort', stop);
    round.abort();
  }
}

/** The host has understood and will not: trying again changes nothing. */
function isRefusal(problem: unknown): boolean {
  if (problem instanceof ConnectionLostError) return false;
  return problem instanceof Error && 'code' in problem && 'status' in problem;
}
