/** Queue store: what is waiting, and why? And orders to it, which go on when the page is left. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type {
  QueueEntry,
  QueueGrouping,
  QueueGroups,
  QueuePage,
  QueueQuery,
  QueueSelection,
  SteeringAction,
  SteeringProgress,
} from '../../src-main/contract/queue.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

/** An order under way. */
export interface SteeringWork {
  readonly action: SteeringAction | 'undo';
  readonly progress: SteeringProgress;
}

export const useQueueStore = defineStore('queue', () => {
  const list = createLive<QueueQuery, QueuePage, never>({
    open: (query, signal) => useConsole().client.queue.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });
  const groups = createLive<QueueGrouping, QueueGroups, never>({
    open: (grouping, signal) => useConsole().client.queue.watchGroups(grouping, { signal }),
    show: (snapshot) => snapshot,
  });
  const entry = createLive<string, QueueEntry | null, never>({
    open: (entryId, signal) => useConsole().client.queue.watchEntry({ entryId }, { signal }),
    show: (snapshot) => snapshot,
  });
  const works = ref<readonly SteeringWork[]>([]);

  /** Resolves with how it ended. */
  function steer(action: SteeringAction, selection: QueueSelection): Promise<SteeringProgress> {
    return follow(action, useConsole().client.queue.steer({ action, selection }));
  }

  function undo(job: string): Promise<SteeringProgress> {
    return follow('undo', useConsole().client.queue.undoSteering({ job }));
  }

  async function stop(job: string): Promise<void> {
    await useConsole().client.queue.stopSteering({ job });
  }

  async function follow(
    action: SteeringWork['action'],
    opened: Promise<AsyncIterable<SteeringProgress>>,
  ): Promise<SteeringProgress> {
    let last: SteeringProgress | null = null;
    try {
      for await (const progress of await opened) {
        last = progress;
        works.value = [...others(progress.job), { action, progress }];
      }
    } finally {
      if (last !== null) works.value = others(last.job);
    }
    if (last === null) throw new Error('an order ended before it began');
    return last;
  }

  function others(job: string): readonly SteeringWork[] {
    return works.value.filter((work) => work.progress.job !== job);
  }

  return { list, groups, entry, works, steer, undo, stop };
});
