/**
 * SteeredQueue: an administrator's orders, carried out in the store and obeyed by the runner at once.
 *
 * Flow: console → here → store (bounded commits) → runner forgets what it had read → sink hears of the events.
 * Invariants: after each commit no attempt begins on what was read before it; an attempt under way ends by itself.
 */
import type { MailEventSink } from '../events.ts';
import type { RunningMessageQueue } from './create-message-queue.ts';
import type { QueueSteering } from './port.ts';

export interface SteeredQueueOptions {
  readonly store: QueueSteering;
  readonly queue: Pick<RunningMessageQueue, 'reconsider'>;
  /** Hears of events once they are committed. */
  readonly events: MailEventSink;
}

export function createSteeredQueue({ store, queue, events }: SteeredQueueOptions): QueueSteering {
  return {
    listLines: (filter, page) => store.listLines(filter, page),
    countLines: (filter) => store.countLines(filter),
    groupLines: (filter, by, limit) => store.groupLines(filter, by, limit),
    async *steer(order) {
      for await (const batch of store.steer(order)) {
        queue.reconsider();
        for (const event of batch.events) events(event);
        yield batch;
      }
    },
  };
}
