/**
 * Feed: turns "something changed" into the snapshot-then-changes stream of the contract (contract/feed.ts).
 *
 * Flow: a port's events → ChangeBuffer (keyed, bounded) → at most one event per interval → one subscriber.
 * Invariants: publishers never wait; memory per subscriber is bounded: when more keys pend than fit, they are thrown away and
 * the subscriber gets a new snapshot. A change that arrives while a snapshot is read is sent after it, so none is lost.
 */
import type { Clock } from '../../base/clock.ts';
import type { Unsubscribe } from '../../base/emitter.ts';
import type { FeedEvent } from '../../contract/feed.ts';

/** More rows than a page shows at once; past this a snapshot is cheaper than the changes. */
const MAX_PENDING_KEYS = 1000;

type Taken<Change> =
  { readonly kind: 'reset' } | { readonly kind: 'changes'; readonly changes: readonly Change[] };

/** What one subscriber has not been told yet. */
export class ChangeBuffer<Change> {
  readonly #pending = new Map<string, Change>();
  #needsReset = false;
  #wake: (() => void) | null = null;

  /** The row named `key` is now `change`; an earlier one that was not sent yet is replaced. */
  push(key: string, change: Change): void {
    if (this.#needsReset) return;
    this.#pending.set(key, change);
    if (this.#pending.size > MAX_PENDING_KEYS) this.reset();
    else this.#wake?.();
  }

  /** Anything may have changed: a snapshot is due. */
  reset(): void {
    this.#pending.clear();
    this.#needsReset = true;
    this.#wake?.();
  }

  take(): Taken<Change> {
    const taken: Taken<Change> = this.#needsReset
      ? { kind: 'reset' }
      : { kind: 'changes', changes: [...this.#pending.values()] };
    this.#needsReset = false;
    this.#pending.clear();
    return taken;
  }

  /** Resolves when there is something to take, or when the subscriber has gone. */
  pending(signal: AbortSignal): Promise<void> {
    if (this.#needsReset || this.#pending.size > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = null;
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }
}

export interface FeedOptions<Snapshot, Pending, Change> {
  readonly clock: Clock;
  /** Aborted when the subscriber has gone. */
  readonly signal: AbortSignal | undefined;
  /** Least time between two events. */
  readonly intervalMs: number;
  readonly snapshot: () => Promise<Snapshot>;
  /** Starts to watch; the answer stops it. */
  readonly open: (buffer: ChangeBuffer<Pending>) => Unsubscribe;
  /** Makes what is sent of what was noted; null asks for a snapshot instead. */
  readonly resolve: (pending: readonly Pending[]) => Promise<readonly Change[] | null>;
}

export async function* feed<Snapshot, Pending, Change>(
  options: FeedOptions<Snapshot, Pending, Change>,
): AsyncGenerator<FeedEvent<Snapshot, Change>, void, void> {
  const signal = options.signal ?? new AbortController().signal;
  const buffer = new ChangeBuffer<Pending>();
  const close = options.open(buffer);
  buffer.reset();
  try {
    for (let seq = 0; !signal.aborted;) {
      const event = await nextEvent(options, buffer.take());
      if (event !== null) yield { ...event, seq: seq++ };
      await pause(options.clock, options.intervalMs, signal);
      await buffer.pending(signal);
    }
  } finally {
    close();
  }
}

/** A feed that shows its whole window again whenever something changed. */
export function windowFeed<Snapshot>(
  options: Omit<FeedOptions<Snapshot, never, never>, 'resolve' | 'open'> & {
    readonly open: (changed: () => void) => Unsubscribe;
  },
): AsyncGenerator<FeedEvent<Snapshot, never>, void, void> {
  return feed<Snapshot, never, never>({
    ...options,
    open: (buffer) => options.open(() => buffer.reset()),
    resolve: () => Promise.resolve(null),
  });
}

/** Joins several subscriptions into one. */
export function unsubscribeAll(...unsubscribes: readonly Unsubscribe[]): Unsubscribe {
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}

type Unnumbered<Snapshot, Change> =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'changes'; readonly changes: readonly Change[] };

async function nextEvent<Snapshot, Pending, Change>(
  options: FeedOptions<Snapshot, Pending, Change>,
  taken: Taken<Pending>,
): Promise<Unnumbered<Snapshot, Change> | null> {
  if (taken.kind === 'changes') {
    const changes = await options.resolve(taken.changes);
    if (changes !== null) return changes.length === 0 ? null : { type: 'changes', changes };
  }
  return { type: 'snapshot', snapshot: await options.snapshot() };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
