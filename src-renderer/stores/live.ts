/**
 * Live: a feed as a piece of a store: what it shows, how fresh it is, and how to start, stop and retry it.
 */
import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import type { FeedEvent } from '../../src-main/contract/feed.ts';
import { useConsole } from '../host/console.ts';
import { type FeedStatus, followFeed } from '../host/feed.ts';

export interface Live<Input, View> {
  /** null until the first snapshot. */
  readonly view: ShallowRef<View | null>;
  readonly status: Ref<FeedStatus>;
  readonly problem: ShallowRef<unknown>;
  /** Follows the feed for this input, instead of the one before. */
  start(input: Input): void;
  stop(): void;
  retry(): void;
}

export function createLive<Input, Snapshot, Change, View = Snapshot>(feed: {
  open: (input: Input, signal: AbortSignal) => Promise<AsyncIterable<FeedEvent<Snapshot, Change>>>;
  show: (snapshot: Snapshot) => View;
  change?: (view: View, changes: readonly Change[]) => View;
  /** Whether what is shown stays while another input's snapshot is on its way. */
  keepsView?: boolean;
}): Live<Input, View> {
  const view = shallowRef<View | null>(null);
  const status = ref<FeedStatus>('loading');
  const problem = shallowRef<unknown>(null);
  let stopFeed: (() => void) | null = null;
  let again: (() => void) | null = null;

  function start(input: Input): void {
    stop();
    if (feed.keepsView !== true) view.value = null;
    problem.value = null;
    again = () => start(input);
    stopFeed = followFeed<Snapshot, Change>({
      connection: useConsole().connection,
      open: (signal) => feed.open(input, signal),
      onEvent: (event) => {
        if (event.type === 'snapshot') view.value = feed.show(event.snapshot);
        else if (view.value !== null && feed.change) view.value = feed.change(view.value, event.changes);
      },
      onStatus: (next, cause) => {
        status.value = next;
        problem.value = cause ?? null;
      },
    });
  }

  function stop(): void {
    stopFeed?.();
    stopFeed = null;
  }

  return { view, status, problem, start, stop, retry: () => again?.() };
}
