/**
 * SteeredQueue: the running queue as an administrator sees it, and orders, obeyed by the runner at once.
 *
 * Flow: console → here → store (bounded commits) → runner forgets what it had read → sink hears of the events.
 * Invariants: after each commit no attempt begins on what was read before it; an attempt under way ends by itself. What is
 * under way is known to the runner alone, and is laid over what the store answers.
 */
import type { MailEventSink } from '../events.ts';
import { bounceNow } from './bounce-now.ts';
import type { RunningMessageQueue } from './create-message-queue.ts';
import { linesOf } from './memory-queue-steering.ts';
import type {
  BounceStage,
  QueueDesk,
  QueueFilter,
  QueueSelection,
  QueueSteering,
  QueueStore,
  SteeringBatch,
  SteeringOrder,
} from './port.ts';
import type { QueueActivity } from './queue-activity.ts';

export interface SteeredQueueOptions {
  readonly steering: QueueSteering;
  readonly store: Pick<QueueStore, 'depth' | 'find' | 'recordAttempt'>;
  readonly queue: Pick<RunningMessageQueue, 'reconsider' | 'withoutAttempts'>;
  readonly activity: QueueActivity;
  readonly bounces: BounceStage;
  /** Hears of events once they are committed. */
  readonly events: MailEventSink;
}

export function createSteeredQueue(options: SteeredQueueOptions): QueueDesk {
  const { steering, store, activity } = options;
  const now = (filter: QueueFilter): QueueFilter => ({ ...filter, underWay: activity.places() });
  return {
    listLines: (filter, page) => steering.listLines(now(filter), page),
    countLines: (filter) => steering.countLines(now(filter)),
    groupLines: (filter, by, limit) => steering.groupLines(now(filter), by, limit),
    steer: (order) => {
      const selection = selectNow(order.selection, now);
      return order.action === 'bounce'
        ? bounceNow({ ...order, selection }, options)
        : steer({ ...order, selection }, options);
    },
    async editRecipients(edit) {
      let batch: SteeringBatch | null = null;
      await options.queue.withoutAttempts([edit.entryId], async (free) => {
        if (free.length > 0) batch = await steering.editRecipients(edit);
      });
      tell(options, batch);
      return batch;
    },
    async depth() {
      const { queued, deferred, ...depth } = await store.depth();
      const [fromQueued, fromDeferred] = [activity.countOf('queued'), activity.countOf('deferred')];
      return {
        ...depth,
        // The store was read a moment before.
        queued: Math.max(0, queued - fromQueued),
        deferred: Math.max(0, deferred - fromDeferred),
        active: fromQueued + fromDeferred,
      };
    },
    async find(id) {
      const entry = await store.find(id);
      if (entry === null) return null;
      return { ...entry, recipients: linesOf(entry, activity.places()).map(({ recipient }) => recipient) };
    },
    progressOf: (place) => activity.progressOf(place),
    onActivity: (listener) => activity.onChange(listener),
  };
}

function selectNow(selection: QueueSelection, now: (filter: QueueFilter) => QueueFilter): QueueSelection {
  return selection.kind === 'places' ? selection : { kind: 'filter', filter: now(selection.filter) };
}

async function* steer(
  order: SteeringOrder,
  options: SteeredQueueOptions,
): AsyncGenerator<SteeringBatch, void, void> {
  for await (const batch of options.steering.steer(order)) {
    options.queue.reconsider();
    tell(options, batch);
    yield batch;
  }
}

function tell({ events }: SteeredQueueOptions, batch: SteeringBatch | null): void {
  for (const event of batch?.events ?? []) events(event);
}
