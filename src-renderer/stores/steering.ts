/** Steering store: orders to the queue, which go on when the page is left. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type {
  QueueSelection,
  RecipientEdit,
  SteeringAction,
  SteeringOrder,
  SteeringProgress,
} from '../../src-main/contract/queue.ts';
import { useConsole } from '../host/console.ts';

/** An order under way. */
export interface SteeringWork {
  readonly action: SteeringAction | 'undo';
  readonly progress: SteeringProgress;
}

export const useSteeringStore = defineStore('steering', () => {
  const works = ref<readonly SteeringWork[]>([]);

  /** Resolves with how it ended. */
  function steer(order: SteeringOrder, selection: QueueSelection): Promise<SteeringProgress> {
    return follow(order.action, useConsole().client.queue.steer({ order, selection }));
  }

  function undo(job: string): Promise<SteeringProgress> {
    return follow('undo', useConsole().client.queue.undoSteering({ job }));
  }

  /** Answers the job's name, to undo it. */
  async function editRecipients(edit: RecipientEdit): Promise<string> {
    return (await useConsole().client.queue.editRecipients(edit)).job;
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

  return { works, steer, undo, stop, editRecipients };
});
